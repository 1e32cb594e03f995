using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Groups;

/// <summary>From the log to the state.</summary>
internal sealed partial class GroupGrain
{
    /// <summary>Reads what the log has beyond the snapshot.</summary>
    private async Task ReplayAsync(CancellationToken cancellation)
    {
        const int page = 500;
        IReadOnlyList<TimelineEntry> entries;
        do
        {
            entries = await _store.ReadAsync(_name, _state.AppliedSeq, page, cancellation);
            foreach (var entry in entries)
            {
                Apply(entry);
            }
        }
        while (entries.Count == page);
    }

    /// <summary>Takes an entry into the state; one that cannot be read is left out, and the log goes on behind it.</summary>
    private void Apply(TimelineEntry entry)
    {
        try
        {
            _state.Apply(entry);
        }
        catch (DamagedEntryException damage)
        {
            LogDamaged(damage, entry.Seq);
        }
    }
}
