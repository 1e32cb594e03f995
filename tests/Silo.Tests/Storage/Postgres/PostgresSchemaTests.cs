using Npgsql;
using OrleansIM.Hosting.Storage;
using OrleansIM.Hosting.Storage.Postgres;
using OrleansIM.Silo.Storage;
using OrleansIM.Silo.Storage.Postgres;

namespace OrleansIM.Silo.Tests.Storage.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresSchemaTests(PostgresServer server) : IAsyncLifetime
{
    private NpgsqlDataSource _source = null!;

    public async Task InitializeAsync()
    {
        Skip.IfNot(server.IsAvailable, PostgresServer.MissingReason);
        _source = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());
    }

    public async Task DisposeAsync()
    {
        if (_source is not null)
        {
            await _source.DisposeAsync();
        }
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    [SkippableFact]
    public async Task Migrate_ConcurrentStarts_ApplyEveryStepOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PostgresSchema.MigrateAsync(_source, CancellationToken.None)));

        Assert.Equal((long)Migration.Load(typeof(PostgresSchema).Assembly, "Postgres").Count, await ScalarAsync("SELECT count(*) FROM schema_version"));
        Assert.Equal(16L, await ScalarAsync("SELECT count(*) FROM pg_inherits WHERE inhparent = 'timeline'::regclass"));
    }

    [SkippableFact]
    public async Task Migrate_NewerSchema_IsRefused()
    {
        await PostgresSchema.MigrateAsync(_source, CancellationToken.None);
        await ScalarAsync("INSERT INTO schema_version (version, name) VALUES (999, 'from the future')");

        var refusal = await Assert.ThrowsAsync<StorageException>(() => PostgresSchema.MigrateAsync(_source, CancellationToken.None));

        Assert.Contains("999", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Storage:ConnectionString", refusal.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Migrate_FailingStep_LeavesTheSchemaAsItWas()
    {
        Migration[] steps = [new(1, "001_right", "CREATE TABLE a (x int)"), new(2, "002_wrong", "CREATE TABLE b (x int); NONSENSE")];

        await Assert.ThrowsAsync<PostgresException>(() => PostgresSchema.MigrateAsync(_source, steps, CancellationToken.None));

        Assert.Equal(true, await ScalarAsync("SELECT to_regclass('a') IS NULL AND to_regclass('schema_version') IS NULL"));
    }

    [SkippableFact]
    public async Task Reads_OfTheTimeline_TouchOnePartitionThroughAnIndex()
    {
        await PostgresSchema.MigrateAsync(_source, CancellationToken.None);
        await ScalarAsync("INSERT INTO timeline SELECT 'a' || n % 50, n, 1, 0, 'p' || n % 97, n, 'd' || n, '' FROM generate_series(1, 20000) n");
        await ScalarAsync("ANALYZE timeline");
        foreach (var condition in (string[])[
            "seq > 5 ORDER BY seq LIMIT 10", "peer = 'p1' AND seq < 900 ORDER BY seq DESC LIMIT 10", "peer = 'p1' AND seq > 900 ORDER BY seq LIMIT 10", "dedupe = 'd51'"])
        {
            var plan = (string)(await ScalarAsync($"EXPLAIN (FORMAT JSON) SELECT seq, kind, at, peer, data FROM timeline WHERE account = 'a1' AND {condition}"))!;

            Assert.Contains("Index", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Filter", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Append", plan, StringComparison.Ordinal);
        }
    }
}
