using OrleansIM.Client.Internal;

namespace OrleansIM.Client.Tests.Scripted;

/// <summary>Time that moves when the test says so, and only over waits that are known to have begun.</summary>
internal sealed class FakeClock
{
    private readonly object _gate = new();
    private readonly List<(TimeSpan Due, TimeSpan Length, TaskCompletionSource Done)> _waits = [];
    private readonly List<(TimeSpan Length, TaskCompletionSource Seen)> _expected = [];
    private TimeSpan _now;

    public FakeClock() => Clock = new ClientClock(Now, Delay, () => 0);

    public ClientClock Clock { get; }

    /// <summary>Waits until somebody waits for exactly that long.</summary>
    public async Task WaitedAsync(TimeSpan length, string what)
    {
        Task seen;
        lock (_gate)
        {
            var expected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_waits.Exists(wait => wait.Length == length && !wait.Done.Task.IsCompleted))
            {
                expected.SetResult();
            }
            else
            {
                _expected.Add((length, expected));
            }

            seen = expected.Task;
        }

        await seen.Time($"{what}: a wait of {length}");
    }

    /// <summary>Waits until somebody waits for exactly that long, then lets the time pass.</summary>
    public async Task PassAsync(TimeSpan length, string what)
    {
        await WaitedAsync(length, what);
        List<TaskCompletionSource> due;
        lock (_gate)
        {
            _now += length;
            due = [.. _waits.Where(wait => wait.Due <= _now).Select(wait => wait.Done)];
            _waits.RemoveAll(wait => wait.Due <= _now);
        }

        due.ForEach(done => done.TrySetResult());
    }

    private TimeSpan Now()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    private async Task Delay(TimeSpan length, CancellationToken ct)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waits.Add((_now + length, length, done));
            _expected.Where(expected => expected.Length == length).ToList().ForEach(expected => expected.Seen.TrySetResult());
            _expected.RemoveAll(expected => expected.Length == length);
        }

        await using var _ = ct.Register(() => done.TrySetCanceled(ct));
        await done.Task;
    }
}
