using Npgsql;

namespace OrleansIM.Hosting.Storage.Postgres;

/// <summary>
/// Holds the database for this process as long as it runs. A silo that is alone knows of no other, so a second one on
/// the same database would hold the same accounts a second time: nothing would be lost, and nothing would work well.
/// </summary>
internal sealed class DatabaseClaim(PostgresDatabase database) : IHostedService, IAsyncDisposable
{
    // Any number nobody else locks on in this database: the ASCII of "OrleanI1".
    private const long AdvisoryLock = 0x4F726C65616E4931;

    private NpgsqlConnection? _connection;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var claim = new NpgsqlCommand($"SELECT pg_try_advisory_lock({AdvisoryLock})", _connection);
        if (await claim.ExecuteScalarAsync(cancellationToken) is not true)
        {
            throw new StorageException(
                "Another process uses the database named by Storage:ConnectionString. Stop it, or give this one a database of its own.");
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    /// <summary>Gives the claim back by name: the connection goes back to its pool, and would keep it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is not { } connection)
        {
            return;
        }

        try
        {
            await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", connection);
            await release.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
            // The server has ended the connection, and the claim with it.
        }

        await connection.DisposeAsync();
    }
}
