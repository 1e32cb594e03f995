using System.Diagnostics;

namespace OrleansIM.LoadTest.Load;

/// <summary>Begins what is due when it is due, and waits for nothing that it began.</summary>
internal sealed class OpenLoop(IEnumerable<double> moments, int seed, Func<Arrival, Task> act)
{
    private readonly HashSet<Task> _underWay = [];

    /// <summary>Arrivals that are being worked on.</summary>
    public int UnderWay
    {
        get
        {
            lock (_underWay)
            {
                return _underWay.Count;
            }
        }
    }

    /// <summary>Runs until the plan is over or it is stopped.</summary>
    /// <param name="start">The timestamp of second 0.</param>
    /// <param name="stop">Ends it; what was begun goes on.</param>
    public async Task RunAsync(long start, CancellationToken stop)
    {
        var number = 0;
        foreach (var moment in moments)
        {
            var intended = start + (long)(moment * Stopwatch.Frequency);
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), intended);
            if (wait >= TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(wait, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (stop.IsCancellationRequested)
            {
                return;
            }

            Begin(new Arrival(number, intended, new Random(Seeds.Of(seed, number))));
            number++;
        }
    }

    /// <summary>Waits for all that was begun.</summary>
    public Task DrainAsync()
    {
        lock (_underWay)
        {
            return Task.WhenAll(_underWay);
        }
    }

    private void Begin(Arrival arrival)
    {
        var task = Task.Run(() => act(arrival));
        lock (_underWay)
        {
            _underWay.Add(task);
        }

        _ = task.ContinueWith(
            done =>
            {
                lock (_underWay)
                {
                    _underWay.Remove(done);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
