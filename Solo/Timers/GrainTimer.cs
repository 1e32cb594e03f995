using Microsoft.Extensions.DependencyInjection;
using Orleans.Timers;

namespace Orleans.Runtime;

internal sealed class TimerRegistry([FromKeyedServices(TimeProviderNames.Grains)] TimeProvider timeProvider) : ITimerRegistry
{
    public IGrainTimer RegisterGrainTimer<TState>(IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new GrainTimer((Activation)grainContext, timeProvider, cancellation => callback(state, cancellation), options);
    }
}

/// <summary>The clock puts a tick in the activation's queue; the next one is set when the tick has ended.</summary>
internal sealed class GrainTimer : IGrainTimer
{
    private const uint Longest = 0xfffffffe;

    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ITimer _timer;
    private bool _firing, _changed;
    private TimeSpan _due, _period;

    public GrainTimer(Activation activation, TimeProvider time, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        (_activation, _callback, _options) = (activation, callback, options);
        Validate(options.DueTime, options.Period);
        using (ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static timer => ((GrainTimer)timer!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        activation.Add(this);
        Change(options.DueTime, options.Period);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Validate(dueTime, period);
        (_changed, _due, _period) = (true, dueTime, period);
        if (!_firing)
        {
            _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _timer.Dispose();
        _activation.Remove(this);
    }

    private static void Validate(TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan((long)dueTime.TotalMilliseconds, -1, nameof(dueTime));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)dueTime.TotalMilliseconds, Longest, nameof(dueTime));
        ArgumentOutOfRangeException.ThrowIfLessThan((long)period.TotalMilliseconds, -1, nameof(period));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)period.TotalMilliseconds, Longest, nameof(period));
    }

    private void OnDue()
    {
        _firing = true;
        _activation.TryEnqueue(new Tick(this));
    }

    private async Task RunAsync()
    {
        _changed = false;
        try
        {
            await _callback(_disposed.Token);
        }
        finally
        {
            if (!_disposed.IsCancellationRequested)
            {
                _timer.Change(_changed ? _due : _period, Timeout.InfiniteTimeSpan);
            }

            _firing = false;
        }
    }

    private sealed class Tick(GrainTimer timer) : Call(s_method, [])
    {
        private static readonly GrainMethod s_method = new(typeof(ITick).GetMethod(nameof(ITick.Tick))!);

        public override bool IsLocalOnly => true;
        public override bool IsKeepAlive => timer._options.KeepAlive;
        public override bool Interleaves => timer._options.Interleave;
        public override bool IsDone => false;

        public override Task Invoke(object instance) => timer.RunAsync();

        public override void Finish(Task outcome) { }

        public override bool Fail(Exception exception) => false;

        public override void Acknowledge() { }
    }

    private interface ITick : IGrainObserver
    {
        Task Tick();
    }
}
