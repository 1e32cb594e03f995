using Npgsql;
using OrleansIM.EndToEnd.Tests.Process;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>
/// The file system under the database is full while people write: a real one, to the last block. What cannot be stored is
/// refused for the moment, nothing that was acknowledged is lost, and when there is room all goes on by itself.
/// </summary>
public sealed class FullDiskTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    [SkippableFact]
    public async Task Sqlite_WithoutRoom_RefusesAndGoesOnWhenThereIsSome()
    {
        using var disk = SmallDisk.TryMount(megabytes: 64);
        Skip.If(disk is null, SmallDisk.MissingReason);
        await using var server = await ChildServer.StartAsync(Path.Combine(disk.Path, "data"), Unhurried);

        using var load = await Writer.StartAsync(server.Address);
        await load.IsRefusedWhileFullAsync(disk);
        disk.Free();

        await load.GoOnAsync();
        await load.FinishAsync();
    }

    /// <remarks>
    /// PostgreSQL refuses a statement whose rows have no room. When its log (WAL) has none it ends, and does not start until
    /// there is: whoever watches over it starts it again.
    /// </remarks>
    [SkippableFact]
    public async Task Postgres_WithoutRoomForRowsAndThenForItsLog_RefusesAndGoesOnWhenThereIsSome()
    {
        using var disk = SmallDisk.TryMount(megabytes: 200);
        Skip.If(disk is null, SmallDisk.MissingReason);
        using var folder = new TempDirectory();
        var postgres = new PostgresServer { DataFolder = disk.Path };
        Skip.IfNot(postgres.IsAvailable, PostgresServer.MissingReason);
        await postgres.InitializeAsync();
        try
        {
            var connection = await postgres.CreateDatabaseAsync();
            await using var server = await ChildServer.StartAsync(
                folder.Path, new Dictionary<string, string> { ["Storage__ConnectionString"] = connection }, ["--Storage:Provider=postgres", .. Unhurried]);
            using var load = await Writer.StartAsync(server.Address);

            await load.IsRefusedWhileFullAsync(disk);
            disk.Free();
            await load.GoOnAsync(WatchOverAsync);

            await load.IsRefusedWhileFullAsync(disk);
            await Eventually.TrueAsync(() => EndsForWantOfLogAsync(postgres, connection), "PostgreSQL to end", s_patience);
            disk.Free();
            await load.GoOnAsync(WatchOverAsync);
            await load.FinishAsync();

            Task WatchOverAsync() => postgres.HasEnded ? postgres.StartAsync() : Task.CompletedTask;
        }
        finally
        {
            await postgres.DisposeAsync();
        }
    }

    // A batch that failed is tried at once by whoever comes next: nothing here waits for a limit.
    private static string[] Unhurried => ["--Timelines:MaxWait=00:00:05"];

    /// <summary>Asks for a new piece of the log, which has no room, until the server has ended over it.</summary>
    private static async Task<bool> EndsForWantOfLogAsync(PostgresServer postgres, string connectionString)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("SELECT pg_switch_wal(); SELECT pg_logical_emit_message(true, 'test', 'x');", connection);
            await command.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
        }

        return postgres.HasEnded;
    }

    /// <summary>Somebody who writes to somebody else as fast as answers come, eight messages at a time.</summary>
    private sealed class Writer : IDisposable
    {
        private readonly Uri _server;
        private readonly Chatter _chatter;
        private readonly Task _writing;

        private Writer(Uri server, Chatter chatter) => (_server, _chatter, _writing) = (server, chatter, chatter.WriteAsync());

        public static async Task<Writer> StartAsync(Uri server)
        {
            var chatter = await Chatter.MeetAsync(server);
            await chatter.SignInAsync(server);
            var writer = new Writer(server, chatter);
            await writer.GoOnAsync();
            return writer;
        }

        public Task IsRefusedWhileFullAsync(SmallDisk disk)
        {
            disk.Fill();
            var refused = _chatter.Refused;
            return UntilAsync(() => _chatter.Refused >= refused + 10, "refusals while there is no room");
        }

        public Task GoOnAsync(Func<Task>? meanwhile = null)
        {
            var stored = _chatter.Acknowledged;
            return UntilAsync(() => _chatter.Acknowledged >= stored + 100, "messages", meanwhile);
        }

        /// <summary>Ends the writing, and looks whether everything acknowledged is in both logs once.</summary>
        public async Task FinishAsync()
        {
            _chatter.Stop();
            await _writing.WaitAsync(s_patience);
            await _chatter.CheckAsync(_server);
        }

        public void Dispose()
        {
            _chatter.Stop();
            _chatter.Dispose();
        }

        /// <summary>Waits; what has ended the writing is the finding.</summary>
        private Task UntilAsync(Func<bool> condition, string what, Func<Task>? meanwhile = null) => Eventually.TrueAsync(
            async () =>
            {
                await (meanwhile?.Invoke() ?? Task.CompletedTask);
                if (_writing.IsCompleted)
                {
                    await _writing;
                    Assert.Fail($"The writer has ended while it was waited for {what}.");
                }

                return condition();
            },
            what,
            s_patience);
    }
}
