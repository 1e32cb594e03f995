using System.Diagnostics;

namespace OrleansIM.TestSupport;

/// <summary>Waits for what happens elsewhere, with an end.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns as soon as the condition holds.</summary>
    /// <param name="condition">Asked again and again.</param>
    /// <param name="what">What is waited for; the message of the exception says it.</param>
    /// <param name="timeout">Default: 60 s, for machines that are busy.</param>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? timeout = null)
        => TrueAsync(() => Task.FromResult(condition()), what, timeout);

    /// <inheritdoc cref="TrueAsync(Func{bool}, string, TimeSpan?)"/>
    public static Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? timeout = null)
        => TrueAsync(condition, () => what, timeout);

    /// <summary>As the other one; what is said of the wait is asked at its end.</summary>
    public static Task TrueAsync(Func<bool> condition, Func<string> what, TimeSpan? timeout = null)
        => TrueAsync(() => Task.FromResult(condition()), what, timeout);

    /// <inheritdoc cref="TrueAsync(Func{bool}, Func{string}, TimeSpan?)"/>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan? timeout = null)
    {
        var limit = timeout ?? TimeSpan.FromSeconds(60);
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > limit)
            {
                throw new TimeoutException($"Waited {limit.TotalSeconds:0.#} s in vain for: {what()}.");
            }

            await Task.Delay(Pause);
        }
    }
}
