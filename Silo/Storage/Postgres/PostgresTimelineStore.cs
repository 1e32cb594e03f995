using System.Collections.Concurrent;
using Npgsql;
using OrleansIM.Grains.Timelines;
using OrleansIM.Hosting.Storage.Postgres;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Storage.Postgres;

/// <summary>
/// The timelines in PostgreSQL. A batch is one message to the server and one back: its statements travel together, and
/// what travels together commits together. A binary COPY takes three round trips with its transaction; measured at 1, 10
/// and 100 entries beside unnest, neither was clearly faster.
/// </summary>
internal sealed partial class PostgresTimelineStore(PostgresDatabase database, WriteFence fence) : ITimelineStore
{
    // What is stored by reference is read where it is.
    private const string Columns =
        "seq, kind, at, peer, coalesce(data, (SELECT data FROM timeline AS source WHERE account = timeline.peer AND seq = timeline.peer_seq)), peer_seq";

    // One step down the primary key of one partition per log.
    private const string Heads = """
        SELECT coalesce((SELECT max(seq) FROM timeline WHERE account = log.account), 0)
        FROM unnest($1::text[]) WITH ORDINALITY AS log (account, place) ORDER BY place
        """;

    private const string InsertOutbox = """
        INSERT INTO outbox (sender, seq, at, recipient, kind, data)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::smallint[], $6::bytea[])
        """;

    private const string DeleteOutbox = """
        DELETE FROM outbox USING unnest($1::text[], $2::bigint[]) AS done (sender, seq)
        WHERE outbox.sender = done.sender AND outbox.seq = done.seq
        """;

    private const string FindConflicts = """
        SELECT DISTINCT entry.account FROM unnest($1::text[], $2::bigint[], $3::text[]) AS entry (account, seq, dedupe)
        WHERE EXISTS (SELECT FROM timeline WHERE account = entry.account AND seq = entry.seq)
           OR EXISTS (SELECT FROM timeline WHERE account = entry.account AND dedupe = entry.dedupe)
        """;

    // A row of a block goes when the last of its entries goes.
    private const string Trim = """
        WITH oldest AS (SELECT seq, peer FROM timeline WHERE account = $1 AND seq <= $2 ORDER BY seq LIMIT $3),
        last AS (SELECT max(seq) AS seq FROM oldest),
        blocks AS (
            DELETE FROM timeline_peer USING last WHERE account = $1
            AND (peer, block) IN (SELECT DISTINCT peer, seq >> 6 FROM oldest WHERE peer IS NOT NULL)
            AND (block < (last.seq + 1) >> 6 OR (entries >> (last.seq & 63)::int) >> 1 = 0)),
        removed AS (DELETE FROM timeline USING last WHERE account = $1 AND timeline.seq <= last.seq RETURNING 1)
        SELECT count(*) FROM removed
        """;

    // As many as there are writers at a time.
    private readonly ConcurrentBag<EntryInsert> _inserts = [];

    public bool TakesManyBatches => true;

    public async Task AppendAsync(IReadOnlyList<NewEntry> batch, CancellationToken cancellation)
    {
        if (batch.Count == 0)
        {
            return;
        }

        await fence.EnterAsync(cancellation);
        var insert = _inserts.TryTake(out var kept) ? kept : new EntryInsert();
        insert.Fill(batch);
        var command = insert.ToCommand();
        await WriteAsync(command, batch, cancellation);

        // Not after a failure: the driver may not be done with it.
        command.Parameters.Clear();
        insert.Clear();
        _inserts.Add(insert);
    }

