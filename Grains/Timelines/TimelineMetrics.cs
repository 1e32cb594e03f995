using System.Diagnostics.Metrics;

namespace OrleansIM.Grains.Timelines;

/// <summary>What is measured of writing to logs (docs/operations.md, "Metrics").</summary>
internal sealed class TimelineMetrics
{
    private readonly Histogram<double> _batches;
    private readonly Histogram<int> _entries;
    private readonly Histogram<double> _appends;
    private long _refused;
    private Func<(long Entries, long Bytes)> _queue = () => default;

    public TimelineMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GrainMetrics.Meter);
        _batches = meter.CreateHistogram("orleansim.store.batch.duration", "s", "Time the store takes to commit a batch of entries.", advice: GrainMetrics.Seconds);
        _entries = meter.CreateHistogram("orleansim.store.batch.entries", "{entry}", "Entries in a batch.", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] });
        _appends = meter.CreateHistogram("orleansim.appender.append.duration", "s", "Time from asking for a write until it is committed, the wait in the queue included.", advice: GrainMetrics.Seconds);
        meter.CreateObservableCounter("orleansim.appender.refused", () => Interlocked.Read(ref _refused), "{write}", "Writes that were refused because too much waits, or the store does not answer.");
        meter.CreateObservableUpDownCounter("orleansim.appender.queue.entries", () => _queue().Entries, "{entry}", "Entries that wait to be written.");
        meter.CreateObservableUpDownCounter("orleansim.appender.queue.size", () => _queue().Bytes, "By", "Bytes that wait to be written.");
    }

    /// <summary>Whether anybody wants to know how long single writes take.</summary>
    public bool MeasuresAppends => _appends.Enabled;

    public void Watch(Func<(long Entries, long Bytes)> queue) => _queue = queue;

    /// <summary>The store has answered, or was given up.</summary>
    /// <param name="outcome"><c>ok</c>, <c>conflict</c> (a log has moved on, or a duplicate), <c>failed</c>, <c>timeout</c>.</param>
    public void OnBatch(TimeSpan took, int entries, string outcome)
    {
        _batches.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
        _entries.Record(entries);
    }

    public void OnCommitted(TimeSpan took) => _appends.Record(took.TotalSeconds);

    public void OnRefused() => Interlocked.Increment(ref _refused);
}
