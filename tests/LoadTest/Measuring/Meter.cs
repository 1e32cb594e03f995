using System.Diagnostics;
using HdrHistogram;

namespace OrleansIM.LoadTest.Measuring;

/// <summary>Times of one kind: over the whole run, and over the present second. In an HDR histogram of three digits, up to ten minutes.</summary>
internal sealed class Meter(string name)
{
    private const long HighestMicroseconds = 600_000_000;
    private const int Digits = 3;

    private readonly Lock _gate = new();
    private readonly LongHistogram _all = new(HighestMicroseconds, Digits);
    private readonly LongHistogram _interval = new(HighestMicroseconds, Digits);

    /// <summary>As it is called in results, like <c>latencyMs</c>.</summary>
    public string Name => name;

    /// <summary>Takes the time from one timestamp to another.</summary>
    public void Record(long from, long to) => Record(Stopwatch.GetElapsedTime(from, to));

    public void Record(TimeSpan time)
    {
        var microseconds = Math.Clamp((long)time.TotalMicroseconds, 0, HighestMicroseconds);
        lock (_gate)
        {
            _all.RecordValue(microseconds);
            _interval.RecordValue(microseconds);
        }
    }

    /// <summary>What is known so far; null for nothing.</summary>
    public LatencyFigures? Total()
    {
        lock (_gate)
        {
            return LatencyFigures.Of(_all);
        }
    }

    /// <summary>What came since the last call; null for nothing.</summary>
    public LatencyFigures? TakeInterval()
    {
        lock (_gate)
        {
            var figures = LatencyFigures.Of(_interval);
            _interval.Reset();
            return figures;
        }
    }

    /// <summary>Forgets what was measured while the run was warming up.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _all.Reset();
            _interval.Reset();
        }
    }

    /// <summary>The whole distribution: for shares that come ever nearer to 1, the time that so many stay under.</summary>
    public IReadOnlyList<(double Share, double Milliseconds)> Distribution()
    {
        lock (_gate)
        {
            if (_all.TotalCount == 0)
            {
                return [];
            }

            var points = new List<(double, double)>();
            for (double distance = 1; distance * _all.TotalCount >= 0.5; distance *= 0.8)
            {
                points.Add((1 - distance, _all.GetValueAtPercentile((1 - distance) * 100) / 1000.0));
            }

            return points;
        }
    }
}

/// <summary>Percentiles in milliseconds.</summary>
internal sealed record LatencyFigures(long Count, double P50, double P90, double P99, double P999, double Max, double Mean)
{
    public static LatencyFigures? Of(HistogramBase histogram) => histogram.TotalCount == 0 ? null : new LatencyFigures(
        histogram.TotalCount, At(histogram, 50), At(histogram, 90), At(histogram, 99), At(histogram, 99.9), histogram.GetMaxValue() / 1000.0,
        Math.Round(histogram.GetMean() / 1000.0, 3));

    private static double At(HistogramBase histogram, double percentile) => histogram.GetValueAtPercentile(percentile) / 1000.0;
}
