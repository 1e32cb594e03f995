using Npgsql;
using OrleansIM.TestSupport;

namespace OrleansIM.Clusters;

/// <summary>The PostgreSQL of a local cluster.</summary>
public sealed class ClusterDatabase : IAsyncDisposable
{
    private readonly PostgresServer _server = new() { FolderPrefix = LocalCluster.FolderPrefix, IsOutOfReachOfCtrlC = true };
    private readonly Guardian _guardian;
    private int? _pid;
    private bool _hasFiles;

    internal ClusterDatabase(Guardian guardian) => _guardian = guardian;

    /// <summary>For Npgsql; empty before the start.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Whether this machine has PostgreSQL.</summary>
    public static bool IsInstalled { get; } = PostgresServer.IsInstalled;

    /// <summary>Whether it was started and not stopped since.</summary>
    public bool IsRunning => _pid is not null;

    /// <summary>Starts it, on the same port and files as before; returns when it has recovered.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (_hasFiles)
        {
            await _server.StartAsync(cancellation);
        }
        else
        {
            await _server.InitializeAsync(cancellation);
            _hasFiles = true;
        }

        _pid = _server.ProcessId;
        _guardian.Keep(_pid!.Value);
    }

    /// <summary>Ends it at once, as a crash does: open connections break, what was not committed is lost.</summary>
    public async Task StopAsync()
    {
        if (_pid is { } pid)
        {
            await _server.CrashAsync();
            _guardian.Drop(pid);
            _pid = null;
        }
    }

    /// <summary>Ends it at once and starts it again.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>The first column of an answer, as text.</summary>
    public async Task<IReadOnlyList<string>> QueryAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetValue(0).ToString()!);
        }

        return rows;
    }

    /// <summary>Runs statements.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Ends it and removes its files.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _server.DisposeAsync();
    }

    internal async Task<string> CreateDatabaseAsync() => ConnectionString = await _server.CreateDatabaseAsync();
}
