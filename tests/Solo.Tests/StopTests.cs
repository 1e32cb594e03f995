using OrleansIM.Solo.Tests.Grains;

namespace OrleansIM.Solo.Tests;

public sealed class StopTests
{
    [Fact]
    public async Task Stop_WithActiveGrains_DeactivatesThemAll()
    {
        var host = await EngineHost.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(n => host.Grain<ILifeGrain>($"g{n}").Instance()));
        var probe = host.Probe;
        await Wait.For(host.StopAsync(), "the stop");
        for (var n = 0; n < 200; n++)
        {
            Assert.Equal(["constructor", "activate", "deactivate ShuttingDown", "deactivated"], probe.Notes($"g{n}"));
        }
    }

    [Fact]
    public async Task Stop_WhileACallRuns_LetsItEnd()
    {
        var host = await EngineHost.StartAsync();
        var probe = host.Probe;
        await host.Grain<ILifeGrain>("other").Instance();
        var call = host.Grain<ILifeGrain>("g").Stay("m");
        await Wait.For(probe, "m in");
        var stop = host.StopAsync();
        await Wait.For(probe, "other ending");
        await StaysAsync(stop);
        probe.Reach("m go");
        await Wait.For(call, "the running call");
        await Wait.For(stop, "the stop");
        Assert.Equal(["constructor", "activate", "stayed", "deactivate ShuttingDown", "deactivated"], probe.Notes("g"));
    }

    [Fact]
    public async Task Stop_WhileAGrainEndsSlowly_WaitsForIt()
    {
        var host = await EngineHost.StartAsync();
        var probe = host.Probe;
        await host.Grain<ILifeGrain>("slow end").Instance();
        var stop = host.StopAsync();
        await Wait.For(probe, "slow end ending");
        await StaysAsync(stop);
        probe.Reach("slow end end");
        await Wait.For(stop, "the stop");
        Assert.Equal(["constructor", "activate", "deactivate ShuttingDown", "deactivated"], probe.Notes("slow end"));
    }

    [Fact]
    public async Task Stop_WhileACallNeverEnds_EndsAtItsDeadlineAndFailsTheCall()
    {
        var host = await EngineHost.StartAsync();
        var call = host.Grain<ILifeGrain>("g").Stay("m");
        await Wait.For(host.Probe, "m in");
        await Wait.For(host.StopAsync(TimeSpan.FromSeconds(2)).ContinueWith(_ => { }, TaskScheduler.Default), "the stop");
        await Assert.ThrowsAsync<SiloUnavailableException>(() => Wait.For(call, "the call"));
    }

    [Fact]
    public async Task Call_AfterTheStop_IsRefused()
    {
        var host = await EngineHost.StartAsync();
        var grain = host.Grain<ILifeGrain>("g");
        await grain.Instance();
        await host.StopAsync();
        await Assert.ThrowsAsync<SiloUnavailableException>(() => Wait.For(grain.Instance(), "the refusal"));
    }

    [Fact]
    public async Task Stop_WhileAGrainTicks_StopsItsTimer()
    {
        var host = await EngineHost.StartAsync();
        var probe = host.Probe;
        await host.Grain<ITimerGrain>("t").Start(new() { DueTime = TimeSpan.Zero, Period = TimeSpan.FromMilliseconds(10) }, "tick");
        await Wait.For(probe, "tick 3");
        await Wait.For(host.StopAsync(), "the stop");
        var ticks = probe.Notes("tick").Count;
        await Task.Delay(100);
        Assert.Equal(ticks, probe.Notes("tick").Count);
    }

    // Nothing tells that something does not happen: half a second of it not happening has to do.
    private static async Task StaysAsync(Task running)
    {
        await Task.WhenAny(running, Task.Delay(500));
        Assert.False(running.IsCompleted);
    }
}
