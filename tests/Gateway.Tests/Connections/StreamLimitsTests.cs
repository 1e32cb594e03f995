using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Http;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Connections;

/// <summary>How many streams there may be, and of whom.</summary>
public sealed class StreamLimitsTests : IDisposable
{
    private static readonly IPAddress s_one = IPAddress.Parse("192.0.2.1"), s_other = IPAddress.Parse("192.0.2.2");

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Enter_OverTheTotal_IsUnavailableUntilOneHasLeft()
    {
        using var limits = Limits(new() { MaxStreams = 2 });
        Assert.Null(limits.Enter(s_one));
        Assert.Null(limits.Enter(IPAddress.Loopback));

        Assert.Equal(ErrorCodes.Unavailable, limits.Enter(s_other)?.Code);
        Assert.NotNull(limits.Enter(IPAddress.Loopback)?.RetryAfter);

        limits.Leave(s_one);
        Assert.Null(limits.Enter(s_other));
    }

    [Fact]
    public void Enter_TooManyOfOneSource_SlowsThatOneDownAndNoOther()
    {
        using var limits = Limits(new() { MaxStreamsPerSource = 2 });
        Assert.Null(limits.Enter(s_one));
        Assert.Null(limits.Enter(s_one));

        Assert.Equal(ErrorCodes.SlowDown, limits.Enter(s_one)?.Code);
        Assert.Null(limits.Enter(s_other));

        limits.Leave(s_one);
        Assert.Null(limits.Enter(s_one));
    }

    [Fact]
    public void Enter_OpenedTooFast_SlowsThatOneDownAndNoOther()
    {
        using var limits = Limits(new() { StreamsPerMinute = 3 });
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(limits.Enter(s_one));
            limits.Leave(s_one);
        }

        var refusal = limits.Enter(s_one);
        Assert.Equal(ErrorCodes.SlowDown, refusal?.Code);
        Assert.InRange(refusal!.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Null(limits.Enter(s_other));
    }

    [Fact]
    public void Enter_OfThisMachine_CountsInTotalAlone()
    {
        using var limits = Limits(new() { MaxStreamsPerSource = 1, StreamsPerMinute = 1 });

        Assert.All(Enumerable.Range(0, 10), _ => Assert.Null(limits.Enter(IPAddress.Loopback)));
        Assert.All(Enumerable.Range(0, 10), _ => Assert.Null(limits.Enter(SourceLimits.SourceOf(IPAddress.Parse("::ffff:127.0.0.1")))));
    }

    private StreamLimits Limits(GatewayOptions options) => new(options, new SignInMetrics(_services.GetRequiredService<IMeterFactory>()));
}
