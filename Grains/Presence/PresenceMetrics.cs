using System.Diagnostics.Metrics;

namespace OrleansIM.Grains.Presence;

/// <summary>What is measured of presence (docs/operations.md, "Metrics").</summary>
internal sealed class PresenceMetrics
{
    private readonly Counter<long> _exchanges;
    private long _news;
    private Func<int> _accounts = () => 0;

    public PresenceMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GrainMetrics.Meter);
        _exchanges = meter.CreateCounter<long>("orleansim.presence.exchanges", "{call}", "Calls from this silo to shards of presence.");
        meter.CreateObservableCounter("orleansim.presence.news", () => Interlocked.Read(ref _news), "{account}", "Times an account of this silo was told what has changed with its friends.");
        meter.CreateObservableUpDownCounter("orleansim.presence.accounts", () => _accounts(), "{account}", "Accounts of this silo that have sessions.");
    }

    public void Watch(Func<int> accounts) => _accounts = accounts;

    /// <param name="outcome"><c>ok</c> or <c>failed</c>.</param>
    public void OnExchanged(string outcome) => _exchanges.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void OnNews() => Interlocked.Increment(ref _news);
}
