using OrleansIM.Benchmarks.EndToEnd.Measuring;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>Pairs that exchange messages, and the servers behind them.</summary>
internal sealed class PairSide(IPairs pairs, PairLoad load, params IAsyncDisposable[] servers) : ISide
{
    public int ServerId => pairs.ServerId;

    public Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation) => load.Rate is { } rate
        ? PairDrive.PaceAsync(pairs, rate, timing.WarmUp, timing.Time, cancellation)
        : PairDrive.SaturateAsync(pairs, load.Window, timing.WarmUp, timing.Time, cancellation);

    public async ValueTask DisposeAsync()
    {
        (pairs as IDisposable)?.Dispose();
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }
}

/// <summary>How pairs are driven.</summary>
/// <param name="Pairs">How many.</param>
/// <param name="Window">Messages that a pair has under way, in a closed loop.</param>
/// <param name="Rate">Messages a second of all pairs, in an open loop.</param>
internal sealed record PairLoad(int Pairs, int Window, int? Rate = null);
