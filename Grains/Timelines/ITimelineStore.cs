using OrleansIM.Timelines;

namespace OrleansIM.Grains.Timelines;

/// <summary>
/// Where the timelines are. An implementation is safe for concurrent use; <see cref="AppendAsync"/> is called by one
/// appender per silo, with one batch at a time unless the store <see cref="TakesManyBatches"/>, each of other logs.
/// </summary>
public interface ITimelineStore
{
    /// <summary>Whether several batches at a time are written sooner than one after the other.</summary>
    bool TakesManyBatches { get; }

    /// <summary>
    /// Writes the batch in one transaction, all of it or nothing, and returns after the commit is on disk. An item that
    /// the batch puts into the outbox and also completes, in whatever order, is never in it. Any other exception than a
    /// conflict leaves open whether the batch was written: the connection may have broken after the commit.
    /// </summary>
    /// <exception cref="TimelineConflictException">
    /// An entry's (account, seq), or its (account, dedupe key), is taken. Nothing was written.
    /// </exception>
    Task AppendAsync(IReadOnlyList<NewEntry> batch, CancellationToken cancellation);

    /// <summary>The highest seq of the account; 0 if it has no entry.</summary>
    Task<long> GetHeadAsync(string account, CancellationToken cancellation);

    /// <summary>The highest seq of each of these logs, in their order; 0 for one without an entry. One read, of the index only.</summary>
    Task<IReadOnlyList<long>> GetHeadsAsync(IReadOnlyList<string> logs, CancellationToken cancellation);

    /// <summary>Entries with a seq over <paramref name="after"/>, oldest first, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<TimelineEntry>> ReadAsync(string account, long after, int limit, CancellationToken cancellation);

    /// <summary>Entries about a peer with a seq over <paramref name="after"/>, oldest first, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<TimelineEntry>> ReadByPeerAsync(string account, string peer, long after, int limit, CancellationToken cancellation);

    /// <summary>
    /// The newest entries with a seq under <paramref name="before"/>, at most <paramref name="limit"/>, returned oldest
    /// first. With a <paramref name="peer"/>, only entries about that peer.
    /// </summary>
    Task<IReadOnlyList<TimelineEntry>> ReadBackAsync(string account, string? peer, long before, int limit, CancellationToken cancellation);

    /// <summary>The entry of the account that was written with this dedupe key, or null.</summary>
    Task<TimelineEntry?> FindAsync(string account, string dedupe, CancellationToken cancellation);

    /// <summary>Entries of the account that another account has yet to answer with its own, oldest first.</summary>
    Task<IReadOnlyList<OutboxEntry>> ReadOutboxAsync(string account, CancellationToken cancellation);

    /// <summary>Accounts whose outbox has something for this recipient.</summary>
    Task<IReadOnlyList<string>> ReadOutboxSendersAsync(string recipient, CancellationToken cancellation);

    /// <summary>Takes an item out of the outbox whose recipient will never take it (deleted meanwhile).</summary>
    Task RemoveFromOutboxAsync(OutboxKey key, CancellationToken cancellation);

    /// <summary>
    /// Removes the oldest entries of the account, with seqs up to <paramref name="upTo"/>, at most
    /// <paramref name="limit"/>; what is in the outbox stays. Returns how many were removed: fewer than the limit means
    /// that none is left up to there.
    /// </summary>
    Task<int> TrimAsync(string account, long upTo, int limit, CancellationToken cancellation);

    /// <summary>
    /// Removes everything of a deleted account: its log and its own outbox. What others have in their outboxes for it
    /// they remove when they find it gone.
    /// </summary>
    Task DeleteAsync(string account, CancellationToken cancellation);
}

/// <summary>An entry to write.</summary>
/// <param name="Account">Whose timeline.</param>
/// <param name="Entry">The entry with its seq.</param>
/// <param name="Dedupe">Unique per account where given: the sender's <c>cid</c> or the message's id.</param>
/// <param name="Deferred">If given, put into the outbox: what another account has to append because of this entry.</param>
/// <param name="Completes">If given, this item leaves the outbox in the same transaction.</param>
/// <param name="ByReference">
/// The entry is stored without its data, which is that of the entry <see cref="TimelineEntry.PeerSeq"/> of the log
/// <see cref="TimelineEntry.Peer"/>: whoever reads it gets them from there.
/// </param>
/// <param name="Block">
/// With the last entry of a block, if all of it was given out by this appender: whom it is about, so that the store need
/// not look.
/// </param>
public readonly record struct NewEntry(
    string Account, TimelineEntry Entry, string? Dedupe = null, OutboxItem? Deferred = null, OutboxKey? Completes = null, bool ByReference = false,
    PeerBlock? Block = null);

/// <summary>Names an item in the outbox: the sender and the seq of its entry.</summary>
public readonly record struct OutboxKey(string Sender, long Seq);

/// <summary>What the recipient has to append: an entry kind and its data.</summary>
public sealed record OutboxItem(string Recipient, EntryKind Kind, byte[] Data);

/// <summary>An outbox item that waits, and the seq and time of the entry that called for it.</summary>
public sealed record OutboxEntry(long Seq, long At, OutboxItem Item);

/// <summary>Another writer has written to these timelines: who holds an older head must reload it.</summary>
public sealed class TimelineConflictException : Exception
{
    public TimelineConflictException(IReadOnlyCollection<string> accounts, Exception? inner = null)
        : base($"The timelines of {accounts.Count} account(s) have moved on; the batch was not written.", inner)
        => Accounts = accounts;

    /// <summary>The accounts known to be in conflict; empty if the store cannot tell.</summary>
    public IReadOnlyCollection<string> Accounts { get; }
}
