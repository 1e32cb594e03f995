using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansIM.Grains.Timelines;

/// <summary>
/// Waits for a store, and no longer than may be waited: one that has not answered by then hangs, and does so until it has,
/// however late. Whoever knows that it hangs gives it nothing new.
/// </summary>
internal sealed partial class StoreWait(TimeSpan most, TimeProvider time, ILogger logger)
{
    // What ends the wait: used again, since with each would come a timer.
    private readonly ConcurrentQueue<CancellationTokenSource> _patience = [];

    // How many calls it does not answer.
    private int _hanging;

    /// <summary>Whether it has not answered something in time, and has not yet.</summary>
    public bool Hangs => Volatile.Read(ref _hanging) > 0;

    /// <summary>True when the store has done it, what it throws if it has failed; false if it hangs, and may yet do it.</summary>
    public async Task<bool> ForAsync(Task storing)
    {
        if (!_patience.TryDequeue(out var patience))
        {
            patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        }

        patience.CancelAfter(most);
        try
        {
            await storing.WaitAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException) when (!storing.IsCompleted)
        {
            Interlocked.Increment(ref _hanging);
            _ = EndHangAsync(storing);
            return false;
        }
        finally
        {
            if (patience.TryReset())
            {
                _patience.Enqueue(patience);
            }
            else
            {
                patience.Dispose();
            }
        }
    }

    private async Task EndHangAsync(Task storing)
    {
        var since = time.GetTimestamp();
        await storing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        LogHangOver((long)time.GetElapsedTime(since).TotalSeconds);
        Interlocked.Decrement(ref _hanging);
    }

    [LoggerMessage(3, LogLevel.Warning, "The store answers again, {Seconds} s after it was given up; writers were refused meanwhile.")]
    private partial void LogHangOver(long seconds);
}
