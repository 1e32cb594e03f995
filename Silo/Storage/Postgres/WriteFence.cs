using OrleansIM.Timelines;

namespace OrleansIM.Silo.Storage.Postgres;

/// <summary>
/// Keeps a process from writing that may have been declared dead: its accounts live elsewhere by then, and have read what
/// was stored. What it writes after that would be in the store and in nobody's memory until they are read again. A process
/// that stood still and goes on has calls waiting that it knows no better than to carry out. So it writes only for a while
/// after it was seen to be a member, a shorter one than it takes until the others give it up.
/// </summary>
internal sealed class WriteFence(TimeSpan validity, Func<Task<bool>> isMember, TimeProvider time)
{
    private const int MaxLooks = 3;

    private readonly Lock _gate = new();
    private Task _look = Task.CompletedTask;
    private long? _seen;

    /// <summary>For a process that is no member of anything.</summary>
    public static WriteFence None { get; } = new(TimeSpan.MaxValue, () => Task.FromResult(true), TimeProvider.System);

    /// <summary>How long it is open after a look.</summary>
    public TimeSpan Validity => validity;

    private bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return _seen is { } seen && time.GetElapsedTime(seen) < validity;
            }
        }
    }

    /// <summary>Returns when this process may write.</summary>
    /// <exception cref="StoreUnavailableException">It was declared dead, or cannot find out in time whether it was.</exception>
    public ValueTask EnterAsync(CancellationToken cancellation) => IsOpen ? ValueTask.CompletedTask : WaitAsync(cancellation);

    /// <summary>Looks whether this process is a member. Looking ahead of time, nobody who writes has to wait for it.</summary>
    public Task LookAsync()
    {
        lock (_gate)
        {
            return _look.IsCompleted ? _look = LookOnceAsync() : _look;
        }
    }

    private async ValueTask WaitAsync(CancellationToken cancellation)
    {
        for (var looks = 0; !IsOpen; looks++)
        {
            if (looks == MaxLooks)
            {
                throw new StoreUnavailableException(
                    $"Whether this process is still a member of its cluster cannot be found out in {validity.TotalSeconds:0.#} s; until then it writes nothing.");
            }

            await LookAsync().WaitAsync(cancellation);
        }
    }

    private async Task LookOnceAsync()
    {
        // From before the question: the process may stand still between the answer and the next line.
        var asked = time.GetTimestamp();
        var isStillMember = await isMember();
        lock (_gate)
        {
            _seen = isStillMember ? asked : null;
        }

        if (!isStillMember)
        {
            throw new StoreUnavailableException("This process was declared dead by the others of its cluster; it writes nothing any more.");
        }
    }
}
