namespace OrleansIM.Silo.Tests.Storage;

/// <summary>What the reminder service relies on, whatever the provider and the engine.</summary>
public abstract class ReminderTableContract(StorageFixture fixture)
{
    private static readonly DateTime Start = new(2026, 11, 21, 4, 5, 6, DateTimeKind.Utc);

    private IReminderTable Table => fixture.Host.Reminders;

    private static GrainId NewId() => GrainId.Create("thing", $"key-{Guid.NewGuid()}");

    private static ReminderEntry Entry(GrainId id, string name, TimeSpan? period = null)
        => new() { GrainId = id, ReminderName = name, StartAt = Start, Period = period ?? TimeSpan.FromMinutes(1) };

    [SkippableFact]
    public async Task Upsert_NewReminder_IsReadBack()
    {
        var entry = Entry(NewId(), "once-ünï", TimeSpan.FromDays(40));
        var etag = await Table.UpsertRow(entry);

        var read = (await Table.ReadRow(entry.GrainId, entry.ReminderName))!;

        Assert.Equal((entry.GrainId, entry.ReminderName, Start, entry.Period, etag), (read.GrainId, read.ReminderName, read.StartAt, read.Period, read.ETag));
        Assert.Equal(DateTimeKind.Utc, read.StartAt.Kind);
        Assert.NotNull(etag);
    }

    [SkippableFact]
    public async Task ReadRow_Unknown_IsNull() => Assert.Null(await Table.ReadRow(NewId(), "none"));

    [SkippableFact]
    public async Task Upsert_Again_ReplacesItAndItsEtag()
    {
        var id = NewId();
        var first = await Table.UpsertRow(Entry(id, "r"));
        var second = await Table.UpsertRow(Entry(id, "r", TimeSpan.FromMinutes(5)));

        var row = Assert.Single((await Table.ReadRows(id)).Reminders);
        Assert.NotEqual(first, second);
        Assert.Equal((second, TimeSpan.FromMinutes(5)), (row.ETag, row.Period));
    }

    [SkippableFact]
    public async Task ReadRows_Grain_ReturnsItsOwn()
    {
        var (id, other) = (NewId(), NewId());
        await Table.UpsertRow(Entry(id, "a"));
        await Table.UpsertRow(Entry(id, "b"));
        await Table.UpsertRow(Entry(other, "a"));

        Assert.Equal(["a", "b"], (await Table.ReadRows(id)).Reminders.Select(row => row.ReminderName).Order());
    }

    [SkippableFact]
    public async Task Remove_WithItsEtag_IsGone()
    {
        var id = NewId();
        var etag = await Table.UpsertRow(Entry(id, "r"));

        Assert.True(await Table.RemoveRow(id, "r", etag!));
        Assert.False(await Table.RemoveRow(id, "r", etag!));
        Assert.Null(await Table.ReadRow(id, "r"));
    }

    [SkippableFact]
    public async Task Remove_WithAnOldEtag_Stays()
    {
        var id = NewId();
        var old = await Table.UpsertRow(Entry(id, "r"));
        await Table.UpsertRow(Entry(id, "r"));

        Assert.False(await Table.RemoveRow(id, "r", old!));
        Assert.NotNull(await Table.ReadRow(id, "r"));
    }

    [SkippableFact]
    public async Task ReadRows_Ranges_SplitTheRingWithoutGapOrOverlap()
    {
        var ids = Enumerable.Range(0, 40).Select(_ => NewId()).ToArray();
        foreach (var id in ids)
        {
            await Table.UpsertRow(Entry(id, "r"));
        }

        // Bounds are exclusive below and inclusive above; the third pair spans the end of the ring.
        var bounds = ids.Select(id => id.GetUniformHashCode()).Order().ToArray();
        (uint Begin, uint End)[] ranges = [(bounds[3], bounds[20]), (bounds[20], bounds[36]), (bounds[36], bounds[3])];
        var found = new List<GrainId>();
        foreach (var (begin, end) in ranges)
        {
            var rows = (await Table.ReadRows(begin, end)).Reminders.Select(row => row.GrainId).Where(ids.Contains).ToArray();
            Assert.All(rows, id => Assert.True(
                begin < end ? id.GetUniformHashCode() > begin && id.GetUniformHashCode() <= end : id.GetUniformHashCode() > begin || id.GetUniformHashCode() <= end));
            found.AddRange(rows);
        }

        Assert.Equal(ids.Order(), found.Order());
    }

    [SkippableFact]
    public async Task ReadRows_RangeThatMeetsItself_IsTheWholeRing()
    {
        var id = NewId();
        await Table.UpsertRow(Entry(id, "r"));

        Assert.Contains((await Table.ReadRows(5, 5)).Reminders, row => row.GrainId == id);
    }
}

public sealed class SqliteReminderTableTests(SqliteFixture fixture) : ReminderTableContract(fixture), IClassFixture<SqliteFixture>;

[Collection(PostgresCollection.Name)]
public sealed class PostgresReminderTableTests(PostgresFixture fixture) : ReminderTableContract(fixture), IClassFixture<PostgresFixture>;
