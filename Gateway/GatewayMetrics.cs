using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OrleansIM.Gateway;

/// <summary>What the metrics and traces of all areas of the gateway share.</summary>
internal static class GatewayMetrics
{
    /// <summary>The meter of all of them; and the source of their spans.</summary>
    public const string Meter = "OrleansIM.Gateway";

    /// <summary>The outcome of what was not refused.</summary>
    public const string Ok = "ok";

    /// <summary>Buckets for times from half a millisecond to half a minute.</summary>
    public static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    public static readonly ActivitySource Spans = new(Meter);
}
