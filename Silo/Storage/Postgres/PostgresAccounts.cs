using Npgsql;
using OrleansIM.Grains.Accounts;
using OrleansIM.Hosting.Storage.Postgres;

namespace OrleansIM.Silo.Storage.Postgres;

/// <summary>The accounts whose records are in PostgreSQL.</summary>
internal sealed class PostgresAccounts(PostgresDatabase database, AccountRows rows) : IStoredAccounts
{
    public Task<IReadOnlyList<StoredAccount>> ReadAsync(string prefix, string after, int limit, CancellationToken cancellation) => Outages.TryAsync<IReadOnlyList<StoredAccount>>(async () =>
    {
        var range = AccountRows.Range(prefix, after);
        await using var command = database.Source.CreateCommand(
            "SELECT key_text, payload FROM grain_state WHERE state = 'account' AND key_text >= $1 AND key_text > $2 AND key_text < $3 ORDER BY key_text LIMIT $4");
        command.Parameters.Add(new NpgsqlParameter { Value = range.First });
        command.Parameters.Add(new NpgsqlParameter { Value = range.After });
        command.Parameters.Add(new NpgsqlParameter { Value = range.Beyond });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var accounts = new List<StoredAccount>();
        while (await reader.ReadAsync(cancellation))
        {
            accounts.Add(rows.Read(reader.GetString(0), reader.GetFieldValue<byte[]>(1)));
        }

        return accounts;
    });
}
