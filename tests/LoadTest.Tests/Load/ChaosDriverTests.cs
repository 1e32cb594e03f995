using System.Diagnostics;
using OrleansIM.LoadTest.Chaos;
using OrleansIM.LoadTest.Reporting;

namespace OrleansIM.LoadTest.Tests.Load;

public sealed class ChaosDriverTests
{
    private readonly List<ChaosKind> _broken = [];

    [Fact]
    public async Task Plan_IsCarriedOut_AndNotedWithItsEnd()
    {
        var driver = Driver(quietFrom: 100, new ChaosStep(0, ChaosKind.Kill, "silo-1", 1), new ChaosStep(0.1, ChaosKind.Freeze, "silo-1", 1));

        await driver.RunAsync(Stopwatch.GetTimestamp(), CancellationToken.None);

        Assert.Equal([ChaosKind.Kill, ChaosKind.Freeze], _broken);
        Assert.Equal(["kill silo-1 (1 s)", "freeze silo-1 (1 s)"], driver.Done.Select(mark => mark.What));
        Assert.All(driver.Done, mark => Assert.NotNull(mark.Until));
    }

    [Fact]
    public async Task Step_ThatWouldComeInTheQuiet_DoesNotCome()
    {
        // The first one ends a recovery later than the second was planned for.
        var driver = Driver(quietFrom: 0.05, new ChaosStep(0, ChaosKind.Kill, "silo-1", 1), new ChaosStep(0.01, ChaosKind.Kill, "silo-1", 1));

        await driver.RunAsync(Stopwatch.GetTimestamp(), CancellationToken.None);

        Assert.Single(driver.Done);
    }

    [Fact]
    public async Task Stopped_BreaksNothingMore()
    {
        var driver = Driver(quietFrom: 100, new ChaosStep(50, ChaosKind.Kill, "silo-1", 1));

        await driver.RunAsync(Stopwatch.GetTimestamp(), new CancellationToken(canceled: true));

        Assert.Empty(_broken);
    }

    private ChaosDriver Driver(double quietFrom, params ChaosStep[] plan)
    {
        ChaosTarget target = new("silo-1", [ChaosKind.Kill, ChaosKind.Freeze], Recovery: 0.2, LongestFreeze: 1, (kind, _) =>
        {
            _broken.Add(kind);
            return Task.CompletedTask;
        });
        return new ChaosDriver(plan, [target], quietFrom, new LiveProgress(TextWriter.Null, isTerminal: false));
    }
}
