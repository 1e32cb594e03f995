using System.Globalization;
using Microsoft.Data.Sqlite;

namespace OrleansIM.Silo.Storage.Sqlite;

/// <summary>Reminders in the file of this process. The ETag is the version of the row.</summary>
internal sealed class SqliteReminderTable(SqliteDatabase database) : IReminderTable
{
    private const string Select = "SELECT grain, name, start_at, period, version FROM reminder";

    private const string Upsert = """
        INSERT INTO reminder (grain, name, hash, start_at, period, version) VALUES ($1, $2, $3, $4, $5, 1)
        ON CONFLICT (grain, name) DO UPDATE SET start_at = $4, period = $5, version = version + 1
        """;

    public async Task<ReminderTableData> ReadRows(GrainId grainId) => new(await database.ReadAsync(
        session => session.Query($"{Select} WHERE grain = $1", Read, grainId.ToString()), CancellationToken.None));

    /// <inheritdoc />
    public async Task<ReminderTableData> ReadRows(uint begin, uint end) => new(await database.ReadAsync(
        session => begin < end
            ? session.Query($"{Select} WHERE hash > $1 AND hash <= $2", Read, (long)begin, (long)end)
            : session.Query($"{Select} WHERE hash > $1 OR hash <= $2", Read, (long)begin, (long)end),
        CancellationToken.None));

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        var rows = await database.ReadAsync(
            session => session.Query($"{Select} WHERE grain = $1 AND name = $2", Read, grainId.ToString(), reminderName), CancellationToken.None);
        return rows.Count == 0 ? null : rows[0];
    }

    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var (grain, start) = (entry.GrainId.ToString(), entry.StartAt.Kind == DateTimeKind.Local ? entry.StartAt.ToUniversalTime() : entry.StartAt);
        var version = await database.WriteAsync(
            session =>
            {
                session.Execute(Upsert, grain, entry.ReminderName, (long)entry.GrainId.GetUniformHashCode(), start.Ticks, entry.Period.Ticks);
                return (long)session.Scalar("SELECT version FROM reminder WHERE grain = $1 AND name = $2", grain, entry.ReminderName)!;
            },
            CancellationToken.None);
        return version.ToString(CultureInfo.InvariantCulture);
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => database.WriteAsync(
        session => session.Execute("DELETE FROM reminder WHERE grain = $1 AND name = $2 AND version = $3", grainId.ToString(), reminderName, eTag) > 0,
        CancellationToken.None);

    public Task TestOnlyClearTable() => database.WriteAsync(session => session.Execute("DELETE FROM reminder"), CancellationToken.None);

    private static ReminderEntry Read(SqliteDataReader row) => new()
    {
        GrainId = GrainId.Parse(row.GetString(0)),
        ReminderName = row.GetString(1),
        StartAt = new DateTime(row.GetInt64(2), DateTimeKind.Utc),
        Period = TimeSpan.FromTicks(row.GetInt64(3)),
        ETag = row.GetInt64(4).ToString(CultureInfo.InvariantCulture),
    };
}
