using OrleansIM.Grains.Collections;
using OrleansIM.Messages;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Receipts as an account's log adds them up: what peers have of this account's messages, and which peers have yet to
/// hear that theirs arrived here. Pure, like the state it is a part of.
/// </summary>
internal sealed class ReceiptState
{
    public const string Read = "read", Delivered = "delivered";

    private static readonly PeerReceipts s_none = new() { Delivered = 0, Read = 0 };

    private SparseMap<string, PeerReceipts> _had;
    private SparseMap<string, OwedReceipt> _owed;

    public ReceiptState(AccountSnapshot snapshot) => (_had, _owed) = (new(snapshot.Receipts), new(snapshot.OwedReceipts));

    /// <summary>Per peer, how much of this account's messages it has got and read, in seqs of this log.</summary>
    public IReadOnlyDictionary<string, PeerReceipts> Had => _had.Items;

    /// <summary>Per peer, the newest of its messages that it was not told the delivery of.</summary>
    public IReadOnlyDictionary<string, OwedReceipt> Owed => _owed.Items;

    /// <summary>The peers that have yet to hear of messages up to a seq of this log, and what each has to hear.</summary>
    public List<(string Peer, long PeerSeq)> OwedUpTo(long seq)
    {
        var peers = new List<(string Peer, long PeerSeq)>(_owed.Count);
        foreach (var (peer, owed) in _owed.Entries)
        {
            if (owed.Seq <= seq)
            {
                peers.Add((peer, owed.PeerSeq));
            }
        }

        return peers;
    }

    /// <summary>Whether there is any.</summary>
    public bool OwesUpTo(long seq)
    {
        foreach (var owed in _owed.Values)
        {
            if (owed.Seq <= seq)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a receipt of a peer says more than what is known: read includes delivered, and nothing goes back.</summary>
    public bool IsNews(string by, string what, long upTo)
    {
        var had = _had.GetValueOrDefault(by) ?? s_none;
        return upTo > (what == Read ? had.Read : had.Delivered);
    }

    public void Take(string by, string what, long upTo)
    {
        var had = _had.GetValueOrDefault(by) ?? s_none;
        _had[by] = new PeerReceipts { Delivered = Math.Max(had.Delivered, upTo), Read = what == Read ? Math.Max(had.Read, upTo) : had.Read };
    }

    /// <summary>A message of a peer is in this log, after those before it.</summary>
    public void Owe(string peer, long seq, long peerSeq) => _owed[peer] = new OwedReceipt(seq, Math.Max(peerSeq, _owed.GetValueOrDefault(peer).PeerSeq));

    /// <summary>The peer knows of everything up to a seq of its own log.</summary>
    public void Settle(string peer, long peerSeq)
    {
        if (_owed.TryGetValue(peer, out var owed) && owed.PeerSeq <= peerSeq)
        {
            _owed.Remove(peer);
        }
    }

    /// <summary>This account has read up to a seq of its own log: what is read needs no receipt of its delivery.</summary>
    public void SettleRead(string peer, long seq)
    {
        if (_owed.TryGetValue(peer, out var owed) && owed.Seq <= seq)
        {
            _owed.Remove(peer);
        }
    }

    /// <summary>The peer has no right to receipts any more.</summary>
    public void Forgo(string peer) => _owed.Remove(peer);

    /// <summary>Nobody has.</summary>
    public void ForgoAll() => _owed.Clear();
}

/// <summary>A message whose delivery its sender was not told of.</summary>
/// <param name="Seq">Its place in this log.</param>
/// <param name="PeerSeq">Its place in the sender's log, which is what the sender is told.</param>
internal readonly record struct OwedReceipt(long Seq, long PeerSeq);
