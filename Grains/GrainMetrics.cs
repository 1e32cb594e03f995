using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OrleansIM.Grains;

/// <summary>What the metrics and traces of all areas of the grains share.</summary>
internal static class GrainMetrics
{
    /// <summary>The meter of all of them; and the source of their spans.</summary>
    public const string Meter = "OrleansIM.Grains";

    /// <summary>Buckets for times from half a millisecond to ten seconds.</summary>
    public static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    public static readonly ActivitySource Spans = new(Meter);
}
