using OrleansIM.Groups;
using OrleansIM.Messages;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Groups;

/// <summary>
/// What an account's activation has to do with one group at the moment: how far it has to take the group's log over, the
/// entries it was told of and has not taken yet, its own messages on their way. Not stored; whatever is missing here is
/// read.
/// </summary>
internal sealed class GroupFeed(string group)
{
    // Together these bound what waits in memory; over them the log is read instead.
    private const int MaxWaiting = 256;
    private const int MaxWaitingBytes = 1024 * 1024;
    private const int RememberedPosts = 128;

    private readonly Queue<TimelineEntry> _waiting = new();
    private readonly Dictionary<long, long> _ownSeqs = [];
    private readonly Queue<long> _ownOrder = new();
    private int _waitingBytes;

    public string Group { get; } = group;

    /// <summary>How far the group's log is known to be.</summary>
    public long Target { get; private set; }

    /// <summary>The taking over that goes on; null if nothing does.</summary>
    public Task? Running { get; set; }

    /// <summary>Own messages that wait for the call before them.</summary>
    public Queue<(SendMessage Message, TaskCompletionSource<PostResult> Done)> Posts { get; } = new();

    public bool IsPosting { get; set; }

    /// <summary>Notes how far the group is, and keeps the entries if they follow those that are here.</summary>
    public void Hear(long head, ReadOnlySpan<TimelineEntry> entries)
    {
        Target = Math.Max(Target, head);
        foreach (var entry in entries)
        {
            var last = _waiting.Count > 0 ? _waiting.Last().Seq : 0;
            if (last > 0 && entry.Seq <= last)
            {
                continue;
            }

            if ((last > 0 && entry.Seq != last + 1) || _waiting.Count == MaxWaiting || _waitingBytes > MaxWaitingBytes)
            {
                // What is between, or what is too much, is read.
                Clear();
            }

            _waiting.Enqueue(entry);
            _waitingBytes += entry.Data.Length;
        }
    }

    /// <summary>The entries from the one after a seq on, if that one is here; else nothing.</summary>
    public List<TimelineEntry> Take(long after)
    {
        while (_waiting.Count > 0 && _waiting.Peek().Seq <= after)
        {
            _waitingBytes -= _waiting.Dequeue().Data.Length;
        }

        if (_waiting.Count == 0 || _waiting.Peek().Seq != after + 1)
        {
            return [];
        }

        List<TimelineEntry> taken = [.. _waiting];
        Clear();
        return taken;
    }

    /// <summary>Keeps where an own message is in the own log.</summary>
    public void RememberOwn(long groupSeq, long ownSeq)
    {
        _ownSeqs[groupSeq] = ownSeq;
        _ownOrder.Enqueue(groupSeq);
        if (_ownOrder.Count > RememberedPosts)
        {
            _ownSeqs.Remove(_ownOrder.Dequeue());
        }
    }

    public long? FindOwn(long groupSeq) => _ownSeqs.TryGetValue(groupSeq, out var seq) ? seq : null;

    private void Clear()
    {
        _waiting.Clear();
        _waitingBytes = 0;
    }
}
