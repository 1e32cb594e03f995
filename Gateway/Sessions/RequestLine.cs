namespace OrleansIM.Gateway.Sessions;

/// <summary>
/// Keeps the requests for one account in the order in which they were received while the account is being opened again:
/// requests go straight through, or wait in line and go on one after the other when it is decided how.
/// </summary>
internal sealed class RequestLine
{
    private readonly Lock _gate = new();
    private PriorityQueue<TaskCompletionSource<LineEnd>, long>? _waiting;
    private TaskCompletionSource? _quiet;
    private long _lastTicket;
    private int _underWay;
    private int _holds;
    private bool _held;

    /// <summary>A place in the order: of the frames, and for a request that waited for one before it (<see cref="RequestOrder"/>), of its turn.</summary>
    public long TakeTicket() => Interlocked.Increment(ref _lastTicket);

    /// <summary>From now on requests wait.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            _held = true;
            _holds++;
        }
    }

    /// <summary>Null if the request can go, and calls <see cref="Leave"/> after; else what to wait for.</summary>
    public Task<LineEnd>? Enter(long ticket)
    {
        lock (_gate)
        {
            if (_held)
            {
                return Join(ticket);
            }

            _underWay++;
            return null;
        }
    }

    /// <summary>A request that could go is back.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_underWay == 0)
            {
                _quiet?.TrySetResult();
                _quiet = null;
            }
        }
    }

    /// <summary>For a request that has to go again: null if it can; else what to wait for.</summary>
    public Task<LineEnd>? Wait(long ticket)
    {
        lock (_gate)
        {
            return _held ? Join(ticket) : null;
        }
    }

    /// <summary>
    /// Done when every request that could go is back, and those that have to go again wait: only then does a release
    /// find all of them.
    /// </summary>
    public Task QuietAsync()
    {
        lock (_gate)
        {
            return _underWay == 0 ? Task.CompletedTask : (_quiet ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>How often the line was held so far.</summary>
    public int Holds
    {
        get
        {
            lock (_gate)
            {
                return _holds;
            }
        }
    }

    /// <summary>
    /// Lets everyone go on, the longest waiting first; who comes meanwhile goes after them. With
    /// <paramref name="holds"/>, only if the line was not held again since.
    /// </summary>
    public void Release(LineEnd end, int? holds = null)
    {
        while (true)
        {
            TaskCompletionSource<LineEnd>? next;
            lock (_gate)
            {
                if (holds is not null && holds != _holds)
                {
                    return;
                }

                if (_waiting is null || !_waiting.TryDequeue(out next, out _))
                {
                    _waiting = null;
                    _held = false;
                    return;
                }
            }

            next.SetResult(end);
        }
    }

    private Task<LineEnd> Join(long ticket)
    {
        // Continues where it is released, not on another thread: that is what keeps the order.
        var turn = new TaskCompletionSource<LineEnd>();
        (_waiting ??= new()).Enqueue(turn, ticket);
        return turn.Task;
    }
}

/// <summary>How a wait in line ended.</summary>
internal enum LineEnd
{
    /// <summary>The account is open: go on.</summary>
    Open,
    /// <summary>The account cannot be reached now.</summary>
    Unavailable,
    /// <summary>The account has left the session.</summary>
    Gone,
}
