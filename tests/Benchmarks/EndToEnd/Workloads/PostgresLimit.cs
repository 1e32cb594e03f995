using System.Diagnostics;
using System.Globalization;
using Npgsql;
using OrleansIM.Benchmarks.EndToEnd.Measuring;
using OrleansIM.Benchmarks.EndToEnd.Relay;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>
/// What PostgreSQL does at best on this disk, without us: a lone durable commit, and rows a second in commits of 100 rows
/// over 4 connections, into a table like our log's.
/// </summary>
internal sealed class PostgresLimit : ISide
{
    private const int RowsPerCommit = 100;
    private const int Connections = 4;

    private readonly NpgsqlDataSource _source;
    private long _seq;

    private PostgresLimit(NpgsqlDataSource source, int server) => (_source, ServerId) = (source, server);

    public int ServerId { get; }

    public static async Task<ISide> StartAsync(BenchContext context, CancellationToken cancellation)
    {
        var (database, process) = await context.NewPostgresAsync();
        return new PostgresLimit(await LogTable.CreateAsync(database, cancellation), process!.Value);
    }

    public async Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation)
    {
        var commits = new Latencies();
        await RunAsync("alone", 1, timing.WarmUp, new Latencies(), cancellation);
        await RunAsync("alone", 1, timing.Time / 2, commits, cancellation);
        var watch = Stopwatch.StartNew();
        var rows = await Task.WhenAll(Enumerable.Range(0, Connections).Select(
            connection => RunAsync($"many{connection.ToString(CultureInfo.InvariantCulture)}", RowsPerCommit, timing.Time / 2, new Latencies(), cancellation)));
        return new()
        {
            ["commitP50"] = commits.Percentile(0.5),
            ["commitP99"] = commits.Percentile(0.99),
            ["rows"] = rows.Sum() / watch.Elapsed.TotalSeconds,
        };
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<long> RunAsync(string account, int rows, TimeSpan time, Latencies latencies, CancellationToken cancellation)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellation);
        var accounts = Enumerable.Repeat(account, rows).ToArray();
        var data = Enumerable.Repeat(new byte[450], rows).ToArray();
        var watch = Stopwatch.StartNew();
        long written = 0;
        for (; watch.Elapsed < time; written += rows)
        {
            var first = Interlocked.Add(ref _seq, rows);
            var start = Stopwatch.GetTimestamp();
            await using var command = new NpgsqlCommand(LogTable.Insert, connection)
            {
                Parameters = { new() { Value = accounts }, new() { Value = Enumerable.Range(0, rows).Select(row => first + row).ToArray() }, new() { Value = data } },
            };
            await command.ExecuteNonQueryAsync(cancellation);
            latencies.AddSince(start);
        }

        return written;
    }
}
