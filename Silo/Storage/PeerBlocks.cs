using System.Numerics;
using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Storage;

/// <summary>
/// Which entries of a log are about one peer. Once the last seq of a block (<see cref="PeerBlock"/>) is written it is
/// sealed: there is a row for each peer, with a bit for each entry (migration 004). What comes after the last sealed block
/// is in the log alone, and never more than 63 entries.
/// </summary>
internal static class PeerBlocks
{
    /// <summary>Seqs about a peer that no sealed block has: account, peer. The same in both databases, as what follows.</summary>
    public const string Unsealed = $"SELECT seq FROM timeline WHERE account = $1 AND peer = $2 AND seq >= {FirstUnsealed}";

    /// <summary>The sealed blocks of a peer, from one on: account, peer, block, how many.</summary>
    public const string Ahead = "SELECT block, entries FROM timeline_peer WHERE account = $1 AND peer = $2 AND block >= $3 ORDER BY block LIMIT $4";

    /// <summary>The same, from one back.</summary>
    public const string Back = "SELECT block, entries FROM timeline_peer WHERE account = $1 AND peer = $2 AND block <= $3 ORDER BY block DESC LIMIT $4";

    /// <summary>The groups that a log is about: account.</summary>
    public const string Groups = $"""
        SELECT peer FROM timeline_peer WHERE account = $1 AND peer >= 'group:' AND peer < 'group;'
        UNION
        SELECT peer FROM timeline WHERE account = $1 AND peer >= 'group:' AND peer < 'group;' AND seq >= {FirstUnsealed}
        """;

    private const string FirstUnsealed = "((SELECT coalesce(max(seq), 0) FROM timeline WHERE account = $1) + 1) & ~63";

    /// <summary>The entries at the beginning of the range, oldest first.</summary>
    /// <param name="range">What is asked for.</param>
    /// <param name="limit">How many at most. Fewer: the log has no more.</param>
    /// <param name="find">Asks the database for at most so many blocks of a range.</param>
    /// <param name="read">Reads entries by their seqs, oldest first. One that is left out, or has been trimmed, is no end.</param>
    public static async Task<List<TimelineEntry>> ReadAsync(
        PeerRange range, int limit, Func<PeerRange, int, Task<PeerSeqs>> find, Func<long[], Task<List<TimelineEntry>>> read)
    {
        var entries = new List<TimelineEntry>();
        while (entries.Count < limit)
        {
            // One block more than entries: the first may have none that is in the range.
            var wanted = limit - entries.Count;
            var found = await find(range, wanted + 1);
            var seqs = Seqs(range, found, wanted);
            if (seqs.Length > 0)
            {
                entries.InsertRange(range.Backwards ? 0 : entries.Count, await read(seqs));
                range = range with { From = seqs[^1] };
            }

            // Never where there are further blocks: each that was asked for has an entry.
            if (seqs.Length < wanted)
            {
                break;
            }
        }

        return entries;
    }

    /// <summary>The first <paramref name="count"/> seqs of the range, in its direction.</summary>
    /// <param name="range">What is asked for.</param>
    /// <param name="found">What the database knows of it.</param>
    /// <param name="count">How many at most.</param>
    public static long[] Seqs(PeerRange range, PeerSeqs found, int count)
    {
        var seqs = new SortedSet<long>();
        foreach (var (block, entries) in found.Blocks)
        {
            for (var bits = (ulong)entries; bits != 0; bits &= bits - 1)
            {
                seqs.Add((block << 6) + BitOperations.TrailingZeroCount(bits));
            }

            // In the direction of the range nothing of a later block comes before what is there.
            if (seqs.Count > count + 64)
            {
                break;
            }
        }

        // Forwards, what is not sealed comes last: behind blocks that were not asked for, if there are such.
        if (range.Backwards || !found.HasMore)
        {
            seqs.UnionWith(found.Unsealed);
        }

        seqs.RemoveWhere(seq => !range.Contains(seq));
        return [.. (range.Backwards ? seqs.Reverse() : seqs).Take(count)];
    }
}

/// <summary>The seqs over <paramref name="From"/>, the lowest first, or backwards those under it, the highest first.</summary>
internal readonly record struct PeerRange(long From, bool Backwards)
{
    public bool Contains(long seq) => Backwards ? seq < From : seq > From;
}

/// <summary>What a database says about the entries about a peer.</summary>
/// <param name="Unsealed">Seqs after the last sealed block, read before the blocks were: so none falls between the two.</param>
/// <param name="Blocks">Sealed blocks in the direction of the range, from the one that it begins in.</param>
/// <param name="HasMore">Whether there may be further blocks.</param>
internal readonly record struct PeerSeqs(IReadOnlyList<long> Unsealed, IReadOnlyList<(long Block, long Entries)> Blocks, bool HasMore);