    private async Task WriteAsync(NpgsqlBatchCommand insert, IReadOnlyList<NewEntry> batch, CancellationToken cancellation)
    {
        await using var commands = database.Source.CreateBatch();
        if (InsertPeersCommand(batch) is { } peers)
        {
            // Before the entries, so that the trigger finds them.
            commands.BatchCommands.Add(peers);
        }

        commands.BatchCommands.Add(insert);
        var (deferred, completed) = TimelineBatch.Outbox(batch);
        if (deferred.Count > 0)
        {
            commands.BatchCommands.Add(InsertOutboxCommand(deferred));
        }

        if (completed.Count > 0)
        {
            var delete = new NpgsqlBatchCommand(DeleteOutbox);
            delete.Parameters.Add(Parameter(completed.ConvertAll(key => key.Sender).ToArray()));
            delete.Parameters.Add(Parameter(completed.ConvertAll(key => key.Seq).ToArray()));
            commands.BatchCommands.Add(delete);
        }

        if (InsertHoldersCommand(batch) is { } holders)
        {
            commands.BatchCommands.Add(holders);
        }

        try
        {
            await commands.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException conflict) when (conflict.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected)
        {
            // A deadlock is a conflict met from both ends: two batches with entries of the same logs, in another order.
            throw new TimelineConflictException(await FindConflictsAsync(batch, cancellation), conflict);
        }
    }

    public async Task<long> GetHeadAsync(string account, CancellationToken cancellation)
    {
        await using var command = Command("SELECT coalesce(max(seq), 0) FROM timeline WHERE account = $1", account);
        return (await QueryAsync(command, row => row.GetInt64(0), cancellation))[0];
    }

    public async Task<IReadOnlyList<long>> GetHeadsAsync(IReadOnlyList<string> logs, CancellationToken cancellation)
    {
        if (logs.Count == 0)
        {
            return [];
        }

        await using var command = database.Source.CreateCommand(Heads);
        command.Parameters.Add(Parameter(logs.ToArray()));
        return await QueryAsync(command, row => row.GetInt64(0), cancellation);
    }

    public async Task<IReadOnlyList<TimelineEntry>> ReadAsync(string account, long after, int limit, CancellationToken cancellation)
    {
        await using var command = Command(
            $"SELECT {Columns} FROM timeline WHERE account = $1 AND seq > $2 ORDER BY seq LIMIT $3", account, after, Math.Max(limit, 0));
        return await QueryAsync(command, ReadEntry, cancellation);
    }

    public async Task<IReadOnlyList<TimelineEntry>> ReadByPeerAsync(string account, string peer, long after, int limit, CancellationToken cancellation) =>
        await ReadPeerAsync(account, peer, new PeerRange(after, Backwards: false), kind: null, limit, cancellation);

    public async Task<IReadOnlyList<TimelineEntry>> ReadBackAsync(string account, string? peer, long before, int limit, CancellationToken cancellation)
    {
        if (peer is not null)
        {
            return await ReadPeerAsync(account, peer, new PeerRange(before, Backwards: true), kind: null, limit, cancellation);
        }

        await using var command = Command(
            $"SELECT {Columns} FROM timeline WHERE account = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3", account, before, Math.Max(limit, 0));
        var rows = await QueryAsync(command, ReadEntry, cancellation);
        rows.Reverse();
        return rows;
    }

    public async Task<TimelineEntry?> FindAsync(string account, string dedupe, CancellationToken cancellation)
    {
        await using var command = Command($"SELECT {Columns} FROM timeline WHERE account = $1 AND dedupe = $2", account, dedupe);
        var rows = await QueryAsync(command, ReadEntry, cancellation);
        return rows.Count == 0 ? null : rows[0];
    }

    public async Task<IReadOnlyList<OutboxEntry>> ReadOutboxAsync(string account, CancellationToken cancellation)
    {
        await using var command = Command("SELECT seq, at, recipient, kind, data FROM outbox WHERE sender = $1 ORDER BY seq", account);
        return await QueryAsync(command, ReadOutbox, cancellation);
    }

    public async Task<IReadOnlyList<string>> ReadOutboxSendersAsync(string recipient, CancellationToken cancellation)
    {
        await using var command = Command("SELECT DISTINCT sender FROM outbox WHERE recipient = $1", recipient);
        return await QueryAsync(command, row => row.GetString(0), cancellation);
    }

