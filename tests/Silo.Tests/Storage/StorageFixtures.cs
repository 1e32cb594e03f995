namespace OrleansIM.Silo.Tests.Storage;

/// <summary>A host over one provider, shared by the tests of a class; they use grain ids of their own.</summary>
public abstract class StorageFixture : IAsyncLifetime
{
    private StorageHost? _host;

    internal StorageHost Host
    {
        get
        {
            Skip.If(_host is null, PostgresServer.MissingReason);
            return _host;
        }
    }

    public async Task InitializeAsync() => _host = await StartAsync();

    public virtual async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    internal abstract Task<StorageHost?> StartAsync();
}

public sealed class SqliteFixture : StorageFixture
{
    private readonly TempDirectory _folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    internal override async Task<StorageHost?> StartAsync() => await StorageHost.StartAsync(StorageHost.Sqlite(_folder.Path));
}

public sealed class PostgresFixture(PostgresServer server) : StorageFixture
{
    public string ConnectionString { get; private set; } = "";

    internal override async Task<StorageHost?> StartAsync()
    {
        if (!server.IsAvailable)
        {
            return null;
        }

        ConnectionString = await server.CreateDatabaseAsync();
        return await StorageHost.StartAsync(StorageHost.Postgres(ConnectionString));
    }
}
