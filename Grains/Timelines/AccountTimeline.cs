using OrleansIM.Timelines;

namespace OrleansIM.Grains.Timelines;

/// <summary>
/// The log of one account as its activation holds it: how far it is, and its newest entries. The appender gives out
/// seqs and hands over what is committed; the activation takes that over in its own turn.
/// </summary>
internal sealed class AccountTimeline(string account, long head, int recentEntries = 50, int recentBytes = 64 * 1024)
{
    private readonly RecentEntries _recent = new(recentEntries, recentBytes);

    // Between the appender and the activation: nothing most of the time, mostly one entry if there is something, else a list
    // of them. Replaced or filled under the lock of _recent.
    private object? _committed;
    private volatile bool _isBroken;

    // The block that seqs are given out in, if it began here. Only the appender touches this, and what follows up to Assigned.
    private PeerBlock? _block;

    public string Account { get; } = account;

    /// <summary>The last seq the appender gave out.</summary>
    public long Assigned { get; private set; } = head;

    /// <summary>The batch that the log is in now. For the queue of appends alone, as is the next.</summary>
    public AppendBatch? Batch { get; set; }

    /// <summary>When it was last passed over: in which pass through what waits.</summary>
    public long PassedOverIn { get; set; }

    /// <summary>The last seq this activation has taken over.</summary>
    public long Head { get; private set; } = head;

    /// <summary>
    /// True when a commit failed: how far the log is, is not known here any more. The activation has to go.
    /// </summary>
    public bool IsBroken => _isBroken;

    public void Break() => _isBroken = true;

    /// <summary>Gives out the next seq, to an entry about a peer.</summary>
    /// <param name="peer">The peer, if it is about one.</param>
    /// <param name="whole">With the last seq of a block that began here: whom it is about.</param>
    public long Assign(string? peer, out PeerBlock? whole)
    {
        var seq = ++Assigned;
        if (PeerBlock.IsFirst(seq))
        {
            _block = new PeerBlock(PeerBlock.Of(seq));
        }

        _block?.Add(seq, peer);
        whole = PeerBlock.IsLast(seq) ? _block : null;
        return seq;
    }

    /// <summary>A seq, and all after it, were not used.</summary>
    public void TakeBack(long seq)
    {
        if (seq <= Assigned)
        {
            (Assigned, _block) = (seq - 1, null);
        }
    }

    /// <summary>The appender: this is on disk.</summary>
    public void Commit(TimelineEntry entry)
    {
        lock (_recent)
        {
            switch (_committed)
            {
                case null:
                    _committed = entry;
                    break;
                case List<TimelineEntry> several:
                    several.Add(entry);
                    break;
                case TimelineEntry first:
                    _committed = new List<TimelineEntry> { first, entry };
                    break;
            }
        }
    }

    /// <summary>The activation: takes over what was committed since, in order.</summary>
    public TimelineEntry[]? Take()
    {
        object? taken;
        lock (_recent)
        {
            (taken, _committed) = (_committed, null);
        }

        TimelineEntry[]? entries = taken switch
        {
            List<TimelineEntry> several => [.. several],
            TimelineEntry one => [one],
            _ => null,
        };
        Head = entries?[^1].Seq ?? Head;
        return entries;
    }

    /// <summary>Keeps an entry near.</summary>
    public void Remember(TimelineEntry entry) => _recent.Add(entry);

    /// <summary>What is near is other in the log by now.</summary>
    public void Forget() => _recent.Clear();

    /// <summary>The newest entries, oldest first.</summary>
    public TimelineEntry[] Recent() => _recent.Read(0, int.MaxValue);

    /// <summary>Everything after a seq, if all of it is still near.</summary>
    public bool TryReadRecent(long after, int limit, out TimelineEntry[] entries)
    {
        entries = [];
        if (after >= Head)
        {
            return true;
        }

        if (_recent.Count == 0 || _recent.FirstSeq > after + 1)
        {
            return false;
        }

        entries = _recent.Read(after, limit);
        return true;
    }
}
