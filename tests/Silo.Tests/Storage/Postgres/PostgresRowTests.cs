using Npgsql;
using Orleans.Storage;
using OrleansIM.Grains;

namespace OrleansIM.Silo.Tests.Storage.Postgres;

/// <summary>
/// The rows as they are: a database that one engine has written must be one that the other reads, so what identifies
/// a row is pinned here as constants, for both.
/// </summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresRowTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    private const string Key = "grain_hash, state_hash, key_n0, key_n1, key_text, state, service, version";

    public static TheoryData<string, string> Rows => new()
    {
        { "ann.b-1", "552391336, 2118743715, 0, 0, thing/ann.b-1, row, test-service, 1" },
        { "00beef", "-699056843, 2118743715, 0, 0, thing/00beef, row, test-service, 1" },
        { "0123456789abcdef0123456789abcdef", "-1261656286, 2118743715, 0, 0, thing/0123456789abcdef0123456789abcdef, row, test-service, 1" },
        { "ünï@exämple.test", "-1885528822, 2118743715, 0, 0, thing/ünï@exämple.test, row, test-service, 1" },
    };

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public async Task GrainState_Written_IsTheRowThatTheOtherEngineLooksFor(string key, string row)
    {
        var id = GrainId.Create("thing", key);
        await fixture.Host.State.WriteStateAsync("row", id, new GrainState<NoteState>(new NoteState { Text = "é" }));

        Assert.Contains(row, await RowsAsync($"SELECT concat_ws(', ', {Key}) FROM grain_state WHERE state = 'row'"));
        Assert.Contains("{\"text\":\"é\"}", await RowsAsync("SELECT convert_from(payload, 'UTF8') FROM grain_state WHERE state = 'row'"));
    }

    [SkippableFact]
    public async Task Reminder_Written_IsTheRowThatTheOtherEngineLooksFor()
    {
        var start = new DateTime(2026, 11, 21, 4, 5, 6, DateTimeKind.Utc);
        await fixture.Host.Reminders.UpsertRow(new ReminderEntry
        {
            GrainId = GrainId.Create("thing", "ann.b-1"),
            ReminderName = "row",
            StartAt = start,
            Period = TimeSpan.FromMinutes(5),
        });

        Assert.Equal(
            ["test-service, thing/ann.b-1, row, 1651444661, 1795233906, 300000, 1"],
            await RowsAsync("SELECT concat_ws(', ', service, grain, name, hash, extract(epoch FROM start_at)::bigint, period, version) FROM reminder WHERE name = 'row'"));
    }

    private async Task<List<string>> RowsAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(fixture.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }
}
