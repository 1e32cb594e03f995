using Npgsql;
using OrleansIM.Hosting.Storage.Postgres;
using OrleansIM.Silo.Storage.Postgres;

namespace OrleansIM.Silo.Tests.Storage.Postgres;

/// <summary>The statements that silos agree by: each change from the version its writer has read, or none.</summary>
[Collection(PostgresCollection.Name)]
public sealed class MembershipStatementTests(PostgresServer server) : IAsyncLifetime
{
    private const int Active = 3, Dead = 6;
    private static readonly DateTime Now = new(2026, 11, 21, 4, 5, 6, DateTimeKind.Utc);
    private NpgsqlDataSource _source = null!;

    public async Task InitializeAsync()
    {
        Skip.IfNot(server.IsAvailable, PostgresServer.MissingReason);
        _source = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());
        await PostgresSchema.MigrateAsync(_source, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_source is not null)
        {
            await _source.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task InsertVersion_Twice_IsMadeOnce()
    {
        Assert.Equal(1, await RunAsync("InsertMembershipVersionKey"));
        Assert.Equal(0, await RunAsync("InsertMembershipVersionKey"));
    }

    [SkippableFact]
    public async Task Insert_FromTheReadVersion_MovesIt()
    {
        await RunAsync("InsertMembershipVersionKey");

        Assert.Equal(1, await InsertAsync(port: 1, version: 0));
        Assert.Equal(1, await InsertAsync(port: 2, version: 1));
        Assert.Equal("2 2", await StateAsync());
    }

    [SkippableFact]
    public async Task Insert_FromAnOldVersion_ChangesNothing()
    {
        await RunAsync("InsertMembershipVersionKey");
        await InsertAsync(port: 1, version: 0);

        Assert.Equal(0, await InsertAsync(port: 2, version: 0));
        Assert.Equal("1 1", await StateAsync());
    }

    [SkippableFact]
    public async Task Insert_SiloThatIsThere_ChangesNothing()
    {
        await RunAsync("InsertMembershipVersionKey");
        await InsertAsync(port: 1, version: 0);

        Assert.Equal(0, await InsertAsync(port: 1, version: 1));
        Assert.Equal("1 1", await StateAsync());
    }

    [SkippableFact]
    public async Task Insert_RacingFromOneVersion_OneWins()
    {
        await RunAsync("InsertMembershipVersionKey");

        var outcomes = await Task.WhenAll(Enumerable.Range(1, 8).Select(port => InsertAsync(port, version: 0)));

        Assert.Equal(1, outcomes.Sum());
        Assert.Equal("1 1", await StateAsync());
    }

    [SkippableFact]
    public async Task Update_VersionOrSiloThatIsNot_ChangesNothing()
    {
        await RunAsync("InsertMembershipVersionKey");
        await InsertAsync(port: 1, version: 0);

        Assert.Equal(0, await UpdateAsync(port: 1, version: 0, Dead));
        Assert.Equal(0, await UpdateAsync(port: 2, version: 1, Dead));
        Assert.Equal("1 1", await StateAsync());
        Assert.Equal(1, await UpdateAsync(port: 1, version: 1, Dead));
        Assert.Equal("2 0", await StateAsync());
    }

    [SkippableFact]
    public async Task Cleanup_OldSilos_RemovesTheDeadAlone()
    {
        await RunAsync("InsertMembershipVersionKey");
        await InsertAsync(port: 1, version: 0);
        await InsertAsync(port: 2, version: 1);
        await UpdateAsync(port: 2, version: 2, Dead);

        await RunAsync("CleanupDefunctSiloEntriesKey", ("IAmAliveTime", Now));
        Assert.Equal(2L, await ScalarAsync("SELECT count(*) FROM membership"));
        await RunAsync("CleanupDefunctSiloEntriesKey", ("IAmAliveTime", Now.AddSeconds(1)));
        Assert.Equal(1, await ScalarAsync("SELECT port FROM membership"));
    }

    private async Task<int> InsertAsync(int port, int version) => (int)(await RunAsync(
        "InsertMembershipKey", ("Address", "127.0.0.1"), ("Port", port), ("Generation", 1), ("SiloName", "silo"), ("HostName", "host"), ("Status", Active),
        ("ProxyPort", 30_000), ("StartTime", Now), ("IAmAliveTime", Now), ("Version", version)))!;

    private async Task<int> UpdateAsync(int port, int version, int status) => (int)(await RunAsync(
        "UpdateMembershipKey", ("Address", "127.0.0.1"), ("Port", port), ("Generation", 1), ("IAmAliveTime", Now), ("Status", status), ("SuspectTimes", ""), ("Version", version)))!;

    /// <summary>The table's version, and how many silos are active.</summary>
    private async Task<string> StateAsync()
        => (string)(await ScalarAsync($"SELECT version || ' ' || (SELECT count(*) FROM membership WHERE status = {Active}) FROM membership_version"))!;

    private async Task<object?> RunAsync(string key, params (string Name, object Value)[] parameters)
    {
        var text = (string)(await ScalarAsync($"SELECT querytext FROM orleansquery WHERE querykey = '{key}'"))!;
        await using var command = _source.CreateCommand(text);
        command.Parameters.AddWithValue("DeploymentId", "cluster");
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return await command.ExecuteScalarAsync();
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
