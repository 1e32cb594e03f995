using System.Diagnostics;
using Npgsql;
using OrleansIM.Benchmarks.EndToEnd.Measuring;
using OrleansIM.Benchmarks.EndToEnd.Ours;
using OrleansIM.Benchmarks.EndToEnd.Profiling;
using OrleansIM.TestSupport;

namespace OrleansIM.Benchmarks.EndToEnd;

/// <summary>What the sides of all workloads share: the options, one PostgreSQL, a folder that is gone afterwards.</summary>
internal sealed class BenchContext(BenchOptions options) : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly PostgresServer _postgres = new();
    private readonly DovecotServer _dovecot = new();

    // Of the sides that take turns now.
    private readonly List<string> _databases = [];
    private bool _isPostgresUp;
    private bool _isDovecotUp;

    public BenchOptions Options => options;

    /// <summary>A new folder below the temporary one.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_folder.Path, $"{name}-{Guid.NewGuid():N}")).FullName;

    /// <summary>PostgreSQL, started when it is first asked for; durable as by default.</summary>
    private async Task<PostgresServer> PostgresAsync()
    {
        if (!_postgres.IsAvailable)
        {
            throw new BenchException(PostgresServer.MissingReason);
        }

        if (!_isPostgresUp)
        {
            await _postgres.InitializeAsync();
            await MakeLogFilesAsync();
            _isPostgresUp = true;
        }

        return _postgres;
    }

    /// <summary>
    /// Has PostgreSQL write more than its log may have (<c>max_wal_size</c>, 1 GB) and a checkpoint. A new server makes a
    /// file of 16 MB each time the last is full, and whoever commits then waits until it is on disk; one that has run for
    /// a while uses those again that a checkpoint has set free.
    /// </summary>
    private async Task MakeLogFilesAsync()
    {
        await using var connection = new NpgsqlConnection(await _postgres.CreateDatabaseAsync());
        await connection.OpenAsync();
        await using var fill = new NpgsqlCommand("SELECT pg_logical_emit_message(false, 'fill', repeat('x', 1 << 20)) FROM generate_series(1, 1200)", connection);
        await fill.ExecuteNonQueryAsync();
        await using var checkpoint = new NpgsqlCommand("CHECKPOINT", connection);
        await checkpoint.ExecuteNonQueryAsync();
    }

    /// <summary>An empty database, and the process of its server.</summary>
    public async Task<(string ConnectionString, int? ProcessId)> NewPostgresAsync()
    {
        var postgres = await PostgresAsync();
        _databases.Add(await postgres.CreateDatabaseAsync());
        return (_databases[^1], postgres.ProcessId);
    }

    /// <summary>
    /// Has done what a turn has left to do, so that it is in nobody else's: PostgreSQL's vacuum, which would come by itself
    /// up to a minute later, and what still keeps the machine busy, 15 s at most.
    /// </summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        foreach (var database in _databases)
        {
            await using var connection = new NpgsqlConnection(database);
            await connection.OpenAsync(cancellation);
            await using var vacuum = new NpgsqlCommand("VACUUM (ANALYZE)", connection) { CommandTimeout = 120 };
            await vacuum.ExecuteNonQueryAsync(cancellation);
        }

        var since = Stopwatch.StartNew();
        var (before, quiet) = (ProcessTimes.Machine(), 0);
        while (quiet < 3 && since.Elapsed < TimeSpan.FromSeconds(15))
        {
            await Task.Delay(TimeSpan.FromSeconds(0.25), cancellation);
            var now = ProcessTimes.Machine();
            quiet = now - before < 0.25 * 0.05 * Environment.ProcessorCount ? quiet + 1 : 0;
            before = now;
        }
    }

    /// <summary>The sides that had databases are gone, and nothing is left to do for them.</summary>
    public void ForgetDatabases() => _databases.Clear();

    /// <summary>The mail server, started when it is first asked for.</summary>
    public async Task<DovecotServer> DovecotAsync()
    {
        if (!_dovecot.IsAvailable)
        {
            throw new BenchException(DovecotServer.MissingReason);
        }

        if (!_isDovecotUp)
        {
            await _dovecot.InitializeAsync();
            _isDovecotUp = true;
        }

        return _dovecot;
    }

    /// <summary>An empty database for our server.</summary>
    public async Task<OursDatabase> NewDatabaseAsync()
    {
        if (options.Store == BenchOptions.Sqlite)
        {
            return new OursDatabase(["--Storage:Provider=sqlite", $"--Storage:DataDirectory={NewFolder("data")}"], null);
        }

        var (database, process) = await NewPostgresAsync();
        return new OursDatabase(["--Storage:Provider=postgres", $"--Storage:ConnectionString={database}"], process);
    }

    /// <summary>Our server on a database, with so many rounds of password hashing.</summary>
    public Task<OursServer> StartOursAsync(OursDatabase database, int rounds, CancellationToken cancellation, OursShape? shape = null) =>
        StartOursAsync(database, rounds, [], cancellation, shape);

    /// <summary>The same with settings that the workload needs; those of the command line win.</summary>
    public async Task<OursServer> StartOursAsync(
        OursDatabase database, int rounds, IEnumerable<string> more, CancellationToken cancellation, OursShape? shape = null)
    {
        if (!File.Exists(options.Server))
        {
            throw new BenchException($"There is no server at {options.Server}; ./oim bench builds it.");
        }

        if (shape is { Gateways: > 0 } && options.Store == BenchOptions.Sqlite)
        {
            throw new BenchException("A cluster has its data in PostgreSQL: leave --store away.");
        }

        string[] settings = [.. database.Settings, OursServer.Rounds(rounds), .. more, .. options.Settings];
        var environment = options.ProfileFolder is null ? null : CpuProfile.ServerEnvironment;
        return await OursServer.StartAsync(options.Server, shape ?? OursShape.OneProcess, settings, environment, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _postgres.DisposeAsync();
        await _dovecot.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>Where our server keeps its data.</summary>
/// <param name="Settings">Of our server.</param>
/// <param name="ProcessId">The database's process, if it has one of its own.</param>
internal sealed record OursDatabase(IReadOnlyList<string> Settings, int? ProcessId);
