using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Runtime;

/// <summary>
/// One living instance of a grain: its queue of calls and the rule which of them may run now. Its life is in
/// Activation.Lifecycle.cs.
/// </summary>
internal sealed partial class Activation : IGrainContext
{
    private readonly Lock _gate = new();
    private readonly ActivationScheduler _scheduler;

    // Calls that wait, in order of arrival, and how many of them might run beside a running one.
    private Call? _first, _last;
    private int _mayInterleave;

    // What runs, and the first of them that others have to wait for.
    private int _running;
    private Call? _blocking;
    private Dictionary<Guid, int>? _reentrantSections;

    public Activation(SoloRuntime runtime, GrainClass grainClass, GrainId id, Dictionary<string, object>? context)
    {
        (Runtime, Class, GrainId, _activationContext) = (runtime, grainClass, id, context);
        _scheduler = new(this);
        _lastUse = Environment.TickCount64;
    }

    public SoloRuntime Runtime { get; }
    public GrainClass Class { get; }
    public GrainId GrainId { get; }
    public object? GrainInstance { get; private set; }
    public GrainReference GrainReference => new(Runtime, GrainId, null);
    public IServiceProvider ActivationServices => _scope!.Value.ServiceProvider;

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    /// <summary>False if the activation has ended: then the call belongs to the next one.</summary>
    public bool TryEnqueue(Call call)
    {
        lock (_gate)
        {
            if (_state == State.Ended)
            {
                return false;
            }

            call.Activation = this;
            call.Next = null;
            if (_last is null)
            {
                _first = call;
            }
            else
            {
                _last.Next = call;
            }

            _last = call;
            _mayInterleave += call.MayInterleave ? 1 : 0;
        }

        _scheduler.RequestPump();
        return true;
    }

    /// <summary>Cancels the token of a running call, in a turn of the grain. One that still waits will not be run.</summary>
    public void Cancel(Call call)
        => _scheduler.Post(static state => ((Call)state!).Cancellation!.Cancel(), call);

    public void EnterReentrantSection(Guid id)
    {
        lock (_gate)
        {
            _reentrantSections ??= [];
            _reentrantSections[id] = _reentrantSections.GetValueOrDefault(id) + 1;
        }
    }

    public void LeaveReentrantSection(Guid id)
    {
        lock (_gate)
        {
            if (_reentrantSections!.TryGetValue(id, out var count) && count > 1)
            {
                _reentrantSections[id] = count - 1;
            }
            else
            {
                _reentrantSections.Remove(id);
            }
        }
    }

    /// <summary>Runs, in a turn, whatever can run now.</summary>
    public void Pump()
    {
        while (true)
        {
            Func<Task>? step;
            Call? call = null;
            lock (_gate)
            {
                if (_stepping)
                {
                    return;
                }

                step = _running == 0 ? NextStep() : null;
                if (step is null && (call = TakeRunnable()) is null)
                {
                    return;
                }
            }

            _ = step is not null ? step() : RunAsync(call!);
        }
    }

    // The first waiting call that may run now, taken out of the queue.
    private Call? TakeRunnable()
    {
        if (_state is not (State.Valid or State.Ending))
        {
            return null;
        }

        Call? before = null;
        for (var call = _first; call is not null;)
        {
            if (_running > 0 && _blocking is not null && _mayInterleave == 0 && !Class.IsReentrant)
            {
                return null;
            }

            var next = call.Next;
            if (call.IsDone && !call.IsOneWay)
            {
                // Timed out or cancelled while it waited.
                Unlink(call, before);
            }
            else if ((_state == State.Valid || call.IsLocalOnly) && MayRun(call))
            {
                // Once the activation is ending, only what is its own business, such as the tick of a timer that was due.
                Unlink(call, before);
                _running++;
                _blocking ??= call.Interleaves ? null : call;
                return call;
            }
            else
            {
                before = call;
            }

            call = next;
        }

        return null;
    }

    private void Unlink(Call call, Call? before)
    {
        _mayInterleave -= call.MayInterleave ? 1 : 0;
        if (before is null)
        {
            _first = call.Next;
        }
        else
        {
            before.Next = call.Next;
        }

        if (_last == call)
        {
            _last = before;
        }
    }

    private bool MayRun(Call call)
        => _running == 0
        || call.Interleaves
        || Class.IsReentrant
        || _blocking is null
        || (_blocking.Method.IsReadOnly && call.Method.IsReadOnly)
        || (_reentrantSections is { Count: > 0 } sections
            && RequestContext.ReentrancyIdOf(call.Context) is var id && id != Guid.Empty && sections.ContainsKey(id));

    // An async method, so that what the call sets in the execution context ends with it.
    private async Task RunAsync(Call call)
    {
        RequestContext.Import(call.Context);
        using var span = ActivityPropagation.StartCall(call);
        Task? outcome;
        try
        {
            outcome = call.Invoke(GrainInstance!) ?? throw new InvalidOperationException($"{call.Method} of {GrainId} returned null instead of a task.");
            await outcome.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
        catch (Exception exception)
        {
            outcome = Task.FromException(exception);
        }

        if (!outcome.IsCompletedSuccessfully)
        {
            OnCallFailed(call, outcome);
        }

        call.Finish(outcome);
        lock (_gate)
        {
            _running--;
            if (_blocking == call)
            {
                _blocking = null;
            }

            if (call.IsKeepAlive)
            {
                _lastUse = Environment.TickCount64;
            }

            if (_first is null && !HasStep)
            {
                return;
            }
        }

        _scheduler.RequestPump();
    }
}
