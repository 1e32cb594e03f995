using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansIM.Hosting.Storage;
using OrleansIM.Silo.Storage;
using OrleansIM.Silo.Storage.Sqlite;

namespace OrleansIM.Silo.Tests.Storage.Sqlite;

public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly LogLines _log = new(LogLevel.Warning);
    private readonly LoggerFactory _loggers;

    public SqliteDatabaseTests() => _loggers = new([_log]);

    private string File => Path.Combine(_folder.Path, SqliteDatabase.FileName);

    public void Dispose()
    {
        _loggers.Dispose();
        _folder.Dispose();
    }

    private SqliteDatabase Database(string synchronous = "Full")
        => new(Options.Create(new StorageOptions { DataDirectory = _folder.Path, Sqlite = { Synchronous = synchronous } }), _loggers.CreateLogger<SqliteDatabase>());

    private async Task<SqliteDatabase> OpenAsync(string synchronous = "Full")
    {
        var database = Database(synchronous);
        await database.OpenAsync(default);
        return database;
    }

    /// <summary>Keeps the writer busy until the gate opens, so that what is queued meanwhile shares one transaction.</summary>
    private static async Task<Task<bool>> BlockAsync(SqliteDatabase database, ManualResetEventSlim gate)
    {
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var blocker = database.WriteAsync(
            _ =>
            {
                running.SetResult();
                return gate.Wait(TimeSpan.FromSeconds(10));
            },
            default);
        await running.Task;
        return blocker;
    }

    [Fact]
    public async Task Open_FolderInUse_IsRefusedUntilItIsReleased()
    {
        await using var first = await OpenAsync();
        await using var second = Database();

        var refusal = await Assert.ThrowsAsync<StorageException>(() => second.OpenAsync(default));
        Assert.Contains("Another process", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Storage:DataDirectory", refusal.Message, StringComparison.Ordinal);

        await first.CloseAsync();
        await second.OpenAsync(default);
        await second.ProbeAsync(default);
    }

    [Theory]
    [InlineData("Full", 2L)]
    [InlineData("Normal", 1L)]
    public async Task Open_Synchronous_IsWhatTheWriterUses(string setting, long level)
    {
        await using var database = await OpenAsync(setting);

        Assert.Equal(level, await database.WriteAsync(session => session.Scalar("PRAGMA synchronous"), default));
        Assert.Equal("wal", await database.WriteAsync(session => session.Scalar("PRAGMA journal_mode"), default));
    }

    [Theory]
    [InlineData(PeerBlocks.Unsealed, "timeline USING PRIMARY KEY (account=? AND seq>?)")]
    [InlineData(PeerBlocks.Ahead, "timeline_peer USING PRIMARY KEY (account=? AND peer=? AND block>?)")]
    [InlineData(PeerBlocks.Back, "timeline_peer USING PRIMARY KEY (account=? AND peer=? AND block<?)")]
    public async Task Read_Peer_UsesAnIndexAndSortsNothing(string query, string search)
    {
        await using var database = await OpenAsync();

        var plan = await database.ReadAsync(
            session => session.Query("EXPLAIN QUERY PLAN " + query, row => row.GetString(3), "ann", "bob", 9L, 5), default);

        Assert.Contains(search, plan[0], StringComparison.Ordinal);
        Assert.DoesNotContain(plan, step => step.Contains("SCAN", StringComparison.Ordinal) || step.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    [Fact]
    public void Migrate_ALogOfTheTimeBefore_KnowsWhatIsAboutWhom()
    {
        using var session = new SqliteSession(File, "PRAGMA journal_mode = WAL");
        var steps = Migration.Load(typeof(SqliteSchema).Assembly, "Sqlite");
        SqliteSchema.Migrate(session, File, [.. steps.Take(3)]);
        for (var seq = 1; seq <= 150; seq++)
        {
            session.Execute("INSERT INTO timeline (account, seq, kind, at, peer) VALUES ('ann', $1, 1, 0, $2)", seq, seq % 3 == 0 ? "bob" : null);
        }

        SqliteSchema.Migrate(session, File, steps);

        var blocks = session.Query("SELECT peer, block, entries FROM timeline_peer ORDER BY block", row => (row.GetString(0), row.GetInt64(1), row.GetInt64(2)));
        Assert.Equal([("bob", 0L, Bits(0)), ("bob", 1L, Bits(1))], blocks);

        static long Bits(int block) => Enumerable.Range(0, 64).Where(bit => (block * 64) + bit > 0 && ((block * 64) + bit) % 3 == 0).Sum(bit => 1L << bit);
    }

    [SkippableFact]
    public async Task Open_NewFile_IsForThisUserAlone()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such modes.");
        await using var database = await OpenAsync();

        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in Directory.GetFiles(_folder.Path, SqliteDatabase.FileName + "*"))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(file));
            }
        }
    }

    [SkippableTheory]
    [InlineData(UnixFileMode.OtherRead, UnixFileMode.OtherExecute, true)]
    [InlineData(UnixFileMode.GroupRead, UnixFileMode.GroupExecute | UnixFileMode.OtherExecute, true)]
    [InlineData(UnixFileMode.OtherRead | UnixFileMode.GroupRead, UnixFileMode.None, false)]
    [InlineData(UnixFileMode.OtherRead, UnixFileMode.GroupExecute, false)]
    [InlineData(UnixFileMode.None, UnixFileMode.OtherExecute | UnixFileMode.GroupExecute, false)]
    public async Task Open_FileThatOthersCanRead_IsWarnedOf(UnixFileMode file, UnixFileMode folder, bool isWarnedOf)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such modes.");
        await (await OpenAsync()).CloseAsync();
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | file);
            System.IO.File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | folder);
        }

        await using var database = await OpenAsync();

        Assert.Equal(isWarnedOf, _log.Has($"Others on this machine may read the database {File},"));
        Assert.Equal(isWarnedOf ? 1 : 0, _log.Lines.Count);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_LinkToAFileThatOthersMayRead_IsWarnedOfIfTheyGetAtTheFileItself(bool isWarnedOf)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such modes.");
        await (await OpenAsync()).CloseAsync();
        using var there = new TempDirectory();
        var target = Path.Combine(there.Path, "elsewhere.db");
        System.IO.File.Move(File, target);
        System.IO.File.CreateSymbolicLink(File, target);
        TempDirectory.Open(isWarnedOf ? there.Path : _folder.Path);
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        }

        await using var database = await OpenAsync();

        Assert.Equal(isWarnedOf, _log.Has($"Others on this machine may read the database {File},"));
    }

    [Fact]
    public async Task Open_Again_AppliesNoMigrationTwice()
    {
        await (await OpenAsync()).CloseAsync();
        await using var database = await OpenAsync();

        Assert.Equal((long)Migration.Load(typeof(SqliteSchema).Assembly, "Sqlite").Count, await database.ReadAsync(session => session.Scalar("SELECT count(*) FROM schema_version"), default));
    }

    /// <summary>As a newer program leaves it, with a step for each of what is given: the oldest program that can work with it, null for none.</summary>
    private async Task MigrateFurtherAsync(params int?[] oldest)
    {
        await (await OpenAsync()).CloseAsync();
        using var session = new SqliteSession(File, "PRAGMA busy_timeout = 1000");
        for (var i = 0; i < oldest.Length; i++)
        {
            session.Execute("INSERT INTO schema_version (version, name, applied_at, oldest_program) VALUES ($1, 'from the future', '', $2)", 998 + i, oldest[i]);
        }
    }

    [Fact]
    public async Task Open_NewerSchemaThatBreaks_IsRefused()
    {
        // What the last step adds does not mend what the one before it broke.
        await MigrateFurtherAsync(null, 5);
        await using var database = Database();

        var refusal = await Assert.ThrowsAsync<StorageException>(() => database.OpenAsync(default));

        Assert.Contains("schema version 999, which programs that know 998 or later can work with", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("newer", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_NewerSchemaThatBreaksNothing_IsOpenedAsItIs()
    {
        var known = Migration.Load(typeof(SqliteSchema).Assembly, "Sqlite").Count;
        await MigrateFurtherAsync(4, known);
        await using var database = Database();

        var schema = await database.OpenAsync(default);

        Assert.Equal((999, known, true), (schema.Found, schema.Oldest, schema.IsNewer));
        await database.ProbeAsync(default);
        Assert.Equal(999L, await database.ReadAsync(session => session.Scalar("SELECT max(version) FROM schema_version"), default));
    }

    [Fact]
    public void Migrate_ByAProgramOfTheStepBefore_WorksWhereThatStepBreaksNothing()
    {
        using var session = new SqliteSession(File, "PRAGMA journal_mode = WAL");
        var steps = Migration.Load(typeof(SqliteSchema).Assembly, "Sqlite").Take(5).ToArray();
        SqliteSchema.Migrate(session, File, steps);

        Assert.Equal(new SchemaVersion(Found: 5, Oldest: 4, Known: 4), SqliteSchema.Migrate(session, File, steps[..4]));
        Assert.Contains("newer", Assert.Throws<StorageException>(() => SqliteSchema.Migrate(session, File, steps[..3])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Migrate_FailingStep_LeavesTheSchemaAsItWas()
    {
        using var session = new SqliteSession(File, "PRAGMA journal_mode = WAL");
        Migration[] steps = [new(1, "001_right", "CREATE TABLE a (x INT); INSERT INTO a VALUES (1);"), new(2, "002_wrong", "CREATE TABLE b (x INT); NONSENSE;")];

        Assert.ThrowsAny<Exception>(() => SqliteSchema.Migrate(session, File, steps));
        Assert.Equal(0L, session.Scalar("SELECT count(*) FROM sqlite_master"));

        SqliteSchema.Migrate(session, File, steps[..1]);
        Assert.Equal(1L, session.Scalar("SELECT count(*) FROM a"));
    }

    [Fact]
    public async Task Open_NotADatabase_IsRefusedAndReleasesTheFolder()
    {
        await System.IO.File.WriteAllTextAsync(File, new string('x', 8_192));
        await using var database = Database();

        await Assert.ThrowsAsync<StorageException>(() => database.OpenAsync(default));

        System.IO.File.Delete(File);
        await database.OpenAsync(default);
        await database.ProbeAsync(default);
    }

    [Fact]
    public async Task Write_FailingJobAmongOthers_UndoesItselfAlone()
    {
        await using var database = await OpenAsync();
        using var gate = new ManualResetEventSlim();
        var blocker = await BlockAsync(database, gate);
        var right = database.WriteAsync(session => session.Execute("INSERT INTO reminder VALUES ('a', 'right', 1, 1, 1, 1)"), default);
        var wrong = database.WriteAsync<int>(
            session =>
            {
                session.Execute("INSERT INTO reminder VALUES ('a', 'wrong', 1, 1, 1, 1)");
                throw new InvalidOperationException("on purpose");
            },
            default);
        var late = database.WriteAsync(session => session.Execute("INSERT INTO reminder VALUES ('a', 'late', 1, 1, 1, 1)"), default);
        gate.Set();

        await Task.WhenAll(blocker, right, late);
        await Assert.ThrowsAsync<InvalidOperationException>(() => wrong);
        Assert.Equal(["late", "right"], await database.ReadAsync(session => session.Query("SELECT name FROM reminder ORDER BY name", row => row.GetString(0)), default));
    }

    [Fact]
    public async Task Write_JobThatTakesTheTransactionWithIt_FailsEverybodyAndTheNextOneWorks()
    {
        await using var database = await OpenAsync();
        using var gate = new ManualResetEventSlim();
        var blocker = await BlockAsync(database, gate);
        var innocent = database.WriteAsync(session => session.Execute("INSERT INTO reminder VALUES ('a', 'innocent', 1, 1, 1, 1)"), default);
        var grave = database.WriteAsync<int>(
            session =>
            {
                session.Execute("ROLLBACK");
                throw new InvalidOperationException("the disk is full");
            },
            default);
        gate.Set();

        await blocker;
        await Assert.ThrowsAsync<InvalidOperationException>(() => innocent);
        await Assert.ThrowsAsync<InvalidOperationException>(() => grave);
        await database.WriteAsync(session => session.Execute("INSERT INTO reminder VALUES ('a', 'next', 1, 1, 1, 1)"), default);
        Assert.Equal(["next"], await database.ReadAsync(session => session.Query("SELECT name FROM reminder", row => row.GetString(0)), default));
    }

    [Fact]
    public async Task Close_WaitingWrites_AreFinishedAndLaterOnesRefused()
    {
        var database = await OpenAsync();
        using var gate = new ManualResetEventSlim();
        var blocker = await BlockAsync(database, gate);
        var writes = Enumerable.Range(0, 2_000).Select(i => database.WriteAsync(session => session.Execute("INSERT INTO reminder VALUES ('a', $1, 1, 1, 1, 1)", $"r{i}"), default)).ToArray();
        var closing = database.CloseAsync();
        Assert.False(closing.IsCompleted);
        gate.Set();
        await closing;

        Assert.True(await blocker);
        Assert.All(await Task.WhenAll(writes).WaitAsync(TimeSpan.FromSeconds(60)), changed => Assert.Equal(1, changed));
        Assert.Throws<ObjectDisposedException>(() => { _ = database.WriteAsync(_ => 0, default); });
        await using var again = await OpenAsync();
        Assert.Equal(2_000L, await again.ReadAsync(session => session.Scalar("SELECT count(*) FROM reminder"), default));
    }

    [Fact]
    public async Task Open_Processes_OneHoldsTheFolder()
    {
        // Twenty at once: whatever the order, one holds it and nobody else gets in.
        var databases = Enumerable.Range(0, 20).Select(_ => Database()).ToArray();
        var outcomes = await Task.WhenAll(databases.Select(async database =>
        {
            try
            {
                await database.OpenAsync(default);
                return true;
            }
            catch (StorageException)
            {
                return false;
            }
        }));

        Assert.Equal(1, outcomes.Count(isOpen => isOpen));
        await Task.WhenAll(databases.Select(database => database.CloseAsync()));
    }
}
