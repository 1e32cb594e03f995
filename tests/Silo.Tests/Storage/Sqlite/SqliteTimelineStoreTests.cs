using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansIM.Grains.Timelines;
using OrleansIM.Hosting.Storage;
using OrleansIM.Silo.Storage;
using OrleansIM.Silo.Storage.Sqlite;

namespace OrleansIM.Silo.Tests.Storage.Sqlite;

public sealed class SqliteTimelineStoreTests : TimelineStoreContract
{
    private readonly TempDirectory _folder = new();
    private SqliteDatabase _database = null!;

    public override async Task DisposeAsync()
    {
        await CloseAsync();
        _folder.Dispose();
    }

    protected override async Task<ITimelineStore> OpenAsync()
    {
        _database = new SqliteDatabase(Options.Create(new StorageOptions { DataDirectory = _folder.Path }), NullLogger<SqliteDatabase>.Instance);
        await _database.OpenAsync(None);
        return new SqliteTimelineStore(_database);
    }

    protected override Task<object?> ScalarAsync(string sql) => _database.WriteAsync(session => session.Scalar(sql), None);

    protected override Task CloseAsync() => _database.CloseAsync();
}
