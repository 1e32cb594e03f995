using Npgsql;
using OrleansIM.Grains.Keys;
using OrleansIM.Hosting.Storage.Postgres;

namespace OrleansIM.Silo.Storage.Postgres;

/// <summary>The mailboxes whose records are in PostgreSQL.</summary>
internal sealed class PostgresSealedStates(PostgresDatabase database) : ISealedStates
{
    public Task<IReadOnlyList<string>> ReadMailboxesAsync(string after, int limit, CancellationToken cancellation) => Outages.TryAsync<IReadOnlyList<string>>(async () =>
    {
        await using var command = database.Source.CreateCommand(
            "SELECT substr(key_text, $2) FROM grain_state WHERE state = 'mailbox' AND key_text > $1 AND payload IS NOT NULL ORDER BY key_text LIMIT $3");
        command.Parameters.Add(new NpgsqlParameter { Value = GrainNames.Mailbox + after });
        command.Parameters.Add(new NpgsqlParameter { Value = GrainNames.Mailbox.Length + 1 });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var addresses = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            addresses.Add(reader.GetString(0));
        }

        return addresses;
    });
}