    public async Task RemoveFromOutboxAsync(OutboxKey key, CancellationToken cancellation)
    {
        await using var command = Command("DELETE FROM outbox WHERE sender = $1 AND seq = $2", key.Sender, key.Seq);
        await Outages.TryAsync(() => command.ExecuteNonQueryAsync(cancellation));
    }

    public async Task<int> TrimAsync(string account, long upTo, int limit, CancellationToken cancellation)
    {
        await using var command = Command(Trim, account, upTo, Math.Max(limit, 0));
        return (await QueryAsync(command, row => (int)row.GetInt64(0), cancellation))[0];
    }

    public async Task DeleteAsync(string account, CancellationToken cancellation)
    {
        await using var commands = database.Source.CreateBatch();
        foreach (var sql in (string[])["DELETE FROM outbox WHERE sender = $1", "DELETE FROM contact_holder WHERE holder = $1", "DELETE FROM timeline_peer WHERE account = $1", "DELETE FROM timeline WHERE account = $1"])
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(Parameter(account));
            commands.BatchCommands.Add(command);
        }

        await Outages.TryAsync(() => commands.ExecuteNonQueryAsync(cancellation));
    }

    private static NpgsqlBatchCommand InsertOutboxCommand(List<NewEntry> deferred) => new(InsertOutbox)
    {
        Parameters =
        {
            Parameter(deferred.ConvertAll(entry => entry.Account).ToArray()),
            Parameter(deferred.ConvertAll(entry => entry.Entry.Seq).ToArray()),
            Parameter(deferred.ConvertAll(entry => entry.Entry.At).ToArray()),
            Parameter(deferred.ConvertAll(entry => entry.Deferred!.Recipient).ToArray()),
            Parameter(deferred.ConvertAll(entry => (short)entry.Deferred!.Kind).ToArray()),
            Parameter(deferred.ConvertAll(entry => entry.Deferred!.Data).ToArray()),
        },
    };

    /// <summary>The batch is not in the table, so what holds its keys is somebody else's.</summary>
    private async Task<HashSet<string>> FindConflictsAsync(IReadOnlyList<NewEntry> batch, CancellationToken cancellation)
    {
        var accounts = TimelineBatch.ContradictsItself(batch);
        try
        {
            await using var command = database.Source.CreateCommand(FindConflicts);
            command.Parameters.Add(Parameter(batch.Select(entry => entry.Account).ToArray()));
            command.Parameters.Add(Parameter(batch.Select(entry => entry.Entry.Seq).ToArray()));
            command.Parameters.Add(Parameter(batch.Select(entry => entry.Dedupe).ToArray()));
            accounts.UnionWith(await QueryAsync(command, row => row.GetString(0), cancellation));
        }
        catch (Exception failure) when (failure is NpgsqlException or StoreUnavailableException or OperationCanceledException)
        {
            // The conflict is certain; who is in it the callers find out by reading.
        }

        return accounts;
    }

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = database.Source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private static NpgsqlParameter<T> Parameter<T>(T value) => new() { TypedValue = value };

    private static Task<List<T>> QueryAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation) =>
        Outages.TryAsync(async () =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellation))
            {
                rows.Add(read(reader));
            }

            return rows;
        });

    private static TimelineEntry ReadEntry(NpgsqlDataReader row) => new()
    {
        Seq = row.GetInt64(0),
        Kind = (EntryKind)row.GetInt16(1),
        At = row.GetInt64(2),
        Peer = row.IsDBNull(3) ? null : row.GetString(3),
        Data = row.IsDBNull(4) ? TimelineBatch.Expired : row.GetFieldValue<byte[]>(4),
        PeerSeq = row.IsDBNull(5) ? null : row.GetInt64(5),
    };

    private static OutboxEntry ReadOutbox(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), new OutboxItem(row.GetString(2), (EntryKind)row.GetInt16(3), row.GetFieldValue<byte[]>(4)));
}
