using Orleans.Configuration;
using OrleansIM.Solo.Tests.Grains;

namespace OrleansIM.Solo.Tests;

[Collection(nameof(SharedHost))]
public sealed class LifeTests(EngineHost host)
{
    private readonly string _m = Guid.NewGuid().ToString("N");

    private Probe Probe => host.Probe;

    [Fact]
    public async Task Activation_OfAGrain_PrecedesItsFirstCall()
    {
        var key = "hold " + _m;
        var call = host.Grain<ILifeGrain>(key).Append(1);
        await Wait.For(Probe, key + " activating");
        Assert.Empty(Probe.Notes(key + " appended"));
        Probe.Reach(key + " activate");
        await Wait.For(call, "the call");
        Assert.Equal(["constructor", "activate"], Probe.Notes(key));
    }

    [Fact]
    public async Task Activation_ThatFails_ReachesTheCaller()
    {
        var thrown = await Assert.ThrowsAsync<OddException>(() => Wait.For(host.Grain<ILifeGrain>($"fail activation {_m}").Instance(), "the failure"));
        Assert.Equal("activation", thrown.Message);
    }

    [Fact]
    public async Task Constructor_ThatFails_ReachesTheCallerAsInnerException()
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => Wait.For(host.Grain<ILifeGrain>($"fail constructor {_m}").Instance(), "the failure"));
        Assert.Equal("constructor", Assert.IsType<OddException>(thrown.InnerException).Message);
    }

    [Fact]
    public async Task Activation_ThatFailed_IsTriedAgain()
    {
        var key = "fail activation " + _m;
        await Assert.ThrowsAsync<OddException>(() => host.Grain<ILifeGrain>(key).Instance());
        Probe.Reach(key + " healed");
        Assert.NotEmpty(await Wait.For(host.Grain<ILifeGrain>(key).Instance(), "the second try"));
        Assert.DoesNotContain("deactivated", Probe.Notes(key));
    }

    [Fact]
    public async Task DeactivateOnIdle_Called_EndsTheActivation()
    {
        var grain = host.Grain<ILifeGrain>(_m);
        var before = await grain.Instance();
        await grain.End();
        await Wait.For(Probe, _m + " disposed");
        Assert.NotEqual(before, await grain.Instance());
        Assert.Equal(["constructor", "activate", "deactivate ApplicationRequested", "deactivated", "constructor", "activate"], Probe.Notes(_m));
    }

    [Fact]
    public async Task DeactivateOnIdle_WhileCallsWait_ForwardsThemAll()
    {
        var grain = host.Grain<ILifeGrain>(_m);
        var before = await grain.Instance();
        var running = grain.EndAndStay(_m);
        await Wait.For(Probe, _m + " in");
        var waiting = Enumerable.Range(0, 100).Select(grain.Append).ToArray();
        Probe.Reach(_m + " go");
        await Wait.For(running, "the running call");
        var instances = await Wait.For(Task.WhenAll(waiting), "the waiting calls");
        Assert.DoesNotContain(before, instances);
        Assert.Single(instances.Distinct());
        Assert.Equal(100, Probe.Notes(_m + " appended").Count);
        var notes = Probe.Notes(_m);
        Assert.Equal(["constructor", "activate", "stayed", "deactivate ApplicationRequested", "deactivated", "constructor", "activate"], notes);
    }

    [Fact]
    public async Task Call_WhileTheActivationEnds_GoesToTheNext()
    {
        var key = "slow end " + _m;
        var grain = host.Grain<ILifeGrain>(key);
        var before = await grain.Instance();
        await grain.End();
        await Wait.For(Probe, key + " ending");
        var call = grain.Instance();
        Assert.False(call.IsCompleted);
        Probe.Reach(key + " end");
        Assert.NotEqual(before, await Wait.For(call, "the call"));
    }

    [Fact]
    public async Task OnDeactivate_ThatFails_EndsTheActivationAllTheSame()
    {
        var key = "fail end " + _m;
        var grain = host.Grain<ILifeGrain>(key);
        var before = await grain.Instance();
        await grain.End();
        Assert.NotEqual(before, await Wait.For(grain.Instance(), "the next activation"));
    }

    [Fact]
    public async Task Idle_OverItsAge_IsCollectedUnlessKept()
    {
        await using var impatient = await EngineHost.StartAsync(silo => silo.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionAge = TimeSpan.FromSeconds(1);
            options.CollectionQuantum = TimeSpan.FromMilliseconds(200);
        }));
        var kept = impatient.Grain<ILifeGrain>("kept");
        var before = await kept.Instance();
        await kept.Keep(TimeSpan.FromMinutes(10));
        await impatient.Grain<ILifeGrain>("idle").Instance();
        await Wait.For(impatient.Probe, "idle disposed");
        Assert.Contains("deactivate ActivationIdle", impatient.Probe.Notes("idle"));
        Assert.Equal(before, await kept.Instance());
    }

    [Fact]
    public async Task Busy_OverItsAge_IsNotCollected()
    {
        await using var impatient = await EngineHost.StartAsync(silo => silo.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionAge = TimeSpan.FromSeconds(1);
            options.CollectionQuantum = TimeSpan.FromMilliseconds(200);
        }));
        var grain = impatient.Grain<ILifeGrain>("busy");
        var before = await grain.Instance();
        var busy = grain.Stay("busy");
        await impatient.Grain<ILifeGrain>("idle").Instance();
        await Wait.For(impatient.Probe, "idle disposed");
        impatient.Probe.Reach("busy go");
        await Wait.For(busy, "the busy call");
        Assert.Equal(before, await grain.Instance());
    }
}
