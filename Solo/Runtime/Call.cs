namespace Orleans.Runtime;

/// <summary>A call on its way: to which grain, by which method, with what, and who waits for it.</summary>
internal abstract class Call(GrainMethod method, object?[] arguments)
{
    public readonly GrainMethod Method = method;
    public readonly object?[] Arguments = arguments;
    public GrainId Target;
    public Dictionary<string, object>? Context;

    /// <summary>The span of the caller, where spans travel.</summary>
    public System.Diagnostics.ActivityContext? Span;
    public int Forwards;

    /// <summary>The token that the grain was given, where the caller's can be cancelled.</summary>
    public CancellationTokenSource? Cancellation;

    /// <summary>The activation that has the call.</summary>
    public Activation? Activation;

    // Links of the activation's queue and of PendingCalls.
    public Call? Next;
    public Call? PendingBefore, PendingAfter;
    public PendingCalls.Stripe? Pending;
    public long Deadline;

    private CancellationTokenRegistration _registration;

    /// <summary>True for what concerns this activation only, such as a timer's tick: never forwarded.</summary>
    public virtual bool IsLocalOnly => false;

    /// <summary>False for what does not count as use of the grain.</summary>
    public virtual bool IsKeepAlive => true;

    public virtual bool Interleaves => Method.AlwaysInterleaves;
    public bool IsOneWay => Method.IsOneWay;

    public bool MayInterleave => Interleaves || Method.IsReadOnly || RequestContext.ReentrancyIdOf(Context) != Guid.Empty;

    /// <summary>True when nobody waits any more: answered, timed out or cancelled.</summary>
    public abstract bool IsDone { get; }

    public virtual Task Invoke(object instance) => Method.Invoke(instance, Arguments);

    /// <summary>Answers with the outcome of the completed task.</summary>
    public abstract void Finish(Task outcome);

    /// <summary>Answers with an exception; false if the call had been answered before.</summary>
    public abstract bool Fail(Exception exception);

    public abstract void Acknowledge();

    /// <summary>Gives the grain a token of its own that follows the caller's.</summary>
    public void FollowCancellation(SoloRuntime runtime)
    {
        if (Method.TokenIndex < 0 || Arguments[Method.TokenIndex] is not CancellationToken token)
        {
            return;
        }

        token.ThrowIfCancellationRequested();
        if (token.CanBeCanceled && !IsOneWay)
        {
            Cancellation = new();
            Arguments[Method.TokenIndex] = Cancellation.Token;
            _registration = token.UnsafeRegister(
                static (state, token) =>
                {
                    var (call, runtime) = ((Call, SoloRuntime))state!;
                    runtime.OnCancelled(call, token);
                },
                (this, runtime));
        }
    }

    protected void Released()
    {
        PendingCalls.Remove(this);
        _registration.Unregister();
    }

    public override string ToString() => $"{Target} {Method}";
}

internal sealed class Call<T>(GrainMethod method, object?[] arguments) : Call(method, arguments)
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;
    public override bool IsDone => _answer.Task.IsCompleted;

    public override void Finish(Task outcome)
    {
        if (outcome.IsCompletedSuccessfully)
        {
            var result = outcome is Task<T> typed ? typed.Result : default!;
            if (_answer.TrySetResult(Method.ReturnsLive ? (T)Snapshot.Of(result)! : result))
            {
                Released();
            }
        }
        else
        {
            Fail(outcome.Exception?.InnerException ?? CancellationOf(outcome));
        }
    }

    public override bool Fail(Exception exception)
    {
        // Through a task, so that a cancellation cancels and keeps its exception.
        var failed = exception is OperationCanceledException
            ? _answer.TrySetFromTask(Cancelled(exception))
            : _answer.TrySetException(exception);
        if (failed)
        {
            Released();
        }

        return failed;

#pragma warning disable CS1998 // No await: it only throws.
        static async Task<T> Cancelled(Exception exception) => throw exception;
#pragma warning restore CS1998
    }

    public override void Acknowledge() => _answer.TrySetResult(default!);

    private static OperationCanceledException CancellationOf(Task cancelled)
    {
        try
        {
            cancelled.GetAwaiter().GetResult();
            return new();
        }
        catch (OperationCanceledException exception)
        {
            return exception;
        }
    }
}
