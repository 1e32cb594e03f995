using System.Diagnostics;
using OrleansIM.Benchmarks.EndToEnd.Measuring;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>Users that sign in, twenty at once, and leave when they have everything.</summary>
internal abstract class SignInSide(int users) : ISide
{
    private const int AtOnce = 20;

    private int _next;

    public abstract int ServerId { get; }

    /// <summary>All processes that serve, where there are several.</summary>
    protected virtual IReadOnlyList<int> Servers => [ServerId];

    protected virtual int? DatabaseId => null;

    public async Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation)
    {
        await RunAsync(timing.WarmUp, new Latencies(), cancellation);
        var latencies = new Latencies();
        var cpu = CpuWatch.Start(Servers, DatabaseId);
        await RunAsync(timing.Time, latencies, cancellation);
        var used = cpu.Stop();
        return new()
        {
            ["rate"] = latencies.Count / used.Seconds,
            ["p50"] = latencies.Percentile(0.5),
            ["p99"] = latencies.Percentile(0.99),
            ["serverCpu"] = used.Server * 1e3 / latencies.Count,
            ["clientCpu"] = used.Client * 1e3 / latencies.Count,
            ["foreign"] = used.Foreign,
        };
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>Signs a user in. Returns what ends the session, when the user has everything.</summary>
    protected abstract Task<IReadOnlyList<IDisposable>> SignInAsync(int user, CancellationToken cancellation);

    private Task RunAsync(TimeSpan time, Latencies latencies, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        return Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            while (watch.Elapsed < time)
            {
                var user = Interlocked.Increment(ref _next) % users;
                var start = Stopwatch.GetTimestamp();
                var session = await SignInAsync(user, cancellation);
                latencies.AddSince(start);
                foreach (var connection in session)
                {
                    connection.Dispose();
                }
            }
        }));
    }
}
