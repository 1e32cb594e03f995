using OrleansIM.LoadTest.Load;
using OrleansIM.LoadTest.Measuring;
using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Tests.Load;

public sealed class StopRulesTests
{
    [Fact]
    public void Nothing_Set_EndsNothing() => Assert.Null(new StopRules(new StopSettings()).Check(Second(1e6, 1e9), 1_000_000, 1_000_000));

    [Theory]
    [InlineData(6, 0, 0, "6 errors")]
    [InlineData(0, 3, 0, "3 faults")]
    [InlineData(0, 0, 101, "101 MB")]
    public void Limit_Crossed_IsNamed(long errors, long faults, double memory, string expected)
    {
        var rules = new StopRules(new StopSettings { Errors = 5, Faults = 2, MemoryMb = 100 });

        Assert.Null(rules.Check(Second(1, 100), 5, 2));
        Assert.Contains(expected, rules.Check(Second(1, memory), errors, faults), StringComparison.Ordinal);
    }

    [Fact]
    public void P99_OverItsLimit_EndsItOnlyAfterTenSecondsOnEnd()
    {
        var rules = new StopRules(new StopSettings { P99 = new Dictionary<string, double> { ["latencyMs"] = 50 } });
        for (var i = 1; i < StopRules.SlowSeconds; i++)
        {
            Assert.Null(rules.Check(Second(51, 0), 0, 0));
        }

        Assert.Null(rules.Check(Second(50, 0), 0, 0));
        for (var i = 1; i < StopRules.SlowSeconds; i++)
        {
            Assert.Null(rules.Check(Second(51, 0), 0, 0));
        }

        Assert.Contains("latencyMs", rules.Check(Second(51, 0), 0, 0), StringComparison.Ordinal);
    }

    private static Sample Second(double p99, double memory) => new()
    {
        At = 1,
        Planned = 1,
        Arrivals = 1,
        Sent = 1,
        Acknowledged = 1,
        Delivered = 1,
        SignIns = 0,
        Presences = 0,
        Mails = 0,
        Errors = 0,
        Online = 1,
        UnderWay = 0,
        MemoryMb = memory,
        ServerCores = 1,
        ClientCores = 1,
        Times = new Dictionary<string, LatencyFigures> { ["latencyMs"] = new(1, 1, 1, p99, p99, p99, 1) },
    };
}
