using System.Security.Authentication;
using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansIM.Hosting.Storage.Postgres;

/// <summary>The pool of connections to the cluster's database.</summary>
internal sealed class PostgresDatabase : IStorageDatabase, IAsyncDisposable
{
    private readonly Lazy<NpgsqlDataSource> _source;

    public PostgresDatabase(IOptions<StorageOptions> options) => _source = new(() => Create(options.Value.PostgresConnectionString));

    public NpgsqlDataSource Source => _source.Value;

    public async Task<SchemaVersion> OpenAsync(CancellationToken cancellation)
    {
        try
        {
            return await PostgresSchema.MigrateAsync(Source, cancellation);
        }
        catch (NpgsqlException failure) when (failure is not PostgresException { SqlState: { } state } || IsConfiguration(state))
        {
            throw new StorageException($"The database named by Storage:ConnectionString cannot be used: {Explain(failure)}", failure);
        }
    }

    /// <summary>What the driver says of TLS is in what is behind its exception.</summary>
    private static string Explain(NpgsqlException failure) => failure.InnerException is AuthenticationException handshake
        ? $"its certificate is not accepted ({handshake.Message}). Root Certificate names the PEM file of its authority; with Ssl Mode=VerifyFull the certificate has to be for the name in Host."
        : failure.Message;

    public async Task ProbeAsync(CancellationToken cancellation)
    {
        await using var command = Source.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(cancellation);
    }

    public async Task<IReadOnlyList<string>> ReadKeysAsync()
    {
        await using var command = Source.CreateCommand("SELECT xml FROM data_protection_keys ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync();
        var keys = new List<string>();
        while (await reader.ReadAsync())
        {
            keys.Add(reader.GetString(0));
        }

        return keys;
    }

    public async Task AddKeyAsync(string name, string xml)
    {
        await using var command = Source.CreateCommand("INSERT INTO data_protection_keys (name, xml) VALUES ($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = xml });
        await command.ExecuteNonQueryAsync();
    }

    public async Task RemoveKeyAsync(string xml)
    {
        await using var command = Source.CreateCommand("DELETE FROM data_protection_keys WHERE xml = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = xml });
        await command.ExecuteNonQueryAsync();
    }

    public Task CloseAsync() => Task.CompletedTask; // Idle connections hold nothing; disposal closes them.

    public ValueTask DisposeAsync() => _source.IsValueCreated ? _source.Value.DisposeAsync() : default;

    /// <summary>
    /// Statements are prepared by themselves, unless the connection string says otherwise (a pooler between us and the
    /// server that hands statements to other connections needs <c>Max Auto Prepare=0</c>).
    /// </summary>
    private static NpgsqlDataSource Create(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!settings.ShouldSerialize("Max Auto Prepare"))
        {
            settings.MaxAutoPrepare = 32;
            settings.AutoPrepareMinUsages = 2;
        }

        // Nothing here leaves state in a session, so nothing has to be cleared before each use of a connection.
        if (!settings.ShouldSerialize("No Reset On Close"))
        {
            settings.NoResetOnClose = true;
        }

        if (!settings.ShouldSerialize("Application Name"))
        {
            settings.ApplicationName = "OrleansIM";
        }

        return NpgsqlDataSource.Create(settings);
    }

    // 28: authentication, 3D: no such database, 42501: no privilege, 57: not accepting connections.
    private static bool IsConfiguration(string state)
        => state.StartsWith("28", StringComparison.Ordinal) || state.StartsWith("3D", StringComparison.Ordinal)
            || state is PostgresErrorCodes.InsufficientPrivilege || state.StartsWith("57", StringComparison.Ordinal);
}
