using System.Diagnostics.Metrics;

namespace OrleansIM.Grains.Links;

/// <summary>What is measured of link groups (docs/operations.md, "Metrics").</summary>
internal sealed class LinkMetrics
{
    private readonly Counter<long> _changes;
    private readonly Counter<long> _rejected;

    public LinkMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GrainMetrics.Meter);
        _changes = meter.CreateCounter<long>("orleansim.links.changes", "{member}", "Members that joined, left, were dropped by a check, or got another role.");
        _rejected = meter.CreateCounter<long>("orleansim.links.rejected", "{account}", "Accounts that were to be linked and were not.");
    }

    /// <param name="change"><c>joined</c>, <c>left</c>, <c>dropped</c> or <c>role</c>.</param>
    public void OnChanged(string change, int members)
    {
        if (members > 0)
        {
            _changes.Add(members, new KeyValuePair<string, object?>("change", change));
        }
    }

    /// <param name="reason">The code it was rejected with.</param>
    public void OnRejected(string reason) => _rejected.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
