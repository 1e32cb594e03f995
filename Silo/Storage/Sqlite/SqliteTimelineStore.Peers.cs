using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Storage.Sqlite;

/// <summary>The part of a log that is about one peer.</summary>
internal sealed partial class SqliteTimelineStore
{
    private const string OfPeer = $"SELECT {Columns} FROM timeline WHERE account = $1 AND peer = $2 AND seq = $3 AND ($4 IS NULL OR kind = $4)";

    private Task<List<TimelineEntry>> ReadPeerAsync(string account, string peer, PeerRange range, EntryKind? kind, int limit, CancellationToken cancellation)
        => PeerBlocks.ReadAsync(
            range,
            limit,
            (part, blocks) => database.ReadAsync(session => FindPeer(session, account, peer, part, blocks), cancellation),
            seqs => database.ReadAsync(
                session => seqs.Order().SelectMany(seq => session.Query(OfPeer, ReadEntry, account, peer, seq, (long?)kind)).ToList(), cancellation));

    private static PeerSeqs FindPeer(SqliteSession session, string account, string peer, PeerRange range, int limit)
    {
        var unsealed = session.Query(PeerBlocks.Unsealed, row => row.GetInt64(0), account, peer);
        var blocks = session.Query(
            range.Backwards ? PeerBlocks.Back : PeerBlocks.Ahead, row => (row.GetInt64(0), row.GetInt64(1)), account, peer, PeerBlock.Of(range.From), limit);
        return new PeerSeqs(unsealed, blocks, HasMore: blocks.Count == limit);
    }
}
