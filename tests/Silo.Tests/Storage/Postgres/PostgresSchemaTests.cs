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
    public async Task Migrate_NewerSchemaThatBreaks_IsRefused()
    {
        await PostgresSchema.MigrateAsync(_source, CancellationToken.None);

        // What the last step adds does not mend what the one before it broke.
        await ScalarAsync("INSERT INTO schema_version (version, name, oldest_program) VALUES (998, 'from the future', NULL), (999, 'and its future', 5)");

        var refusal = await Assert.ThrowsAsync<StorageException>(() => PostgresSchema.MigrateAsync(_source, CancellationToken.None));

        Assert.Contains("schema version 999, which programs that know 998 or later can work with", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Storage:ConnectionString", refusal.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Migrate_NewerSchemaThatBreaksNothing_LeavesItAsItIs()
    {
        var known = Migration.Load(typeof(PostgresSchema).Assembly, "Postgres").Count;
        await PostgresSchema.MigrateAsync(_source, CancellationToken.None);
        await ScalarAsync($"INSERT INTO schema_version (version, name, oldest_program) VALUES (998, 'from the future', 4), (999, 'and its future', {known})");

        var schema = await PostgresSchema.MigrateAsync(_source, CancellationToken.None);

        Assert.Equal((999, known, true), (schema.Found, schema.Oldest, schema.IsNewer));
        Assert.Equal(999, await ScalarAsync("SELECT max(version) FROM schema_version"));
    }

    [SkippableFact]
    public async Task Migrate_ByAProgramOfTheStepBefore_WorksWhereThatStepBreaksNothing()
    {
        var steps = Migration.Load(typeof(PostgresSchema).Assembly, "Postgres").Take(5).ToArray();
        await PostgresSchema.MigrateAsync(_source, steps, CancellationToken.None);

        Assert.Equal(new SchemaVersion(Found: 5, Oldest: 4, Known: 4), await PostgresSchema.MigrateAsync(_source, steps[..4], CancellationToken.None));
        await Assert.ThrowsAsync<StorageException>(() => PostgresSchema.MigrateAsync(_source, steps[..3], CancellationToken.None));
    }

    [SkippableFact]
    public async Task Migrate_FailingStep_LeavesTheSchemaAsItWas()
    {
        Migration[] steps = [new(1, "001_right", "CREATE TABLE a (x int)"), new(2, "002_wrong", "CREATE TABLE b (x int); NONSENSE")];

        await Assert.ThrowsAsync<PostgresException>(() => PostgresSchema.MigrateAsync(_source, steps, CancellationToken.None));

        Assert.Equal(true, await ScalarAsync("SELECT to_regclass('a') IS NULL AND to_regclass('schema_version') IS NULL"));
    }

    [SkippableFact]
    public async Task Migrate_ALogOfTheTimeBefore_KnowsWhatIsAboutWhom()
    {
        var steps = Migration.Load(typeof(PostgresSchema).Assembly, "Postgres");
        await PostgresSchema.MigrateAsync(_source, [.. steps.Take(3)], CancellationToken.None);
        await ScalarAsync("INSERT INTO timeline SELECT a, n, 1, 0, CASE n % 3 WHEN 0 THEN 'bob' WHEN 1 THEN 'cat' END, n, NULL, '' FROM generate_series(1, 150) n, unnest('{ann,eve}'::text[]) a WHERE a = 'ann' OR n < 64");

        await PostgresSchema.MigrateAsync(_source, steps, CancellationToken.None);

        Assert.Equal(
            "ann bob 0: 3,6,9 ann bob 1: 66,69,72 ann cat 0: 1,4,7 ann cat 1: 64,67,70 eve bob 0: 3,6,9 eve cat 0: 1,4,7",
            await ScalarAsync("""
                SELECT string_agg(account || ' ' || peer || ' ' || block || ': ' || (
                    SELECT string_agg((block * 64 + n)::text, ',') FROM (SELECT n FROM generate_series(0, 63) n WHERE entries >> n & 1 = 1 ORDER BY n LIMIT 3) AS first
                ), ' ' ORDER BY account, peer, block) FROM timeline_peer
                """));
    }

    [SkippableFact]
    public async Task Reads_OfTheTimeline_TouchOnePartitionThroughAnIndex()
    {
        await FillAsync();
        foreach (var condition in (string[])["seq > 5 ORDER BY seq LIMIT 10", "seq < 900 ORDER BY seq DESC LIMIT 10", "dedupe = 'd51'"])
        {
            AssertOnePartition(await PlanAsync($"SELECT seq, kind, at, peer, data FROM timeline WHERE account = 'a1' AND {condition}"), filters: false);
        }
    }

    [SkippableFact]
    public async Task Reads_AboutAPeer_GoThroughIndexes()
    {
        await FillAsync();

        // Who it is about is looked up in what is not sealed, which is bounded, and in rows that are found by their seqs.
        AssertOnePartition(await PlanAsync(PeerBlocks.Unsealed, "'a1'", "'p1'"), filters: true);
        var entries = PostgresTimelineStore.OfPeer[PostgresTimelineStore.OfPeer.LastIndexOf("FROM", StringComparison.Ordinal)..];
        AssertOnePartition(await PlanAsync($"SELECT seq {entries}", "'a1'", "'p1'", "'{51,101,151}'::bigint[]", "NULL"), filters: true);
        AssertOnePartition(await PlanAsync(PeerBlocks.Ahead, "'a1'", "'p1'", "3", "10"), filters: false);
        AssertOnePartition(await PlanAsync(PeerBlocks.Back, "'a1'", "'p1'", "3", "10"), filters: false);
    }

    private async Task FillAsync()
    {
        await PostgresSchema.MigrateAsync(_source, CancellationToken.None);
        await ScalarAsync("INSERT INTO timeline SELECT 'a' || n % 50, n / 50 + 1, 1, 0, 'p' || n % 97, n, 'd' || n, '' FROM generate_series(0, 49999) n");
        await ScalarAsync("ANALYZE timeline");
        await ScalarAsync("ANALYZE timeline_peer");
    }

    private async Task<string> PlanAsync(string query, params string[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            query = query.Replace($"${i + 1}", values[i], StringComparison.Ordinal);
        }

        return (string)(await ScalarAsync($"EXPLAIN (FORMAT JSON) {query}"))!;
    }

    private static void AssertOnePartition(string plan, bool filters)
    {
        Assert.Contains("Index", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Append", plan, StringComparison.Ordinal);
        if (!filters)
        {
            Assert.DoesNotContain("Filter", plan, StringComparison.Ordinal);
        }
    }
}
