using Microsoft.Data.Sqlite;
using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Storage.Sqlite;

/// <summary>The timelines in the file of this process.</summary>
internal sealed partial class SqliteTimelineStore(SqliteDatabase database) : ITimelineStore
{
    private const int PrimaryKeyTaken = 1555, UniqueTaken = 2067; // SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE
    // What is stored by reference is read where it is.
    private const string Columns =
        "seq, kind, at, peer, coalesce(data, (SELECT data FROM timeline AS source WHERE account = timeline.peer AND seq = timeline.peer_seq)), peer_seq";

    private const string Head = "SELECT coalesce(max(seq), 0) FROM timeline WHERE account = $1";
    private const string ReadBackAll = $"SELECT {Columns} FROM timeline WHERE account = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";

    private const string Insert = "INSERT INTO timeline (account, seq, kind, at, peer, peer_seq, dedupe, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    private const string InsertOutbox = "INSERT INTO outbox (sender, seq, at, recipient, kind, data) VALUES ($1, $2, $3, $4, $5, $6)";
    private const string DeleteOutbox = "DELETE FROM outbox WHERE sender = $1 AND seq = $2";
    private const string LastToTrim = "SELECT max(seq) FROM (SELECT seq FROM timeline WHERE account = $1 AND seq <= $2 ORDER BY seq LIMIT $3)";
    private const string Trim = "DELETE FROM timeline WHERE account = $1 AND seq <= $2";

    // A row of a block goes when the last of its entries goes.
    private const string TrimBlocks = """
        DELETE FROM timeline_peer WHERE account = $1
        AND (peer, block) IN (SELECT DISTINCT peer, seq >> 6 FROM timeline WHERE account = $1 AND seq <= $2 AND peer IS NOT NULL)
        AND (block < ($2 + 1) >> 6 OR (entries >> ($2 & 63)) >> 1 = 0)
        """;

    private const string FindSeq = "SELECT 1 FROM timeline WHERE account = $1 AND seq = $2";
    private const string FindDedupe = "SELECT 1 FROM timeline WHERE account = $1 AND dedupe = $2";

    // A file has one writer.
    public bool TakesManyBatches => false;

    public Task AppendAsync(IReadOnlyList<NewEntry> batch, CancellationToken cancellation)
        => batch.Count == 0 ? Task.CompletedTask : database.WriteAsync(session => Append(session, batch), cancellation);

    public Task<long> GetHeadAsync(string account, CancellationToken cancellation) => database.ReadAsync(
        session => (long)session.Scalar(Head, account)!, cancellation);

    public async Task<IReadOnlyList<long>> GetHeadsAsync(IReadOnlyList<string> logs, CancellationToken cancellation) => logs.Count == 0
        ? []
        : await database.ReadAsync(session => logs.Select(log => (long)session.Scalar(Head, log)!).ToArray(), cancellation);

    public async Task<IReadOnlyList<TimelineEntry>> ReadAsync(string account, long after, int limit, CancellationToken cancellation)
        => await database.ReadAsync(
            session => session.Query(
                $"SELECT {Columns} FROM timeline WHERE account = $1 AND seq > $2 ORDER BY seq LIMIT $3", ReadEntry, account, after, Math.Max(limit, 0)),
            cancellation);

    public async Task<IReadOnlyList<TimelineEntry>> ReadByPeerAsync(string account, string peer, long after, int limit, CancellationToken cancellation)
        => await ReadPeerAsync(account, peer, new PeerRange(after, Backwards: false), kind: null, limit, cancellation);

    public async Task<IReadOnlyList<TimelineEntry>> ReadBackAsync(string account, string? peer, long before, int limit, CancellationToken cancellation)
    {
        if (peer is not null)
        {
            return await ReadPeerAsync(account, peer, new PeerRange(before, Backwards: true), kind: null, limit, cancellation);
        }

        var rows = await database.ReadAsync(session => session.Query(ReadBackAll, ReadEntry, account, before, Math.Max(limit, 0)), cancellation);
        rows.Reverse();
        return rows;
    }

