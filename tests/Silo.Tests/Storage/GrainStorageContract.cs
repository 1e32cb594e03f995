using Orleans.Storage;

namespace OrleansIM.Silo.Tests.Storage;

/// <summary>What grain state relies on, whatever the provider and the engine.</summary>
public abstract class GrainStorageContract(StorageFixture fixture)
{
    private const string Name = "test-state";

    private IGrainStorage Storage => fixture.Host.State;

    private static GrainId NewId(string? key = null) => GrainId.Create("thing", key ?? $"key-{Guid.NewGuid()}");

    private async Task<GrainState<Sample>> ReadAsync(GrainId id, string name = Name)
    {
        var state = new GrainState<Sample>();
        await Storage.ReadStateAsync(name, id, state);
        return state;
    }

    private async Task<GrainState<Sample>> WriteAsync(GrainId id, string text, string? etag = null, string name = Name)
    {
        var state = new GrainState<Sample>(new Sample { Text = text }, etag);
        await Storage.WriteStateAsync(name, id, state);
        return state;
    }

    [SkippableFact]
    public async Task Read_NeverWritten_GivesANewState()
    {
        var state = await ReadAsync(NewId());

        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Empty(state.State!.Items);
    }

    [SkippableFact]
    public async Task Write_EveryMember_IsReadBack()
    {
        var id = NewId();
        var written = new Sample
        {
            Text = "żółw 👩‍👧 <&>\"",
            At = new(2026, 11, 21, 4, 5, 6, TimeSpan.FromHours(2)),
            Level = SampleLevel.High,
            Items = [new("a", 1, null), new("b", 2, [1, 2, 3])],
            Names = new() { ["Ann"] = ["x"], ["bob"] = [] },
        };
        var state = new GrainState<Sample>(written);
        await Storage.WriteStateAsync(Name, id, state);

        var read = (await ReadAsync(id)).State!;

        Assert.True(state.RecordExists);
        Assert.Equal((written.Text, written.At, written.Level, written.Nothing), (read.Text, read.At, read.Level, read.Nothing));
        Assert.Equal(["a", "b"], read.Items.Select(item => item.Name));
        Assert.Equal([1, 2, 3], read.Items[1].Bytes!);
        Assert.Equal(["Ann", "bob"], read.Names.Keys);
    }

    [SkippableFact]
    public async Task Write_WithTheEtagOfTheLast_GivesANewEtag()
    {
        var id = NewId();
        var first = (await WriteAsync(id, "first")).ETag;
        var second = (await WriteAsync(id, "second", first)).ETag;
        var read = await ReadAsync(id);

        Assert.NotEqual(first, second);
        Assert.Equal((second, "second", true), (read.ETag, read.State!.Text, read.RecordExists));
    }

    [SkippableFact]
    public async Task Write_WithoutEtagOverARow_IsInconsistent()
    {
        var id = NewId();
        await WriteAsync(id, "first");

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(id, "second"));

        Assert.Equal("first", (await ReadAsync(id)).State!.Text);
    }

    [SkippableFact]
    public async Task Write_WithAnOldEtag_IsInconsistent()
    {
        var id = NewId();
        var old = (await WriteAsync(id, "first")).ETag;
        await WriteAsync(id, "second", old);

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(id, "third", old));

        Assert.Equal("second", (await ReadAsync(id)).State!.Text);
    }

    [SkippableFact]
    public async Task Write_WithAnEtagAndNoRow_IsInconsistent()
    {
        var id = NewId();

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(id, "first", "7"));

        Assert.False((await ReadAsync(id)).RecordExists);
    }

    [SkippableFact]
    public async Task Write_RacingFirstWrites_OneWins()
    {
        var id = NewId();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            try
            {
                await WriteAsync(id, $"writer {writer}");
                return $"writer {writer}";
            }
            catch (InconsistentStateException)
            {
                return null;
            }
        })));

        Assert.Equal(Assert.Single(outcomes, won => won is not null), (await ReadAsync(id)).State!.Text);
    }

    [SkippableFact]
    public async Task Clear_WrittenState_LeavesNothing()
    {
        var id = NewId();
        var state = await WriteAsync(id, "first");
        await Storage.ClearStateAsync(Name, id, state);

        var read = await ReadAsync(id);

        Assert.Equal((null, false, null), (state.ETag, state.RecordExists, state.State!.Text));
        Assert.Equal((null, false, null), (read.ETag, read.RecordExists, read.State!.Text));
    }

    [SkippableFact]
    public async Task Clear_ThenWrite_BeginsAnew()
    {
        var id = NewId();
        var state = await WriteAsync(id, "first");
        var before = state.ETag;
        await Storage.ClearStateAsync(Name, id, state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(id, "late", before));
        await WriteAsync(id, "second", state.ETag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(id, "late"));

        Assert.Equal("second", (await ReadAsync(id)).State!.Text);
    }

    [SkippableFact]
    public async Task Clear_WithAnOldEtag_IsInconsistent()
    {
        var id = NewId();
        var old = await WriteAsync(id, "first");
        await WriteAsync(id, "second", old.ETag);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync(Name, id, old));

        Assert.Equal("second", (await ReadAsync(id)).State!.Text);
    }

    [SkippableFact]
    public async Task Clear_NeverWritten_DoesNothing()
    {
        var id = NewId();
        var state = new GrainState<Sample>();
        await Storage.ClearStateAsync(Name, id, state);

        Assert.Null(state.ETag);
        Assert.Null((await ReadAsync(id)).ETag);
    }

    [SkippableFact]
    public async Task Write_KeysThatLookLikeNumbersOrGuids_AreRowsOfTheirOwn()
    {
        var guid = Guid.NewGuid().ToString("N");
        string[] keys = ["12", "012", "0012", "0012x", "ab", "00ab", "AB", $"{guid}", guid.ToUpperInvariant(), $"{guid}+ext", $"{guid}x", "ab+cd", "Ünï@example.test", "A", "a b"];
        foreach (var key in keys)
        {
            await WriteAsync(NewId(key), $"of {key}", name: "test-keys");
        }

        foreach (var key in keys)
        {
            Assert.Equal($"of {key}", (await ReadAsync(NewId(key), "test-keys")).State!.Text);
        }
    }

    [SkippableFact]
    public async Task Write_OneStateNameInTwoKindsOfGrain_IsTwoRows()
    {
        var key = Guid.NewGuid().ToString();
        await WriteAsync(GrainId.Create("thing", key), "one");
        await WriteAsync(GrainId.Create("other", key), "other");

        Assert.Equal("one", (await ReadAsync(GrainId.Create("thing", key))).State!.Text);
    }

    [SkippableFact]
    public async Task Write_TwoStatesOfAGrain_AreApart()
    {
        var id = NewId();
        await WriteAsync(id, "one");
        await WriteAsync(id, "other", name: "test-other");

        Assert.Equal("one", (await ReadAsync(id)).State!.Text);
        Assert.Equal("other", (await ReadAsync(id, "test-other")).State!.Text);
    }
}

public sealed class SqliteGrainStorageTests(SqliteFixture fixture) : GrainStorageContract(fixture), IClassFixture<SqliteFixture>;

[Collection(PostgresCollection.Name)]
public sealed class PostgresGrainStorageTests(PostgresFixture fixture) : GrainStorageContract(fixture), IClassFixture<PostgresFixture>;
