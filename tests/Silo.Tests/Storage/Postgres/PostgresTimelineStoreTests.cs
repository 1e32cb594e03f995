using Microsoft.Extensions.Options;
using OrleansIM.Grains.Timelines;
using OrleansIM.Hosting.Storage;
using OrleansIM.Hosting.Storage.Postgres;
using OrleansIM.Silo.Storage;
using OrleansIM.Silo.Storage.Postgres;

namespace OrleansIM.Silo.Tests.Storage.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresTimelineStoreTests(PostgresServer server) : TimelineStoreContract
{
    private string? _connectionString;
    private PostgresDatabase? _database;

    public override async Task DisposeAsync()
    {
        if (_database is not null)
        {
            await CloseAsync();
        }
    }

    protected override async Task<ITimelineStore> OpenAsync()
    {
        Skip.IfNot(server.IsAvailable, PostgresServer.MissingReason);
        _connectionString ??= await server.CreateDatabaseAsync();
        _database = new PostgresDatabase(Options.Create(new StorageOptions { Provider = "postgres", ConnectionString = _connectionString }));
        await _database.OpenAsync(None);
        return new PostgresTimelineStore(_database);
    }

    protected override async Task CloseAsync() => await _database!.DisposeAsync();
}
