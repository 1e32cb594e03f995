using System.Collections.Concurrent;
using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <summary>
/// Brings handlers to the loop of a game or of a program with one thread: give it to <see cref="ImClientOptions.Dispatcher"/>
/// and call <see cref="Run"/> once per frame. It is also the <see cref="SynchronizationContext"/> of what it runs: a handler
/// that awaits goes on in a later <see cref="Run"/>, on the same thread. Posting is thread-safe; one thread runs.
/// </summary>
public sealed class ImPump : SynchronizationContext, IImDispatcher
{
    private readonly ConcurrentQueue<Action> _waiting = new();

    /// <summary>How much work waits for the next <see cref="Run"/>.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>
    /// Runs what waits, in its order. What is posted meanwhile waits for the next call, so that a frame ends.
    /// </summary>
    /// <returns>How many pieces of work were run.</returns>
    public int Run()
    {
        var before = Current;
        SetSynchronizationContext(this);
        var run = 0;
        try
        {
            for (var waiting = _waiting.Count; run < waiting && _waiting.TryDequeue(out var work); run++)
            {
                work();
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }

        return run;
    }

    /// <inheritdoc/>
    public void Post(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        _waiting.Enqueue(work);
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        _waiting.Enqueue(() => d(state));
    }

    /// <summary>Not supported: it would make one thread wait for another's frame.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Work is posted to a pump, never waited for.");

    /// <summary>This pump: there is one queue.</summary>
    public override SynchronizationContext CreateCopy() => this;
}
