using Microsoft.Extensions.Options;
using Npgsql;
using OrleansIM.Hosting.Storage;
using OrleansIM.Hosting.Storage.Postgres;
using OrleansIM.Silo.Storage;
using OrleansIM.Silo.Storage.Postgres;

namespace OrleansIM.Silo.Tests.Storage.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresDatabaseTests(PostgresServer server)
{
    private static PostgresDatabase Database(string connectionString)
        => new(Options.Create(new StorageOptions { Provider = "postgres", ConnectionString = connectionString }));

    [Theory]
    [InlineData("Host=db", 32, true, "OrleansIM")]
    [InlineData("Host=db;maxautoprepare=0;No Reset On Close=false;ApplicationName=mine", 0, false, "mine")]
    public async Task Source_ConnectionString_WinsOverOurDefaults(string given, int prepared, bool noReset, string application)
    {
        await using var database = Database(given);

        var used = new NpgsqlConnectionStringBuilder(database.Source.ConnectionString);

        Assert.Equal((prepared, noReset, application), (used.MaxAutoPrepare, used.NoResetOnClose, used.ApplicationName));
    }

    [SkippableFact]
    public async Task Claim_SecondProcess_IsRefusedUntilTheFirstLetsGo()
    {
        Skip.IfNot(server.IsAvailable, PostgresServer.MissingReason);
        var connectionString = await server.CreateDatabaseAsync();
        await using var first = Database(connectionString);
        await using var second = Database(connectionString);
        await using var held = new DatabaseClaim(first);
        await held.StartAsync(default);

        await using var refused = new DatabaseClaim(second);
        var refusal = await Assert.ThrowsAsync<StorageException>(() => refused.StartAsync(default));
        Assert.Contains("Storage:ConnectionString", refusal.Message, StringComparison.Ordinal);

        await held.StopAsync(default);

        await using var next = new DatabaseClaim(second);
        await next.StartAsync(default);
    }

    [SkippableFact]
    public async Task Open_UserWithoutRights_IsRefusedAndNamesTheSetting()
    {
        Skip.IfNot(server.IsAvailable, PostgresServer.MissingReason);
        var connectionString = await server.CreateDatabaseAsync();
        await using (var admin = Database(connectionString))
        await using (var command = admin.Source.CreateCommand("DROP ROLE IF EXISTS weak; CREATE ROLE weak LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
        {
            await command.ExecuteNonQueryAsync();
        }

        await using var weak = Database(new NpgsqlConnectionStringBuilder(connectionString) { Username = "weak" }.ToString());

        var refusal = await Assert.ThrowsAsync<StorageException>(() => weak.OpenAsync(default));
        Assert.Contains("Storage:ConnectionString", refusal.Message, StringComparison.Ordinal);
    }
}
