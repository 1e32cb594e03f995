namespace OrleansIM.Grains.Timelines;

/// <summary>What is written in one commit. Until it is released, its logs are in no other batch.</summary>
internal sealed class AppendBatch
{
    // Those of units that were refused meanwhile, too.
    private readonly List<AccountTimeline> _logs = [];
    private int _entries;
    private long _bytes;

    /// <summary>The units that are to be written, in the order they were submitted.</summary>
    public List<AppendUnit> Units { get; } = [];

    /// <summary>What the store is given of it.</summary>
    public List<NewEntry> Rows { get; private set; } = [];

    /// <summary>The store may still read the rows, which therefore are not used again.</summary>
    public void GiveUpRows() => Rows = [];

    /// <summary>Whether nothing more goes in.</summary>
    public bool IsFull(TimelineOptions options) => _entries >= options.MaxBatchEntries || _bytes >= options.MaxBatchBytes;

    public void Add(AppendUnit unit)
    {
        Units.Add(unit);
        _entries += unit.Entries.Count;
        _bytes += unit.Bytes;
        foreach (var entry in unit.Entries)
        {
            if (entry.Timeline.Batch != this)
            {
                entry.Timeline.Batch = this;
                _logs.Add(entry.Timeline);
            }
        }
    }

    public void Clear()
    {
        _logs.ForEach(log => log.Batch = null);
        _logs.Clear();
        Units.Clear();
        Rows.Clear();
        (_entries, _bytes) = (0, 0);
    }
}
