using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>The life of an activation: Created, Activating, Valid, Ending, Ended. Steps run when no call does.</summary>
internal sealed partial class Activation
{
    private readonly Dictionary<string, object>? _activationContext;
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _activating = new();
    private readonly List<IGrainTimer> _timers = [];
    private readonly List<Func<Task>> _loads = [];
    private AsyncServiceScope? _scope;
    private State _state = State.Created;
    private State _endedFrom;
    private bool _stepping;
    private DeactivationReason _reason;
    private CancellationToken _endDeadline;
    private long _lastUse;
    private long _keepUntil;

    private enum State
    {
        Created,
        Activating,
        Valid,
        Ending,
        Ended,
    }

    public Task Deactivated => _deactivated.Task;

    private bool HasStep => _state is State.Created or State.Ending;

    /// <summary>Adds something to load before OnActivateAsync: persistent state.</summary>
    public void LoadBeforeActivation(Func<Task> load) => _loads.Add(load);

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_state is State.Ending or State.Ended)
            {
                return;
            }

            (_endedFrom, _state, _reason, _endDeadline) = (_state, State.Ending, deactivationReason, cancellationToken);
        }

        if (_endedFrom != State.Valid)
        {
            _activating.Cancel();
        }

        _scheduler.RequestPump();
    }

    public void DelayDeactivation(TimeSpan time)
        => Volatile.Write(ref _keepUntil, time == TimeSpan.MaxValue || time == Timeout.InfiniteTimeSpan ? long.MaxValue
            : time <= TimeSpan.Zero ? 0 : (Runtime.TimeProvider.GetUtcNow() + time).UtcTicks);

    /// <summary>Ends the activation if nobody has used it for its age limit.</summary>
    public void DeactivateIfIdle()
    {
        lock (_gate)
        {
            if (_state != State.Valid || _running > 0 || _first is not null || Class.AgeLimit == Timeout.InfiniteTimeSpan
                || Environment.TickCount64 - Volatile.Read(ref _lastUse) < Class.AgeLimit.TotalMilliseconds
                || Volatile.Read(ref _keepUntil) > Runtime.TimeProvider.GetUtcNow().UtcTicks)
            {
                return;
            }
        }

        Deactivate(new(DeactivationReasonCode.ActivationIdle, "This activation has become idle."));
    }

    public void Add(IGrainTimer timer)
    {
        lock (_timers)
        {
            _timers.Add(timer);
        }
    }

    public void Remove(IGrainTimer timer)
    {
        lock (_timers)
        {
            _timers.Remove(timer);
        }
    }

    // Under the gate, when nothing runs.
    private Func<Task>? NextStep()
    {
        _stepping = HasStep;
        return !_stepping ? null : _state == State.Created ? ActivateAsync : EndAsync;
    }

    private async Task ActivateAsync()
    {
        RequestContext.Import(_activationContext);
        var description = "Error constructing grain instance.";
        try
        {
            _activating.CancelAfter(Runtime.CollectionOptions.ActivationTimeout);
            var cancellation = _activating.Token;
            _scope = Runtime.Services.CreateAsyncScope();
            _scope.Value.ServiceProvider.GetRequiredService<GrainContextHolder>().Context = this;
            GrainInstance = Class.CreateInstance(this);
            description = "Failed to activate grain.";
            lock (_gate)
            {
                _state = _state == State.Created ? State.Activating : _state;
            }

            await Task.WhenAll(_loads.Select(load => load())).WaitAsync(cancellation);
            if (GrainInstance is IGrainBase grain)
            {
                await grain.OnActivateAsync(cancellation).WaitAsync(cancellation);
            }

            lock (_gate)
            {
                _state = _state == State.Activating ? State.Valid : _state;
            }

            _activating.CancelAfter(Timeout.InfiniteTimeSpan);
        }
        catch (Exception exception)
        {
            Log.ActivationFailed(Runtime.Logger, exception, GrainId);
            Deactivate(new(DeactivationReasonCode.ActivationFailed, exception, description));
        }

        lock (_gate)
        {
            _stepping = false;
        }

        _scheduler.RequestPump();
    }

    private async Task EndAsync()
    {
        IGrainTimer[] timers;
        lock (_timers)
        {
            timers = [.. _timers];
        }

        foreach (var timer in timers)
        {
            timer.Dispose();
        }

        if (_endedFrom == State.Valid && GrainInstance is IGrainBase grain)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_endDeadline);
            deadline.CancelAfter(Runtime.CollectionOptions.DeactivationTimeout);
            try
            {
                await grain.OnDeactivateAsync(_reason, deadline.Token).WaitAsync(deadline.Token);
            }
            catch (Exception exception)
            {
                Log.DeactivationFailed(Runtime.Logger, exception, GrainId);
            }
        }

        HandOver();
        try
        {
            await DisposeInstanceAsync();
        }
        catch (Exception exception)
        {
            Log.DeactivationFailed(Runtime.Logger, exception, GrainId);
        }

        _deactivated.TrySetResult();
    }

    // What waits goes to the next activation in its order, before anything newer can get there.
    private void HandOver()
    {
        var rejected = new List<Call>();
        lock (_gate)
        {
            Activation? next = null;
            for (var call = _first; call is not null;)
            {
                var following = call.Next;
                if (!call.IsLocalOnly)
                {
                    if (_reason.Exception is null && !Runtime.IsDraining && ++call.Forwards <= Runtime.MessagingOptions.MaxForwardCount)
                    {
                        next ??= new(Runtime, Class, GrainId, call.Context);
                        next.TryEnqueue(call);
                    }
                    else
                    {
                        rejected.Add(call);
                    }
                }

                call = following;
            }

            _first = _last = null;
            _state = State.Ended;
            Runtime.Replace(this, next);
        }

        foreach (var call in rejected)
        {
            call.Fail(_reason.Exception
                ?? (Runtime.IsDraining ? SoloRuntime.Stopped(call) : new OrleansMessageRejectionException($"Forwarding failed: {call} has been forwarded {call.Forwards - 1} times: {_reason}")));
        }
    }

    private async Task DisposeInstanceAsync()
    {
        switch (GrainInstance)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync();
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }

        if (_scope is { } scope)
        {
            await scope.DisposeAsync();
        }
    }

    private void OnCallFailed(Call call, Task outcome)
    {
        var exception = outcome.Exception?.InnerException;
        if (exception is not null && (call.IsOneWay || call.IsLocalOnly))
        {
            Log.UnheardFailure(Runtime.Logger, exception, GrainId, call.Method.ToString());
        }

        if (exception is InconsistentStateException { IsSourceActivation: true } inconsistent)
        {
            // It must not end the activations that it passes through on its way to the caller.
            inconsistent.IsSourceActivation = false;
            Deactivate(new(DeactivationReasonCode.ApplicationError, exception.Message));
        }
    }
}

/// <summary>Gives the services of an activation's scope their activation.</summary>
internal sealed class GrainContextHolder
{
    public IGrainContext? Context { get; set; }
}
