using OrleansIM.Contacts;
using OrleansIM.Grains.Contacts;
using OrleansIM.Grains.Groups;
using OrleansIM.Grains.Timelines;
using OrleansIM.Messages;
using OrleansIM.Profiles;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// What the log adds up to, up to <see cref="AppliedSeq"/>. Only a shortcut: whatever is missing here is replayed from
/// the log at the next activation.
/// </summary>
internal sealed record AccountSnapshot
{
    public long AppliedSeq { get; init; }
    public Profile? Profile { get; init; }
    public Dictionary<string, string> Settings { get; init; } = [];
    public Dictionary<string, string> Custom { get; init; } = [];
    public Contact[] Contacts { get; init; } = [];

    /// <summary>Entries up to here may be gone from the log. Written before the first of them goes.</summary>
    public long TrimmedUpTo { get; init; }

    /// <summary>When the log was how far: what tells how old its entries are.</summary>
    public LogMark[] Marks { get; init; } = [];

    /// <summary>Per peer, the seqs of its messages that are not read.</summary>
    public Dictionary<string, long[]> Unread { get; init; } = [];

    public AccountGroup[] Groups { get; init; } = [];

    public Dictionary<string, PeerReceipts> Receipts { get; init; } = [];

    /// <summary>When friends came, changed and went; null in a snapshot from before this was kept.</summary>
    public AddressBookSnapshot? AddressBook { get; init; }

    /// <summary>What was told meanwhile is not in the log: without a snapshot a peer is told again, and ignores it.</summary>
    public Dictionary<string, OwedReceipt> OwedReceipts { get; init; } = [];
}
