using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Options;
using NpgsqlTypes;
using Orleans.Configuration;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>Reminders in PostgreSQL, in the rows that every engine uses.</summary>
internal sealed class AdoNetReminderTable(IOptions<AdoNetReminderTableOptions> options, IOptions<ClusterOptions> cluster) : IReminderTable
{
    private AdoNetQueries? _queries;

    public async Task StartAsync(CancellationToken cancellationToken = default)
        => _queries = await AdoNetQueries.LoadAsync("Reminders", options.Value.Invariant, options.Value.ConnectionString, options.Value.DataSource, cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken = default) => await (_queries?.DisposeAsync() ?? default);

    public async Task<ReminderTableData> ReadRows(GrainId grainId) => new(await Query("ReadReminderRowsKey", Entry, Id(grainId)));

    public async Task<ReminderTableData> ReadRows(uint begin, uint end)
        => new(await Query((int)begin < (int)end ? "ReadRangeRows1Key" : "ReadRangeRows2Key", Entry,
            ("BeginHash", NpgsqlDbType.Integer, (int)begin), ("EndHash", NpgsqlDbType.Integer, (int)end)));

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
        => (await Query("ReadReminderRowKey", Entry, Id(grainId), Name(reminderName))).FirstOrDefault();

    public async Task<string?> UpsertRow(ReminderEntry entry)
        => (await Query("UpsertReminderRowKey", static row => row.GetInt32(0), Id(entry.GrainId), Name(entry.ReminderName),
            ("GrainHash", NpgsqlDbType.Integer, (int)entry.GrainId.GetUniformHashCode()),
            ("StartTime", NpgsqlDbType.TimestampTz, DateTime.SpecifyKind(entry.StartAt, DateTimeKind.Utc)),
            ("Period", NpgsqlDbType.Bigint, (long)entry.Period.TotalMilliseconds))).First().ToString(CultureInfo.InvariantCulture);

    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
        => (await Query("DeleteReminderRowKey", static row => row.GetInt32(0) > 0, Id(grainId), Name(reminderName),
            ("Version", NpgsqlDbType.Integer, int.Parse(eTag, CultureInfo.InvariantCulture)))).First();

    public Task TestOnlyClearTable() => Query("DeleteReminderRowsKey", static _ => 0);

    private static (string, NpgsqlDbType, object?) Id(GrainId id) => ("GrainId", NpgsqlDbType.Varchar, id.ToString());

    private static (string, NpgsqlDbType, object?) Name(string name) => ("ReminderName", NpgsqlDbType.Varchar, name);

    private static ReminderEntry Entry(DbDataReader row) => new()
    {
        GrainId = GrainId.Parse(row.GetString(row.GetOrdinal("GrainId"))),
        ReminderName = row.GetString(row.GetOrdinal("ReminderName")),
        StartAt = row.GetDateTime(row.GetOrdinal("StartTime")).ToUniversalTime(),
        Period = TimeSpan.FromMilliseconds(row.GetInt64(row.GetOrdinal("Period"))),
        ETag = row.GetInt32(row.GetOrdinal("Version")).ToString(CultureInfo.InvariantCulture),
    };

    private Task<List<T>> Query<T>(string key, Func<DbDataReader, T> read, params (string, NpgsqlDbType, object?)[] parameters)
        => (_queries ?? throw new OrleansException("The reminder table has not been started."))
            .QueryAsync(key, read, CancellationToken.None, [("ServiceId", NpgsqlDbType.Varchar, cluster.Value.ServiceId), .. parameters]);
}