    public async Task<TimelineEntry?> FindAsync(string account, string dedupe, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            session => session.Query($"SELECT {Columns} FROM timeline WHERE account = $1 AND dedupe = $2", ReadEntry, account, dedupe), cancellation);
        return rows.Count == 0 ? null : rows[0];
    }

    public async Task<IReadOnlyList<OutboxEntry>> ReadOutboxAsync(string account, CancellationToken cancellation)
        => await database.ReadAsync(
            session => session.Query("SELECT seq, at, recipient, kind, data FROM outbox WHERE sender = $1 ORDER BY seq", ReadOutbox, account), cancellation);

    public async Task<IReadOnlyList<string>> ReadOutboxSendersAsync(string recipient, CancellationToken cancellation)
        => await database.ReadAsync(
            session => session.Query("SELECT DISTINCT sender FROM outbox WHERE recipient = $1", row => row.GetString(0), recipient), cancellation);

    public Task RemoveFromOutboxAsync(OutboxKey key, CancellationToken cancellation)
        => database.WriteAsync(session => session.Execute(DeleteOutbox, key.Sender, key.Seq), cancellation);

    public Task<int> TrimAsync(string account, long upTo, int limit, CancellationToken cancellation)
        => database.WriteAsync(
            session =>
            {
                if (session.Scalar(LastToTrim, account, upTo, Math.Max(limit, 0)) is not long last)
                {
                    return 0;
                }

                session.Execute(TrimBlocks, account, last);
                return session.Execute(Trim, account, last);
            },
            cancellation);

    public Task DeleteAsync(string account, CancellationToken cancellation) => database.WriteAsync(
        session => session.Execute("DELETE FROM outbox WHERE sender = $1", account)
            + session.Execute("DELETE FROM contact_holder WHERE holder = $1", account)
            + session.Execute("DELETE FROM timeline_peer WHERE account = $1", account)
            + session.Execute("DELETE FROM timeline WHERE account = $1", account),
        cancellation);

    private static int Append(SqliteSession session, IReadOnlyList<NewEntry> batch)
    {
        try
        {
            foreach (var (account, entry, dedupe, _, _, byReference, _) in batch)
            {
                session.Execute(Insert, account, entry.Seq, (long)entry.Kind, entry.At, entry.Peer, entry.PeerSeq, dedupe, byReference ? null : entry.Data);
                if (entry is { Kind: EntryKind.Contact, Peer: not null })
                {
                    session.Execute(InsertHolder, entry.Peer, account);
                }
            }

            var (deferred, completed) = TimelineBatch.Outbox(batch);
            foreach (var (account, entry, _, item, _, _, _) in deferred)
            {
                session.Execute(InsertOutbox, account, entry.Seq, entry.At, item!.Recipient, (long)item.Kind, item.Data);
            }

            foreach (var key in completed)
            {
                session.Execute(DeleteOutbox, key.Sender, key.Seq);
            }

            return batch.Count;
        }
        catch (SqliteException conflict) when (conflict.SqliteExtendedErrorCode is PrimaryKeyTaken or UniqueTaken)
        {
            // Undo what the job wrote so far, so that what is found is what was there before.
            session.Execute(SqliteWriter.UndoJob);
            throw new TimelineConflictException(FindConflicts(session, batch), conflict);
        }
    }

    private static HashSet<string> FindConflicts(SqliteSession session, IReadOnlyList<NewEntry> batch)
    {
        var accounts = TimelineBatch.ContradictsItself(batch);
        foreach (var entry in batch)
        {
            if (!accounts.Contains(entry.Account)
                && (session.Scalar(FindSeq, entry.Account, entry.Entry.Seq) is not null
                    || (entry.Dedupe is not null && session.Scalar(FindDedupe, entry.Account, entry.Dedupe) is not null)))
            {
                accounts.Add(entry.Account);
            }
        }

        return accounts;
    }

    private static TimelineEntry ReadEntry(SqliteDataReader row) => new()
    {
        Seq = row.GetInt64(0),
        Kind = (EntryKind)row.GetInt64(1),
        At = row.GetInt64(2),
        Peer = row.IsDBNull(3) ? null : row.GetString(3),
        Data = row.IsDBNull(4) ? TimelineBatch.Expired : row.GetFieldValue<byte[]>(4),
        PeerSeq = row.IsDBNull(5) ? null : row.GetInt64(5),
    };

    private static OutboxEntry ReadOutbox(SqliteDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), new OutboxItem(row.GetString(2), (EntryKind)row.GetInt64(3), row.GetFieldValue<byte[]>(4)));
}
