using Orleans.Concurrency;

namespace OrleansIM.Solo.Tests.Grains;

public interface ITurnGrain : IGrainWithStringKey
{
    /// <summary>Reaches "moment in", waits for "moment go".</summary>
    Task Stay(string moment);

    [AlwaysInterleave]
    Task StayAlways(string moment);

    [ReadOnly]
    Task StayReading(string moment);

    [OneWay]
    Task StayUnheard(string moment);

    [OneWay]
    Task FailUnheard();

    [ResponseTimeout("00:00:01")]
    Task StayBriefly(string moment);

    Task StayWith(string moment, CancellationToken cancellation);

    Task BlockThread(string moment);
    Task Append(int n);
    Task<List<int>> Appended();
    Task Bump();
    Task<int> Bumped();
    Task<string> WhereAwaitsComeBack();

    [ResponseTimeout("00:00:02")]
    Task<string> ThereAndBack(string other, bool allow);

    Task<string> AndBack(string first);
    Task<string> Ping();
    Task End();
}

public interface IReentrantGrain : IGrainWithStringKey
{
    Task Stay(string moment);
    Task<int> Most(int calls, string moment);
}

[GrainType("test.turn")]
public sealed class TurnGrain(Probe probe) : Grain, ITurnGrain
{
    private readonly List<int> _appended = [];
    private readonly Guid _instance = Guid.NewGuid();
    private int _bumped;

    public async Task Stay(string moment)
    {
        probe.Reach(moment + " in");
        await probe.When(moment + " go");
        probe.Note(this.GetPrimaryKeyString(), moment);
    }

    public Task StayAlways(string moment) => Stay(moment);

    public Task StayReading(string moment) => Stay(moment);

    public Task StayUnheard(string moment) => Stay(moment);

    public Task FailUnheard() => throw new OddException("unheard");

    public Task StayBriefly(string moment) => Stay(moment);

    public async Task StayWith(string moment, CancellationToken cancellation)
    {
        probe.Reach(moment + " in");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            probe.Reach(moment + " cancelled");
            throw;
        }
    }

    public Task BlockThread(string moment)
    {
        probe.Reach(moment + " in");
        probe.When(moment + " go").Wait(TimeSpan.FromSeconds(10));
        return Task.CompletedTask;
    }

    public Task Append(int n)
    {
        _appended.Add(n);
        return Task.CompletedTask;
    }

    public Task<List<int>> Appended() => Task.FromResult(_appended.ToList());

    public async Task Bump()
    {
        var before = _bumped;
        await Task.Yield();
        await Task.Delay(1);
        _bumped = before + 1;
    }

    public Task<int> Bumped() => Task.FromResult(_bumped);

    public async Task<string> WhereAwaitsComeBack()
    {
        var mine = TaskScheduler.Current;
        await Task.Yield();
        var afterYield = TaskScheduler.Current == mine;
        var outside = await Task.Run(() => TaskScheduler.Current == TaskScheduler.Default);
        var afterRun = TaskScheduler.Current == mine;
        await Task.Delay(1);
        var afterDelay = TaskScheduler.Current == mine;
        await Task.WhenAll(GrainFactory.GetGrain<ICallGrain>("a").Key(), GrainFactory.GetGrain<ICallGrain>("b").Key());
        var afterCalls = TaskScheduler.Current == mine;
        return $"{mine != TaskScheduler.Default} {afterYield} {outside} {afterRun} {afterDelay} {afterCalls}";
    }

    public async Task<string> ThereAndBack(string other, bool allow)
    {
        using (allow ? RequestContext.AllowCallChainReentrancy() : RequestContext.SuppressCallChainReentrancy())
        {
            return await GrainFactory.GetGrain<ITurnGrain>(other).AndBack(this.GetPrimaryKeyString());
        }
    }

    public Task<string> AndBack(string first) => GrainFactory.GetGrain<ITurnGrain>(first).Ping();

    public Task<string> Ping() => Task.FromResult(_instance.ToString());

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

[Reentrant, GrainType("test.reentrant")]
public sealed class ReentrantGrain(Probe probe) : Grain, IReentrantGrain
{
    private int _now, _most;

    public async Task Stay(string moment)
    {
        _most = Math.Max(_most, ++_now);
        probe.Reach($"{moment} {_now}");
        await probe.When(moment + " go");
        _now--;
    }

    public Task<int> Most(int calls, string moment) => Task.FromResult(_most);
}
