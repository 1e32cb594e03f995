using Microsoft.Extensions.Options;
using Npgsql;
using OrleansIM.Hosting.Storage;
using OrleansIM.Hosting.Storage.Postgres;

namespace OrleansIM.Silo.Tests.Storage.Postgres;

/// <summary>TLS to a real PostgreSQL, by the settings of Npgsql's that docs/operations.md advises.</summary>
public sealed class PostgresTlsTests : IAsyncLifetime
{
    private readonly TestAuthority _authority = new();
    private readonly TempDirectory _folder = new();
    private readonly PostgresServer _server;

    public PostgresTlsTests() => _server = new PostgresServer { Tls = (_authority, ["localhost"]) };

    public Task InitializeAsync() => _server.InitializeAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
        _authority.Dispose();
    }

    [SkippableFact]
    public async Task Open_VerifyFull_TakesTheRightCertificateAndNoOther()
    {
        Skip.IfNot(_server.IsAvailable, PostgresServer.MissingReason);
        var connectionString = await _server.CreateDatabaseAsync();
        var authority = _authority.WriteAuthority(_folder.Path);
        using var stranger = new TestAuthority();
        var strangers = stranger.WriteAuthority(Directory.CreateDirectory(Path.Combine(_folder.Path, "stranger")).FullName);

        await using (var database = Database(connectionString, "localhost", authority))
        {
            await database.OpenAsync(default);
            await using var command = database.Source.CreateCommand("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
            Assert.Equal(true, await command.ExecuteScalarAsync());
        }

        Assert.Contains("Root Certificate names the PEM file", await RefusalAsync(connectionString, "localhost", strangers), StringComparison.Ordinal);
        Assert.Contains("has to be for the name in Host", await RefusalAsync(connectionString, "127.0.0.1", authority), StringComparison.Ordinal);
    }

    private static async Task<string> RefusalAsync(string connectionString, string host, string authority)
    {
        await using var database = Database(connectionString, host, authority);
        var refusal = await Assert.ThrowsAsync<StorageException>(() => database.OpenAsync(default));
        Assert.StartsWith("The database named by Storage:ConnectionString cannot be used: its certificate is not accepted", refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }

    private static PostgresDatabase Database(string connectionString, string host, string authority) => new(Options.Create(new StorageOptions
    {
        Provider = "postgres",
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString) { Host = host, SslMode = SslMode.VerifyFull, RootCertificate = authority }.ToString(),
    }));
}
