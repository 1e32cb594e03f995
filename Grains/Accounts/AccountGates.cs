using OrleansIM.Grains.Concurrency;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// What an account does one at a time. Most accounts do nothing, so there is none of these until it is needed. Order of
/// gates: docs/architecture.md, "Gates".
/// </summary>
internal sealed class AccountGates
{
    public SparseGate Record;
    public SparseGate Snapshot;
    public SparseGate Profile;
    public SparseGate Outbox;
    public SparseGate Erasure;

    /// <summary>Two devices that link at once make one group, not two.</summary>
    public SparseGate Links;

    /// <summary>One mapping at a time: an address is one friend's.</summary>
    public SparseGate Mapping;

    /// <summary>Changes of what this account holds about one contact, one after the other.</summary>
    public SparseKeyedGate Contacts;

    /// <summary>This account's own reading, per peer.</summary>
    public SparseKeyedGate Reading;

    /// <summary>What peers say of theirs. Apart from <see cref="Reading"/>, since each may wait for the other's second.</summary>
    public SparseKeyedGate Receipts;

    /// <summary>Taking over from one group, and being added to it, one after the other.</summary>
    public SparseKeyedGate Feeds;

    /// <summary>Bindings and unbindings of one mailbox, one after the other.</summary>
    public SparseKeyedGate Bindings;

    /// <summary>What an app's own servers send, by cid: the same that comes twice at once is stored once.</summary>
    public SparseKeyedGate Notices;
}
