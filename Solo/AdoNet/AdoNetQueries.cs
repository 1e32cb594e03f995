using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace Orleans.Storage;

/// <summary>The statements that the database itself names in its table OrleansQuery: whoever uses them reads and writes the same rows.</summary>
internal sealed class AdoNetQueries : IAsyncDisposable
{
    private readonly DbDataSource _source;
    private readonly bool _own;
    private readonly Dictionary<string, string> _texts = [];

    private AdoNetQueries(DbDataSource source, bool own) => (_source, _own) = (source, own);

    public static async Task<AdoNetQueries> LoadAsync(string user, string invariant, string? connectionString, DbDataSource? source, CancellationToken cancellation)
    {
        if (invariant != "Npgsql")
        {
            throw new OrleansConfigurationException($"{user}: Solo reaches PostgreSQL only. Set Invariant to 'Npgsql' instead of '{invariant}'.");
        }

        if (string.IsNullOrWhiteSpace(connectionString) == source is null)
        {
            throw new OrleansConfigurationException($"{user}: configure exactly one of ConnectionString and DataSource.");
        }

        var queries = new AdoNetQueries(source ?? NpgsqlDataSource.Create(connectionString!), own: source is null);
        await using var command = queries._source.CreateCommand("SELECT QueryKey, QueryText FROM OrleansQuery");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            queries._texts[reader.GetString(0)] = reader.GetString(1);
        }

        return queries;
    }

    public bool Has(string key) => _texts.ContainsKey(key);

    /// <summary>Runs the statement of that key and reads every row.</summary>
    public async Task<List<T>> QueryAsync<T>(string key, Func<DbDataReader, T> read, CancellationToken cancellation, params (string Name, NpgsqlDbType Type, object? Value)[] parameters)
    {
        var text = _texts.GetValueOrDefault(key)
            ?? throw new OrleansConfigurationException($"The table OrleansQuery has no query '{key}': create the schema of the database first.");
        await using var command = _source.CreateCommand(text);
        foreach (var (name, type, value) in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter(name, type) { Value = value ?? DBNull.Value });
        }

        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public ValueTask DisposeAsync() => _own ? _source.DisposeAsync() : default;
}
