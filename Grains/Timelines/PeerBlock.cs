namespace OrleansIM.Grains.Timelines;

/// <summary>
/// A block, which is 64 seqs of a log that belong together, and whom its entries are about. It is filled as the seqs are
/// given out. Who begins in the middle of a block does not know it; then the store looks at the entries.
/// </summary>
public sealed class PeerBlock(long number)
{
    // Of whom there are few: mostly one.
    private readonly List<(string Peer, long Entries)> _peers = new(1);

    /// <summary>Which block of the log.</summary>
    public long Number { get; } = number;

    /// <summary>Each peer, and a bit for each entry about it: bit n for the seq <c>Number * 64 + n</c>.</summary>
    public IReadOnlyList<(string Peer, long Entries)> Peers => _peers;

    /// <summary>The block that a seq is in.</summary>
    public static long Of(long seq) => seq >> 6;

    /// <summary>Whether a block begins with this seq.</summary>
    public static bool IsFirst(long seq) => (seq & 63) == 0;

    /// <summary>Whether a block ends with this seq.</summary>
    public static bool IsLast(long seq) => (seq & 63) == 63;

    /// <summary>Takes an entry in.</summary>
    public void Add(long seq, string? peer)
    {
        if (peer is null)
        {
            return;
        }

        var bit = 1L << (int)(seq & 63);
        for (var i = 0; i < _peers.Count; i++)
        {
            if (_peers[i].Peer == peer)
            {
                _peers[i] = (peer, _peers[i].Entries | bit);
                return;
            }
        }

        _peers.Add((peer, bit));
    }
}
