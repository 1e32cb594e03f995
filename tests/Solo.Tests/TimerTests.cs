using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using OrleansIM.Solo.Tests.Grains;

namespace OrleansIM.Solo.Tests;

[Collection(nameof(SharedHost))]
public sealed class TimerTests(EngineHost host)
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(10);
    private readonly string _m = Guid.NewGuid().ToString("N");

    private Probe Probe => host.Probe;

    [Fact]
    public async Task Timer_WithPeriod_TicksInTurnsUntilDisposed()
    {
        var grain = host.Grain<ITimerGrain>();
        await grain.Start(new() { DueTime = TimeSpan.Zero, Period = s_short }, _m);
        await Wait.For(Probe, _m + " 3");
        await grain.Stop();
        var ticks = Probe.Notes(_m);
        Assert.All(ticks, t => Assert.EndsWith("True", t, StringComparison.Ordinal));
        await grain.Overloads(_m);
        await Wait.For(Probe, _m + " overload 1");
        Assert.Equal(ticks.Count, Probe.Notes(_m).Count);
    }

    [Fact]
    public async Task Timer_WhileACallRuns_Waits()
    {
        var grain = host.Grain<ITimerGrain>();
        var call = grain.Stay(_m);
        await Wait.For(Probe, _m + " in");
        var other = host.Grain<ITimerGrain>();
        var startAfter = grain.Start(new() { DueTime = TimeSpan.Zero, Period = s_short }, _m);
        await other.Start(new() { DueTime = TimeSpan.Zero, Period = s_short }, _m + "other");
        await Wait.For(Probe, _m + "other 5");
        Assert.Empty(Probe.Notes(_m));
        Probe.Reach(_m + " go");
        await Wait.For(Task.WhenAll(call, startAfter), "the calls");
        await Wait.For(Probe, _m + " 1");
        await grain.Stop();
        await other.Stop();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_WhileATimerTicks_RunsOnlyBesideAnInterleavingOne(bool interleave)
    {
        var grain = host.Grain<ITimerGrain>();
        await grain.Start(new() { DueTime = TimeSpan.Zero, Period = s_short, Interleave = interleave, Hold = true }, _m);
        await Wait.For(Probe, _m + " 1");
        Probe.Reach(_m + "s go");
        var call = grain.Stay(_m + "s");
        if (interleave)
        {
            await Wait.For(call, "the call");
        }
        else
        {
            await host.Grain<ITimerGrain>().Overloads(_m);
            await Wait.For(Probe, _m + " overload 1");
            Assert.False(call.IsCompleted);
        }

        Probe.Reach(_m + " 1 go");
        await Wait.For(call, "the call");
        Assert.False(Probe.HasReached(_m + " 2 go"));
        await grain.Stop();
    }

    [Fact]
    public async Task Timer_ThatFails_TicksOn()
    {
        var grain = host.Grain<ITimerGrain>();
        await grain.Start(new() { DueTime = TimeSpan.Zero, Period = s_short, Fail = true }, _m);
        await Wait.For(Probe, _m + " 3");
        await grain.Stop();
    }

    [Fact]
    public async Task Timer_Changed_TicksByTheNewTimes()
    {
        var grain = host.Grain<ITimerGrain>();
        await grain.Start(new() { DueTime = Timeout.InfiniteTimeSpan, Period = Timeout.InfiniteTimeSpan }, _m);
        await grain.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        await Wait.For(Probe, _m + " 1");
        await grain.Change(TimeSpan.Zero, s_short);
        await Wait.For(Probe, _m + " 3");
        await grain.Stop();
    }

    [Fact]
    public async Task Timer_ByEveryOverload_Ticks()
    {
        await host.Grain<ITimerGrain>().Overloads(_m);
        for (var n = 1; n <= 5; n++)
        {
            await Wait.For(Probe, $"{_m} overload {n}");
        }
    }

    [Fact]
    public async Task Timer_WithNegativeDueTime_IsRefused() => Assert.Equal("dueTime", await host.Grain<ITimerGrain>().RegisterOutside());

    [Fact]
    public async Task Timer_ByFakeTime_TicksWhenItAdvances()
    {
        var time = new FakeTimeProvider();
        await using var fake = await EngineHost.StartAsync(silo => time.UseForGrains(silo.Services));
        await fake.Grain<ITimerGrain>("g").Start(new() { DueTime = TimeSpan.FromHours(1), Period = TimeSpan.FromHours(1) }, _m);
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Empty(fake.Probe.Notes(_m));
        time.Advance(TimeSpan.FromMinutes(1));
        await Wait.For(fake.Probe, _m + " 1");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ticks_OfAnIdleGrain_KeepItOnlyIfAskedTo(bool keepAlive)
    {
        await using var impatient = await EngineHost.StartAsync(silo => silo.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionAge = TimeSpan.FromSeconds(1);
            options.CollectionQuantum = TimeSpan.FromMilliseconds(200);
        }));
        await impatient.Grain<ITimerGrain>("t").Start(new() { DueTime = TimeSpan.Zero, Period = TimeSpan.FromMilliseconds(50), KeepAlive = keepAlive }, _m);
        if (keepAlive)
        {
            await impatient.Grain<ILifeGrain>("idle").Instance();
            await Wait.For(impatient.Probe, "idle disposed");
            var ticks = impatient.Probe.Notes(_m).Count;
            await Wait.For(impatient.Probe, $"{_m} {ticks + 3}");
        }
        else
        {
            var ticks = -1;
            await Wait.Until(async () =>
            {
                await Task.Delay(300);
                return ticks == (ticks = impatient.Probe.Notes(_m).Count);
            }, "the ticks end");
        }
    }
}
