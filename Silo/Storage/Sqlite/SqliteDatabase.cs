using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using OrleansIM.Hosting.Checks;
using OrleansIM.Hosting.Storage;

namespace OrleansIM.Silo.Storage.Sqlite;

/// <summary>
/// The one file of an embedded server: a writer, a few readers, and the lock that keeps a second process out (two
/// processes with the same accounts would both believe to be the only writer).
/// </summary>
internal sealed partial class SqliteDatabase(IOptions<StorageOptions> options, ILogger<SqliteDatabase> logger) : IStorageDatabase, IAsyncDisposable
{
    public const string FileName = "orleansim.db";
    private const string LockName = "orleansim.lock";
    private const int Readers = 4;

    private const string Pragmas = "PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY;";

    // Checkpoints are made beside the writer (SqliteCheckpoints). A WAL that grew under a long read is cut back afterwards.
    private const string WriterPragmas = Pragmas
        + "PRAGMA cache_size = -32768; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; PRAGMA synchronous = ";

    private const string CheckpointPragmas = Pragmas + "PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = ";

    private const string ReaderPragmas = Pragmas + "PRAGMA cache_size = -8192; PRAGMA query_only = ON;";

    private readonly StorageOptions _options = options.Value;
    private FileStream? _lock;
    private SqliteWriter? _writer;
    private SqliteReaders? _readers;
    private SqliteCheckpoints? _checkpoints;

    public Task<SchemaVersion> OpenAsync(CancellationToken cancellation) => Task.Run(Open, cancellation);

    public Task ProbeAsync(CancellationToken cancellation)
        => ReadAsync(session => session.Scalar("SELECT 1 FROM schema_version LIMIT 1"), cancellation);

    /// <summary>Runs the job in the next transaction of the writer; returns when it is committed.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> job, CancellationToken cancellation)
        => (_writer ?? throw NotOpen()).RunAsync(job, cancellation);

    public Task<T> ReadAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellation)
        => (_readers ?? throw NotOpen()).RunAsync(read, cancellation);

    public async Task<IReadOnlyList<string>> ReadKeysAsync() => await ReadAsync(
        session => session.Query("SELECT xml FROM data_protection_keys ORDER BY id", row => row.GetString(0)), CancellationToken.None);

    public Task AddKeyAsync(string name, string xml) => WriteAsync(
        session => session.Execute("INSERT INTO data_protection_keys (name, xml) VALUES ($1, $2)", name, xml), CancellationToken.None);

    public Task RemoveKeyAsync(string xml) => WriteAsync(session => session.Execute("DELETE FROM data_protection_keys WHERE xml = $1", xml), CancellationToken.None);

    public async Task CloseAsync()
    {
        var readers = Interlocked.Exchange(ref _readers, null);
        var writer = Interlocked.Exchange(ref _writer, null);
        if (readers is not null)
        {
            await readers.CloseAsync();
        }

        if (Interlocked.Exchange(ref _checkpoints, null) is { } checkpoints)
        {
            await Task.Run(checkpoints.Dispose);
        }

        if (writer is not null)
        {
            // Last: closing the last connection moves the WAL into the file.
            await Task.Run(writer.Dispose);
        }

        Interlocked.Exchange(ref _lock, null)?.Dispose();
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private static ObjectDisposedException NotOpen() => new(nameof(SqliteDatabase), "The storage is not open: this process is starting or stopping.");

    private SchemaVersion Open()
    {
        var file = Path.Combine(Path.GetFullPath(_options.DataDirectory), FileName);
        _lock = TakeLock();
        // A file from elsewhere, or from before such files were private.
        if (FileModes.ReadersOf(file) != FileReaders.None)
        {
            LogOpenToOthers(file);
        }

        try
        {
            SchemaVersion version;
            var writer = new SqliteSession(file, $"{WriterPragmas}{_options.Sqlite.Synchronous};");
            try
            {
                version = SqliteSchema.Migrate(writer, file);
            }
            catch
            {
                writer.Dispose();
                throw;
            }

            _writer = new SqliteWriter(writer);
            _checkpoints = new SqliteCheckpoints(new SqliteSession(file, $"{CheckpointPragmas}{_options.Sqlite.Synchronous};"), _writer);
            _readers = new SqliteReaders(Readers, () => new SqliteSession(file, ReaderPragmas));
            return version;
        }
        catch (SqliteException failure)
        {
            _lock.Dispose();
            throw new StorageException($"{file} cannot be opened as a database ({failure.Message}); check the folder named by Storage:DataDirectory.", failure);
        }
        catch (StorageException)
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>An exclusive lock of the operating system, gone with the process however that ends.</summary>
    private FileStream TakeLock()
    {
        var directory = _options.DataDirectory;
        try
        {
            Directory.CreateDirectory(directory);
            MakePrivate(Path.Combine(directory, FileName));
            return new FileStream(Path.Combine(directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held) when (IsSharingViolation(held))
        {
            throw new StorageException(
                $"Another process uses the data of Storage:DataDirectory '{directory}'. "
                + "Stop it, or give this one a folder of its own; several processes need Storage:Provider 'postgres'.", held);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(
                $"Storage:DataDirectory '{directory}' cannot be written to ({failure.Message}) "
                + "Create it for the user this process runs as, or name another folder.", failure);
        }
    }

    /// <summary>A file that is not there yet is made for this user alone: messages are in it, and keys. What SQLite makes beside it is like it.</summary>
    private static void MakePrivate(string file)
    {
        if (!OperatingSystem.IsWindows() && !File.Exists(file))
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            new FileStream(file, options).Dispose();
        }
    }

    // What a held lock is called by Windows, Linux and macOS.
    private static bool IsSharingViolation(IOException failure) => failure.HResult is unchecked((int)0x80070020) or 11 or 35;
}
