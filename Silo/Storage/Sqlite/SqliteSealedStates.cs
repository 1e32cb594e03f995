using OrleansIM.Grains.Keys;

namespace OrleansIM.Silo.Storage.Sqlite;

/// <summary>The mailboxes whose records are in the file of this process.</summary>
internal sealed class SqliteSealedStates(SqliteDatabase database) : ISealedStates
{
    public async Task<IReadOnlyList<string>> ReadMailboxesAsync(string after, int limit, CancellationToken cancellation) => await database.ReadAsync(
        session => session.Query(
            "SELECT substr(grain, $2) FROM grain_state WHERE state = 'mailbox' AND grain > $1 AND payload IS NOT NULL ORDER BY grain LIMIT $3",
            row => row.GetString(0), GrainNames.Mailbox + after, (long)GrainNames.Mailbox.Length + 1, limit),
        cancellation);
}
