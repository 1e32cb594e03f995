using System.Globalization;
using Npgsql;

namespace OrleansIM.Hosting.Storage.Postgres;

/// <summary>Brings the database to the newest schema: one transaction, all steps or none, one silo at a time.</summary>
internal static class PostgresSchema
{
    // Any number nobody else locks on in this database: the ASCII of "OrleanIM".
    private const long AdvisoryLock = 0x4F726C65616E494D;

    // A large table may be rebuilt by a step, and a silo that starts beside waits for that.
    private const int TimeoutSeconds = 3600;

    public static Task<SchemaVersion> MigrateAsync(NpgsqlDataSource source, CancellationToken cancellation)
        => MigrateAsync(source, Migration.Load(typeof(PostgresSchema).Assembly, "Postgres"), cancellation);

    public static async Task<SchemaVersion> MigrateAsync(NpgsqlDataSource source, IReadOnlyList<Migration> steps, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // Held until the commit, so that the next silo sees everything this one made.
        await ExecuteAsync($"SELECT pg_advisory_xact_lock({AdvisoryLock})");
        await ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_version (version int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
        var found = await NumberAsync("SELECT coalesce(max(version), 0) FROM schema_version");
        var version = new SchemaVersion(found, found < SchemaVersion.SaysOldestSince ? found : await NumberAsync(SchemaVersion.OldestQuery), steps.Count);
        version.Check("The database named by Storage:ConnectionString");
        foreach (var step in steps.Skip(found))
        {
            await ExecuteAsync(step.Sql);
            await ExecuteAsync($"INSERT INTO schema_version (version, name) VALUES ({step.Number}, '{step.Name}')");
            if (step.Oldest < step.Number)
            {
                await ExecuteAsync($"UPDATE schema_version SET oldest_program = {step.Oldest} WHERE version = {step.Number}");
            }
        }

        await transaction.CommitAsync(cancellation);
        return version;

        async Task<int> NumberAsync(string sql) => Convert.ToInt32(await ExecuteAsync(sql), CultureInfo.InvariantCulture);

        async Task<object?> ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = TimeoutSeconds };
            return await command.ExecuteScalarAsync(cancellation);
        }
    }
}
