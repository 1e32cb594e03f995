namespace Orleans.Runtime;

/// <summary>
/// Runs the turns of one activation, one at a time, on the thread pool: every await of a grain comes back here.
/// </summary>
internal sealed class ActivationScheduler(Activation activation) : TaskScheduler, IThreadPoolWorkItem
{
    // So many turns at a stretch, then others get the thread.
    private const int Quantum = 100;

    private static readonly Action<object?> s_pump = static state => ((Activation)state!).Pump();

    private readonly Lock _gate = new();
    private readonly Queue<Task> _turns = new();
    private bool _active;
    private bool _pumpWanted;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Makes the activation look at its queue in a turn of its own.</summary>
    public void RequestPump()
    {
        lock (_gate)
        {
            if (_pumpWanted)
            {
                return;
            }

            _pumpWanted = true;
            if (_active)
            {
                return;
            }

            _active = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    /// <summary>Runs something as a turn, without the caller's execution context.</summary>
    public void Post(Action<object?> action, object? state)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            new Task(action, state).Start(this);
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            new Task(action, state).Start(this);
        }
    }

    public void Execute()
    {
        RuntimeContext.Current = activation;
        try
        {
            var pumped = false;
            for (var turn = 0; turn < Quantum; turn++)
            {
                Task? next = null;
                lock (_gate)
                {
                    // In turn: new calls must not starve what the running ones go on with, nor the other way round.
                    pumped = _pumpWanted && (!pumped || _turns.Count == 0);
                    if (pumped)
                    {
                        _pumpWanted = false;
                    }
                    else if (!_turns.TryDequeue(out next))
                    {
                        _active = false;
                        return;
                    }
                }

                if (next is null)
                {
                    // As a task of this scheduler: what it starts comes back to it.
                    new Task(s_pump, activation).RunSynchronously(this);
                }
                else
                {
                    TryExecuteTask(next);
                }
            }
        }
        finally
        {
            RuntimeContext.Current = null;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    protected override void QueueTask(Task task)
    {
        lock (_gate)
        {
            _turns.Enqueue(task);
            if (_active)
            {
                return;
            }

            _active = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
        => !taskWasPreviouslyQueued && ReferenceEquals(RuntimeContext.Current, activation) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
        {
            return _turns.ToArray();
        }
    }
}
