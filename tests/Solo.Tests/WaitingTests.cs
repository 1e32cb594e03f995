using Orleans.Configuration;
using OrleansIM.Solo.Tests.Grains;

namespace OrleansIM.Solo.Tests;

/// <summary>How long callers wait: timeouts and cancellation.</summary>
[Collection(nameof(SharedHost))]
public sealed class WaitingTests(EngineHost host)
{
    private readonly string _m = Guid.NewGuid().ToString("N");

    private Probe Probe => host.Probe;

    [Fact]
    public async Task Caller_AfterTheMethodsTimeout_GetsTimeoutAndTheGrainGoesOn()
    {
        var grain = host.Grain<ITurnGrain>(_m);
        await Assert.ThrowsAsync<TimeoutException>(() => Wait.For(grain.StayBriefly(_m), "the timeout"));
        Assert.Empty(Probe.Notes(_m));
        Probe.Reach(_m + " go");
        Assert.NotEmpty(await Wait.For(grain.Ping(), "the next call"));
        Assert.Equal([_m], Probe.Notes(_m));
    }

    [Fact]
    public async Task Call_ThatTimedOutWhileItWaited_IsNotRun()
    {
        var grain = host.Grain<ITurnGrain>(_m);
        var first = grain.Stay(_m);
        await Wait.For(Probe, _m + " in");
        await Assert.ThrowsAsync<TimeoutException>(() => Wait.For(grain.StayBriefly(_m + "late"), "the timeout"));
        Probe.Reach(_m + " go");
        await Wait.For(first, "the first call");
        await Wait.For(grain.Ping(), "the next call");
        Assert.False(Probe.HasReached(_m + "late in"));
    }

    [Fact]
    public async Task Caller_AfterTheHostsTimeout_GetsTimeout()
    {
        await using var hasty = await EngineHost.StartAsync(silo => silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromMilliseconds(500)));
        await Assert.ThrowsAsync<TimeoutException>(() => Wait.For(hasty.Grain<ITurnGrain>().Stay(_m), "the timeout"));
        hasty.Probe.Reach(_m + " go");
    }

    [Fact]
    public async Task Token_Cancelled_EndsTheWaitAndReachesTheGrain()
    {
        using var source = new CancellationTokenSource();
        var call = host.Grain<ITurnGrain>().StayWith(_m, source.Token);
        await Wait.For(Probe, _m + " in");
        Assert.False(call.IsCompleted);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Wait.For(call, "the cancelled call"));
        Assert.True(call.IsCanceled);
        await Wait.For(Probe, _m + " cancelled");
    }

    [Fact]
    public async Task Token_CancelledBefore_ThrowsAtTheCall()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        var grain = host.Grain<ITurnGrain>();
        Assert.ThrowsAny<OperationCanceledException>(() => { _ = grain.StayWith(_m, source.Token); });
        Assert.False(Probe.HasReached(_m + " in"));
    }

    [Fact]
    public async Task Token_CancelledWhileTheCallWaits_EndsTheWait()
    {
        using var source = new CancellationTokenSource();
        var grain = host.Grain<ITurnGrain>();
        var first = grain.Stay(_m);
        await Wait.For(Probe, _m + " in");
        var second = grain.StayWith(_m + 2, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Wait.For(second, "the cancelled call"));
        Assert.False(first.IsCompleted);
        Probe.Reach(_m + " go");
        await Wait.For(first, "the first call");
        await Wait.For(grain.Ping(), "the next call");
    }

    [Fact]
    public async Task Token_OfAnotherCall_LeavesThisOneAlone()
    {
        using var mine = new CancellationTokenSource();
        using var theirs = new CancellationTokenSource();
        var call = host.Grain<ITurnGrain>().StayWith(_m, mine.Token);
        var other = host.Grain<ITurnGrain>().StayWith(_m + 2, theirs.Token);
        await Wait.For(Probe, _m + " in");
        await Wait.For(Probe, _m + "2 in");
        await theirs.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Wait.For(other, "the cancelled call"));
        Assert.False(Probe.HasReached(_m + " cancelled"));
        await mine.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Wait.For(call, "the cancelled call"));
    }
}
