using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Xunit;

namespace OrleansIM.TestSupport;

/// <summary>
/// A real PostgreSQL of Debian's packages: a temporary folder, loopback, a free port, gone after the tests. Use it as a
/// collection fixture; where PostgreSQL is not installed <see cref="IsAvailable"/> is false and tests skip themselves.
/// The variable <c>ORLEANSIM_TEST_POSTGRES</c> names another folder of binaries, or one without any to see the skips.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    /// <summary>Why tests are skipped when <see cref="IsAvailable"/> is false.</summary>
    public const string MissingReason = "PostgreSQL is not installed (Debian: apt-get install postgresql).";

    private readonly Lazy<TempDirectory> _folder;
    private readonly string? _binaries = FindBinaries();
    private Process? _server;
    private int _port;
    private int _databases;

    public PostgresServer() => _folder = new(() => new TempDirectory(FolderPrefix));

    /// <summary>How the name of its temporary folder begins. Set before the start.</summary>
    public string FolderPrefix { get; init; } = "orleansim-test-";

    private string Folder => _folder.Value.Path;

    /// <summary>Whether the binaries are here.</summary>
    public bool IsAvailable => _binaries is not null;

    /// <summary>The same, asked without one.</summary>
    public static bool IsInstalled => FindBinaries() is not null;

    /// <summary>The main process, whose children serve the connections; null before the start.</summary>
    public int? ProcessId =>
        File.Exists(PidFile) && int.TryParse(File.ReadLines(PidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var id) ? id : null;

    private string PidFile => Path.Combine(Data, "postmaster.pid");

    private string Data => Path.Combine(DataFolder ?? Folder, "data");

    /// <summary>Where its files are: a folder of somebody else's. Default: one of its own. Set before the start.</summary>
    public string? DataFolder { get; init; }

    /// <summary>
    /// Whether Ctrl-C at the terminal does not reach it, so that those who use it can stop first. Whoever says so ends it.
    /// Set before the start.
    /// </summary>
    public bool IsOutOfReachOfCtrlC { get; init; }

    /// <summary>Whether it was started and has ended by itself since, as one does that has no room for its log.</summary>
    public bool HasEnded => _server is { HasExited: true };

    /// <summary>Speaks TLS, with a certificate of this authority for these names, to clients that ask for it. Set before the start.</summary>
    public (TestAuthority Authority, string[] Names)? Tls { get; init; }

    /// <summary>Creates an empty database and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    /// <summary>Dumps a database while it is in use (<c>pg_dump</c>), and answers the file.</summary>
    public async Task<string> DumpAsync(string connectionString)
    {
        var file = Path.Combine(Folder, $"dump{Interlocked.Increment(ref _databases)}");
        await RunServerToolAsync("pg_dump", [.. At(connectionString), "-Fc", "-f", file]);
        return file;
    }

    /// <summary>Restores a dump into an empty database (<c>pg_restore</c>).</summary>
    public Task RestoreAsync(string file, string connectionString)
        => RunServerToolAsync("pg_restore", [.. At(connectionString), "--exit-on-error", file]);

    /// <inheritdoc />
    Task IAsyncLifetime.InitializeAsync() => InitializeAsync();

    /// <summary>Makes its files and starts it.</summary>
    public async Task InitializeAsync(CancellationToken cancellation = default)
    {
        if (!IsAvailable)
        {
            return;
        }

        // PostgreSQL refuses to run as root, and insists on owning its folder.
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(["chown", "postgres", Folder, DataFolder ?? Folder], cancellation);
        }

        await RunAsync(ServerTool("initdb", "-D", Data, "-A", "trust", "-U", "postgres", "--no-sync", "--no-locale", "-E", "UTF8"), cancellation);
        _port = Ports.Free();
        await WriteCertificateAsync();
        await StartAsync(cancellation);
    }

    private async Task WriteCertificateAsync()
    {
        if (Tls is var (authority, names))
        {
            var (_, key) = authority.Write(Folder, "server", names);
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync(["chown", "postgres", key]);
            }
        }
    }

    /// <summary>Ends it at once (<c>pg_ctl stop -m immediate</c>): what is not in its log is lost.</summary>
    public async Task CrashAsync()
    {
        await StopAsync(_server!);
        _server = null;
        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>Starts it, on the same port and files; returns when it has recovered.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        _server = Start(ServerTool(
            "postgres", "-D", Data, "-p", _port.ToString(CultureInfo.InvariantCulture), "-k", Folder, "-h", "127.0.0.1", "-c", "max_connections=300",
            "-c", Tls is null ? "ssl=off" : "ssl=on", "-c", $"ssl_cert_file={Path.Combine(Folder, "server.pem")}", "-c", $"ssl_key_file={Path.Combine(Folder, "server.key")}"));
        await Eventually.TrueAsync(() => AnswersAsync(cancellation), "PostgreSQL to accept connections", TimeSpan.FromSeconds(60));
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        try
        {
            if (_server is not null)
            {
                NpgsqlConnection.ClearAllPools();
                await StopAsync(_server);
            }
        }
        finally
        {
            if (_folder.IsValueCreated)
            {
                _folder.Value.Dispose();
            }
        }
    }

    /// <summary>At once, without a checkpoint: nobody reads the files again.</summary>
    private async Task StopAsync(Process server)
    {
        if (ProcessId is { } id)
        {
            await RunAsync(["kill", "-QUIT", id.ToString(CultureInfo.InvariantCulture)]);
        }
        else
        {
            // It has only just begun, or is at its end.
            server.Kill(entireProcessTree: true);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await server.WaitForExitAsync(limit.Token);
        server.Dispose();
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_server!.HasExited)
        {
            throw new InvalidOperationException($"PostgreSQL ended at start with code {_server.ExitCode}.");
        }

        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private string ConnectionString(string database)
        => $"Host=127.0.0.1;Port={_port};Database={database};Username=postgres;Include Error Detail=true;Maximum Pool Size=20";

    private string[] At(string connectionString)
        => ["-h", "127.0.0.1", "-p", _port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-d", new NpgsqlConnectionStringBuilder(connectionString).Database!];

    private static string? FindBinaries()
    {
        if (Environment.GetEnvironmentVariable("ORLEANSIM_TEST_POSTGRES") is { Length: > 0 } given)
        {
            return File.Exists(Path.Combine(given, "postgres")) ? given : null;
        }

        const string Root = "/usr/lib/postgresql";
        return Directory.Exists(Root)
            ? Directory.GetDirectories(Root)
                .Select(version => Path.Combine(version, "bin"))
                .Where(bin => File.Exists(Path.Combine(bin, "postgres")) && File.Exists(Path.Combine(bin, "initdb")))
                .OrderBy(bin => double.TryParse(Path.GetFileName(Path.GetDirectoryName(bin)), CultureInfo.InvariantCulture, out var number) ? number : 0)
                .LastOrDefault()
            : null;
    }

    private string[] ServerTool(string tool, params string[] arguments)
    {
        var path = Path.Combine(_binaries!, tool);
        return
        [
            .. IsOutOfReachOfCtrlC ? (string[])["setsid"] : [],
            .. Environment.IsPrivilegedProcess ? (string[])["runuser", "-u", "postgres", "--"] : [],
            path, .. arguments,
        ];
    }

    private Task RunServerToolAsync(string tool, params string[] arguments) => RunAsync(ServerTool(tool, arguments));

    private async Task RunAsync(string[] command, CancellationToken cancellation = default)
    {
        using var process = Start(command);
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }

        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with code {process.ExitCode}.");
        }
    }

    private Process Start(string[] command)
    {
        var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        // Nobody reads them, and a full pipe would stop the process.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
