using Npgsql;
using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Storage.Postgres;

/// <summary>The part of a log that is about one peer: which seqs, in one message to the server and back, then the entries.</summary>
internal sealed partial class PostgresTimelineStore
{
    // The peer again: a log that was deleted by an earlier version has left its blocks.
    internal const string OfPeer = $"SELECT {Columns} FROM timeline WHERE account = $1 AND peer = $2 AND seq = ANY ($3) AND ($4::smallint IS NULL OR kind = $4) ORDER BY seq";

    // What is there already is of a log before this one, under the same name.
    private const string InsertPeers = """
        INSERT INTO timeline_peer (account, peer, block, entries)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
        ON CONFLICT (account, peer, block) DO UPDATE SET entries = EXCLUDED.entries
        """;

    private Task<List<TimelineEntry>> ReadPeerAsync(string account, string peer, PeerRange range, EntryKind? kind, int limit, CancellationToken cancellation) =>
        PeerBlocks.ReadAsync(
            range,
            limit,
            (part, blocks) => Outages.TryAsync(() => FindPeerAsync(account, peer, part, blocks, cancellation)),
            async seqs =>
            {
                await using var command = Command(OfPeer, account, peer, seqs);
                command.Parameters.Add(Parameter((short?)kind));
                return await QueryAsync(command, ReadEntry, cancellation);
            });

    private async Task<PeerSeqs> FindPeerAsync(string account, string peer, PeerRange range, int limit, CancellationToken cancellation)
    {
        await using var commands = database.Source.CreateBatch();
        commands.BatchCommands.Add(new NpgsqlBatchCommand(PeerBlocks.Unsealed) { Parameters = { Parameter(account), Parameter(peer) } });
        commands.BatchCommands.Add(new NpgsqlBatchCommand(range.Backwards ? PeerBlocks.Back : PeerBlocks.Ahead)
        {
            Parameters = { Parameter(account), Parameter(peer), Parameter(PeerBlock.Of(range.From)), Parameter(limit) },
        });
        await using var reader = await commands.ExecuteReaderAsync(cancellation);
        var unsealed = new List<long>();
        while (await reader.ReadAsync(cancellation))
        {
            unsealed.Add(reader.GetInt64(0));
        }

        await reader.NextResultAsync(cancellation);
        var blocks = new List<(long, long)>();
        while (await reader.ReadAsync(cancellation))
        {
            blocks.Add((reader.GetInt64(0), reader.GetInt64(1)));
        }

        return new PeerSeqs(unsealed, blocks, HasMore: blocks.Count == limit);
    }

    /// <summary>Null where the batch ends no block, or none that is known.</summary>
    private static NpgsqlBatchCommand? InsertPeersCommand(IReadOnlyList<NewEntry> batch)
    {
        List<(string Account, string Peer, long Block, long Entries)>? rows = null;
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].Block is { } block)
            {
                (rows ??= []).AddRange(block.Peers.Select(peer => (batch[i].Account, peer.Peer, block.Number, peer.Entries)));
            }
        }

        return rows is null ? null : new NpgsqlBatchCommand(InsertPeers)
        {
            Parameters =
            {
                Parameter(rows.ConvertAll(row => row.Account)),
                Parameter(rows.ConvertAll(row => row.Peer)),
                Parameter(rows.ConvertAll(row => row.Block)),
                Parameter(rows.ConvertAll(row => row.Entries)),
            },
        };
    }
}
