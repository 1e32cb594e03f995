namespace OrleansIM.Solo.Tests.Grains;

public interface ITimerGrain : IGrainWithStringKey
{
    Task Start(TimerPlan plan, string moment);
    Task Change(TimeSpan due, TimeSpan period);
    Task Stop();
    Task Stay(string moment);
    Task Overloads(string moment);
    Task<string> RegisterOutside();
}

[GenerateSerializer, Immutable, Alias("test.TimerPlan")]
public sealed record TimerPlan
{
    [Id(0)] public required TimeSpan DueTime { get; init; }
    [Id(1)] public required TimeSpan Period { get; init; }
    [Id(2)] public bool Interleave { get; init; }
    [Id(3)] public bool Hold { get; init; }
    [Id(4)] public bool Fail { get; init; }
    [Id(5)] public bool KeepAlive { get; init; }
}

[GrainType("test.timer")]
public sealed class TimerGrain(Probe probe) : Grain, ITimerGrain
{
    private IGrainTimer? _timer;
    private int _ticks;

    public Task Start(TimerPlan plan, string moment)
    {
        _timer = this.RegisterGrainTimer(
            async (m, cancellation) =>
            {
                var tick = ++_ticks;
                probe.Note(m, $"{tick} {TaskScheduler.Current != TaskScheduler.Default}");
                probe.Reach($"{m} {tick}");
                if (plan.Hold)
                {
                    await probe.When($"{m} {tick} go").WaitAsync(cancellation);
                }

                if (plan.Fail)
                {
                    throw new OddException("tick");
                }
            },
            moment,
            new GrainTimerCreationOptions { DueTime = plan.DueTime, Period = plan.Period, Interleave = plan.Interleave, KeepAlive = plan.KeepAlive });
        return Task.CompletedTask;
    }

    public Task Change(TimeSpan due, TimeSpan period)
    {
        _timer!.Change(due, period);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public async Task Stay(string moment)
    {
        probe.Reach(moment + " in");
        await probe.When(moment + " go");
    }

    public Task Overloads(string moment)
    {
        var (now, once) = (TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        Task Tick(int n)
        {
            probe.Reach($"{moment} overload {n}");
            return Task.CompletedTask;
        }

        this.RegisterGrainTimer(() => Tick(1), new() { DueTime = now, Period = once });
        this.RegisterGrainTimer(_ => Tick(2), new() { DueTime = now, Period = once });
        this.RegisterGrainTimer(n => Tick(n), 3, new() { DueTime = now, Period = once });
        this.RegisterGrainTimer((n, _) => Tick(n), 4, now, once);
        this.RegisterGrainTimer(() => Tick(5), now, once);
        return Task.CompletedTask;
    }

    public async Task<string> RegisterOutside()
    {
        try
        {
            this.RegisterGrainTimer(() => Task.CompletedTask, TimeSpan.FromMilliseconds(-5), TimeSpan.Zero);
            return "taken";
        }
        catch (ArgumentOutOfRangeException exception)
        {
            await Task.Yield();
            return exception.ParamName!;
        }
    }
}
