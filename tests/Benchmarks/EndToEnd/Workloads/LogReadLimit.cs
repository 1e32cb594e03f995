using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>How fast PostgreSQL gives out what a crowd has missed: a query per account over 16 connections, no server.</summary>
internal sealed class LogReadLimit : ISide
{
    private readonly NpgsqlDataSource _source;
    private readonly int _accounts;

    private LogReadLimit(NpgsqlDataSource source, int accounts, int server) => (_source, _accounts, ServerId) = (source, accounts, server);

    public int ServerId { get; }

    public static async Task<ISide> StartAsync(BenchContext context, int accounts, CancellationToken cancellation)
    {
        var (database, process) = await context.NewPostgresAsync();
        var source = NpgsqlDataSource.Create(database);
        await using var fill = source.CreateCommand($"""
            CREATE TABLE log (account text, seq bigint, kind smallint, at bigint, peer text, data bytea, PRIMARY KEY (account, seq));
            INSERT INTO log SELECT 'user' || account, seq, 1, 0, 'peer', decode(repeat('61', 450), 'hex')
            FROM generate_series(0, {accounts - 1}) account, generate_series(1, {OursResume.Missed}) seq;
            ANALYZE log;
            """);
        await fill.ExecuteNonQueryAsync(cancellation);
        return new LogReadLimit(source, accounts, process!.Value);
    }

    public async Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation)
    {
        var rows = 0;
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(0, _accounts, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellation }, async (account, stop) =>
        {
            await using var command = _source.CreateCommand("SELECT seq, kind, at, peer, data FROM log WHERE account = $1 AND seq > 0 ORDER BY seq LIMIT 1000");
            command.Parameters.Add(new() { Value = $"user{account.ToString(CultureInfo.InvariantCulture)}" });
            await using var reader = await command.ExecuteReaderAsync(stop);
            while (await reader.ReadAsync(stop))
            {
                reader.GetFieldValue<byte[]>(4);
                Interlocked.Increment(ref rows);
            }
        });
        var seconds = watch.Elapsed.TotalSeconds;
        return rows == _accounts * OursResume.Missed
            ? new() { ["seconds"] = seconds, ["entries"] = rows / seconds }
            : throw new BenchException($"{rows} rows were read.");
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
