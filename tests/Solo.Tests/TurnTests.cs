using OrleansIM.Solo.Tests.Grains;

namespace OrleansIM.Solo.Tests;

[Collection(nameof(SharedHost))]
public sealed class TurnTests(EngineHost host)
{
    private readonly string _m = Guid.NewGuid().ToString("N");

    private Probe Probe => host.Probe;

    [Fact]
    public async Task Calls_AtOnce_RunOneAfterTheOther()
    {
        var grain = host.Grain<ITurnGrain>();
        await Wait.For(Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(grain.Bump))), "50 bumps");
        Assert.Equal(50, await grain.Bumped());
    }

    [Fact]
    public async Task Calls_OfOneCallerToAnActiveGrain_KeepTheirOrder()
    {
        // Not promised before: calls that wait for the grain to be placed may overtake each other.
        var grain = host.Grain<ITurnGrain>();
        await grain.Ping();
        await Wait.For(Task.WhenAll(Enumerable.Range(0, 500).Select(grain.Append)), "500 appends");
        Assert.Equal(Enumerable.Range(0, 500), await grain.Appended());
    }

    [Fact]
    public async Task Call_ThatBlocksItsThread_DoesNotBlockTheCaller()
    {
        var call = host.Grain<ITurnGrain>().BlockThread(_m);
        Assert.False(call.IsCompleted);
        await Wait.For(Probe, _m + " in");
        Probe.Reach(_m + " go");
        await Wait.For(call, "the blocked call");
    }

    [Fact]
    public async Task Awaits_OfAGrain_ComeBackToItsTurn()
        => Assert.Equal("True True True True True True", await host.Grain<ITurnGrain>().WhereAwaitsComeBack());

    [Fact]
    public async Task Call_WhileOneRuns_Waits()
    {
        var grain = host.Grain<ITurnGrain>();
        var first = grain.Stay(_m + 1);
        await Wait.For(Probe, _m + "1 in");
        var second = grain.Stay(_m + 2);
        var third = grain.StayReading(_m + 3);
        await grain.StayAlwaysOver(Probe, _m);
        Assert.False(Probe.HasReached(_m + "2 in"));
        Assert.False(Probe.HasReached(_m + "3 in"));
        Probe.Reach(_m + "1 go");
        await Wait.For(first, "the first call");
        await Wait.For(Probe, _m + "2 in");
        Probe.Reach(_m + "2 go");
        Probe.Reach(_m + "3 go");
        await Wait.For(Task.WhenAll(second, third), "the others");
    }

    [Fact]
    public async Task AlwaysInterleave_WhileOneRuns_Runs()
    {
        var grain = host.Grain<ITurnGrain>();
        var first = grain.Stay(_m + 1);
        await Wait.For(Probe, _m + "1 in");
        await grain.StayAlwaysOver(Probe, _m);
        Assert.False(first.IsCompleted);
        Probe.Reach(_m + "1 go");
        await Wait.For(first, "the first call");
    }

    [Fact]
    public async Task Call_WhileOnlyAnInterleavingOneRuns_Runs()
    {
        var grain = host.Grain<ITurnGrain>();
        var always = grain.StayAlways(_m + 1);
        await Wait.For(Probe, _m + "1 in");
        Probe.Reach(_m + "2 go");
        await Wait.For(grain.Stay(_m + 2), "the second call");
        Assert.False(always.IsCompleted);
        Probe.Reach(_m + "1 go");
        await Wait.For(always, "the interleaving call");
    }

    [Fact]
    public async Task ReadOnly_WhileAnotherReads_Runs()
    {
        var grain = host.Grain<ITurnGrain>();
        var reading = grain.StayReading(_m + 1);
        await Wait.For(Probe, _m + "1 in");
        var also = grain.StayReading(_m + 2);
        await Wait.For(Probe, _m + "2 in");
        var writing = grain.Stay(_m + 3);
        await grain.StayAlwaysOver(Probe, _m);
        Assert.False(Probe.HasReached(_m + "3 in"));
        Probe.Reach(_m + "2 go");
        await Wait.For(also, "the second reader");
        Assert.False(Probe.HasReached(_m + "3 in"));
        Probe.Reach(_m + "1 go");
        Probe.Reach(_m + "3 go");
        await Wait.For(Task.WhenAll(reading, writing), "the others");
    }

    [Fact]
    public async Task ReadOnly_WhileAnotherReadsAndOneWaits_RunsBeforeIt()
    {
        var grain = host.Grain<ITurnGrain>();
        var reading = grain.StayReading(_m + 1);
        await Wait.For(Probe, _m + "1 in");
        var writing = grain.Stay(_m + 2);
        Probe.Reach(_m + "3 go");
        await Wait.For(grain.StayReading(_m + 3), "the second reader");
        Assert.False(Probe.HasReached(_m + "2 in"));
        Probe.Reach(_m + "1 go");
        Probe.Reach(_m + "2 go");
        await Wait.For(Task.WhenAll(reading, writing), "the others");
    }

    [Fact]
    public async Task OneWay_Called_ReturnsAtOnceAndRuns()
    {
        var grain = host.Grain<ITurnGrain>();
        await Wait.For(grain.StayUnheard(_m), "a one-way call");
        await Wait.For(Probe, _m + " in");
        Probe.Reach(_m + " go");
        await Wait.For(grain.FailUnheard(), "a one-way call that fails");
        Assert.NotEmpty(await Wait.For(grain.Ping(), "the next call"));
    }

    [Fact]
    public async Task Reentrant_CalledTwice_RunsBothAtOnce()
    {
        var grain = host.Grain<IReentrantGrain>();
        var both = Task.WhenAll(grain.Stay(_m), grain.Stay(_m));
        await Wait.For(Probe, _m + " 2");
        Probe.Reach(_m + " go");
        await Wait.For(both, "both calls");
        Assert.Equal(2, await grain.Most(2, _m));
    }

    [Fact]
    public async Task CallChain_ThatComesBack_TimesOut()
    {
        var first = host.Grain<ITurnGrain>();
        await Assert.ThrowsAsync<TimeoutException>(() => Wait.For(first.ThereAndBack(Guid.NewGuid().ToString(), allow: false), "the timeout"));
    }

    [Fact]
    public async Task CallChain_ThatComesBackWhereAllowed_Runs()
    {
        var first = host.Grain<ITurnGrain>();
        var instance = await Wait.For(first.ThereAndBack(Guid.NewGuid().ToString(), allow: true), "the chain");
        Assert.Equal(instance, await first.Ping());
    }
}

internal static class TurnGrainExtensions
{
    /// <summary>A call that runs beside everything: what arrived before it and could run has begun when it returns.</summary>
    public static async Task StayAlwaysOver(this ITurnGrain grain, Probe probe, string moment)
    {
        var name = moment + "beside" + Guid.NewGuid();
        probe.Reach(name + " go");
        await Wait.For(grain.StayAlways(name), "an interleaving call");
    }
}
