using OrleansIM.Grains.Accounts;

namespace OrleansIM.Silo.Storage.Sqlite;

/// <summary>The accounts whose records are in the file of this process.</summary>
internal sealed class SqliteAccounts(SqliteDatabase database, AccountRows rows) : IStoredAccounts
{
    public async Task<IReadOnlyList<StoredAccount>> ReadAsync(string prefix, string after, int limit, CancellationToken cancellation)
    {
        var range = AccountRows.Range(prefix, after);
        return await database.ReadAsync(
            session => session.Query(
                "SELECT grain, payload FROM grain_state WHERE state = 'account' AND grain >= $1 AND grain > $2 AND grain < $3 AND payload IS NOT NULL ORDER BY grain LIMIT $4",
                row => rows.Read(row.GetString(0), row.GetFieldValue<byte[]>(1)), range.First, range.After, range.Beyond, limit),
            cancellation);
    }
}
