using Microsoft.Extensions.Options;
using Npgsql;
using OrleansIM.Grains.Timelines;
using OrleansIM.Hosting.Storage;
using OrleansIM.Hosting.Storage.Postgres;
using OrleansIM.Silo.Storage;
using OrleansIM.Silo.Storage.Postgres;

namespace OrleansIM.Silo.Tests.Storage.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresTimelineStoreTests(PostgresServer server) : TimelineStoreContract
{
    private string? _connectionString;
    private PostgresDatabase? _database;

    public override async Task DisposeAsync()
    {
        if (_database is not null)
        {
            await CloseAsync();
        }
    }

    [SkippableFact]
    public async Task Append_AnotherWriterHoldsTheSameLogsFromTheOtherEnd_IsAConflict()
    {
        await using var other = await _database!.Source.OpenConnectionAsync();
        await RunAsync("SET deadlock_timeout = '10min'; BEGIN; INSERT INTO timeline (account, seq, kind, at) VALUES ('bob', 1, 1, 1)");

        var append = AppendAsync(New("ann", 1), New("bob", 1));
        await Eventually.TrueAsync(IsWaitedForAsync, "the batch waits for the other writer's entry");
        await RunAsync("INSERT INTO timeline (account, seq, kind, at) VALUES ('ann', 1, 1, 1); COMMIT");

        await Assert.ThrowsAsync<TimelineConflictException>(() => append);
        Assert.Equal([1, 1], await Store.GetHeadsAsync(["ann", "bob"], None));

        async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, other);
            await command.ExecuteNonQueryAsync();
        }

        async Task<bool> IsWaitedForAsync()
        {
            await using var command = _database.Source.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
            return (long)(await command.ExecuteScalarAsync())! > 0;
        }
    }

    [SkippableFact]
    public async Task Append_WithABlock_TakesItsWordForWhomTheEntriesAreAbout()
    {
        // What nobody says: so it is seen that nobody has looked.
        var block = new PeerBlock(0);
        block.Add(7, "bob");

        await AppendAsync([.. Enumerable.Range(1, 63).Select(seq => New("ann", seq, peer: "bob") with { Block = seq == 63 ? block : null })]);
        await AppendAsync([.. Enumerable.Range(64, 64).Select(seq => New("ann", seq, peer: "bob"))]);

        Assert.Equal("0: 128, 1: -1", await ScalarAsync("SELECT string_agg(block || ': ' || entries, ', ' ORDER BY block) FROM timeline_peer"));
    }

    [SkippableFact]
    public async Task Append_WithABlockWhereOneIsLeftOfALogBefore_SaysWhatIsNow()
    {
        await AppendAsync([.. Enumerable.Range(1, 63).Select(seq => New("ann", seq, peer: "bob"))]);
        await ScalarAsync("DELETE FROM timeline");
        var block = new PeerBlock(0);
        block.Add(63, "bob");

        await AppendAsync([.. Enumerable.Range(1, 63).Select(seq => New("ann", seq, peer: seq == 63 ? "bob" : null) with { Block = seq == 63 ? block : null })]);

        Assert.Equal(long.MinValue, await ScalarAsync("SELECT entries FROM timeline_peer"));
    }

    protected override async Task<ITimelineStore> OpenAsync()
    {
        Skip.IfNot(server.IsAvailable, PostgresServer.MissingReason);
        _connectionString ??= await server.CreateDatabaseAsync();
        _database = new PostgresDatabase(Options.Create(new StorageOptions { Provider = "postgres", ConnectionString = _connectionString }));
        await _database.OpenAsync(None);
        return new PostgresTimelineStore(_database, WriteFence.None);
    }

    protected override async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _database!.Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    protected override async Task CloseAsync() => await _database!.DisposeAsync();
}
