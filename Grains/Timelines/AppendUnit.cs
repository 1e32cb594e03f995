using System.Diagnostics;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Timelines;

/// <summary>
/// Entries that are committed together or not at all: one account's, or both sides of something between two accounts.
/// It is prepared by one account and, if the other is on the same silo, completed and submitted by that one.
/// </summary>
internal sealed class AppendUnit(string id)
{
    private const int ReferenceBytes = 64;
    private const int Prepared = 0, Submitted = 1, Abandoned = 2;

    private readonly TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PreparedEntry> _entries = new(2);
    private int _state;

    public string Id { get; } = id;

    /// <summary>Entries in the order they were added.</summary>
    public List<PreparedEntry> Entries => _entries;

    /// <summary>Ends when the unit is on disk, or with the reason why it never will be.</summary>
    public Task Committed => _committed.Task;

    public bool IsSubmitted => Volatile.Read(ref _state) == Submitted;

    public long Bytes { get; private set; }

    /// <summary>When it was submitted, as the clock's timestamp.</summary>
    public long SubmittedAt { get; set; }

    /// <summary>The span in which it was submitted, if there is one.</summary>
    public Activity? Caller { get; set; }

    public PreparedEntry Add(PreparedEntry entry)
    {
        _entries.Add(entry);
        // What is stored by reference is the peer's: counted once, there.
        Bytes += entry.IsReference ? ReferenceBytes : entry.Data.Length;
        return entry;
    }

    /// <summary>Has what another account must append stored with the first entry.</summary>
    public PreparedEntry AttachToFirst(OutboxItem item)
    {
        Bytes += item.Data.Length;
        _entries[0].Deferred = item;
        return _entries[0];
    }

    /// <summary>True for the one caller that may submit it.</summary>
    public bool TrySubmit() => Interlocked.CompareExchange(ref _state, Submitted, Prepared) == Prepared;

    /// <summary>True if it was not submitted and never will be.</summary>
    public bool TryAbandon() => Interlocked.CompareExchange(ref _state, Abandoned, Prepared) == Prepared;

    public void Complete() => _committed.TrySetResult();

    public void Fail(Exception reason)
    {
        _committed.TrySetException(reason);
        _ = _committed.Task.Exception;
    }
}

/// <summary>An entry before it has a seq.</summary>
internal sealed record PreparedEntry(AccountTimeline Timeline, EntryKind Kind, long At, string? Peer, byte[] Data)
{
    public string? Dedupe { get; init; }
    public OutboxItem? Deferred { get; set; }
    public OutboxKey? Completes { get; init; }

    /// <summary>The same thing in the peer's log, if it is earlier in the same unit: its seq becomes the peer seq.</summary>
    public PreparedEntry? Counterpart { get; init; }

    /// <summary>The seq of the same thing in the peer's log, if that is stored already.</summary>
    public long? PeerSeq { get; init; }

    /// <summary>Stored without data: the peer's log has them.</summary>
    public bool IsReference { get; init; }

    /// <summary>The seq, once the unit is committed.</summary>
    public long Seq { get; set; }
}
