using System.Diagnostics;
using System.Security.Cryptography;

namespace OrleansIM.Client.Internal;

/// <summary>Time and chance as the client sees them; <c>TimeProvider</c> is not part of netstandard2.1.</summary>
/// <param name="Now">Monotonic time since some start.</param>
/// <param name="Delay">Waits.</param>
/// <param name="Chance">A random number, at least 0 and below 1.</param>
internal sealed record ClientClock(Func<TimeSpan> Now, Func<TimeSpan, CancellationToken, Task> Delay, Func<double> Chance)
{
    /// <summary>The time of day, for what is shown and kept.</summary>
    public Func<DateTimeOffset> Today { get; init; } = static () => DateTimeOffset.UtcNow;

    public static ClientClock System { get; } = new(
        static () => TimeSpan.FromSeconds((double)Stopwatch.GetTimestamp() / Stopwatch.Frequency),
        static (delay, ct) => Task.Delay(delay, ct),
        static () => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue);

    /// <summary>Waits for <paramref name="task"/> without taking its result: true when it ended in time.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled first.</exception>
    public async Task<bool> EndsWithinAsync(Task task, TimeSpan limit, CancellationToken ct)
    {
        if (task.IsCompleted)
        {
            return true;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var first = await Task.WhenAny(task, Delay(limit, stop.Token)).ConfigureAwait(false);
        stop.Cancel();
        if (first == task)
        {
            return true;
        }

        ct.ThrowIfCancellationRequested();
        return false;
    }
}
