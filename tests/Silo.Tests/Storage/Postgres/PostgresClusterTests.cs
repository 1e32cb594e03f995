using Npgsql;
using OrleansIM.Hosting.Storage;
using OrleansIM.Silo.Storage;

namespace OrleansIM.Silo.Tests.Storage.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresClusterTests(PostgresServer server)
{
    [SkippableFact]
    public async Task Membership_TwoSilosOnOneDatabase_FormAClusterAndOneMayLeave()
    {
        Skip.IfNot(server.IsAvailable, PostgresServer.MissingReason);
        Skip.IfNot(StorageHost.HasClusters, "This engine clusters nothing.");
        var database = await server.CreateDatabaseAsync();
        await using var first = await StartAsync(database);
        await using var second = await StartAsync(database);
        await Eventually.TrueAsync(async () => await CountAsync(database, "status = 3") == 2, "two active silos in the table", TimeSpan.FromSeconds(30));

        // Both silos host grains, and either reaches those of the other.
        await Eventually.TrueAsync(async () => (await PlacesAsync(first)).Count == 2, "grains on both silos", TimeSpan.FromSeconds(30));
        Assert.Equal(await PlaceAsync(first, "ann"), await PlaceAsync(second, "ann"));

        await second.StopAsync();

        await Eventually.TrueAsync(async () => await CountAsync(database, "status = 3") == 1, "one active silo in the table", TimeSpan.FromSeconds(30));
        Assert.Single(await PlacesAsync(first));
    }

    private static Task<StorageHost> StartAsync(string database) => StorageHost.StartAsync(
        StorageHost.Postgres(database),
        silo => silo.UseAdoNetClustering(clustering =>
        {
            clustering.Invariant = DatabaseSetup.AdoNetInvariant;
            clustering.ConnectionString = database;
        }));

    private static Task<string> PlaceAsync(StorageHost host, string key) => host.Grains.GetGrain<INoteGrain>(key).WhereAsync();

    private static async Task<HashSet<string>> PlacesAsync(StorageHost host)
        => [.. await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PlaceAsync(host, Guid.NewGuid().ToString())))];

    private static async Task<long> CountAsync(string database, string condition)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM membership WHERE {condition}", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
