namespace OrleansIM.Client.Tests.Store;

/// <summary>What every store promises, and what a folder does beyond that.</summary>
public sealed class StoreTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(nameof(MemoryStore))]
    [InlineData(nameof(FileStore))]
    public async Task Records_ArePutReplacedRemovedAndCleared(string kind)
    {
        var store = New(kind);
        Assert.Empty(await store.ReadAsync("a"));
        await store.WriteAsync("a", [new("one", """{"list":[1,{"x":null}]}"""), new("two/../é", "\"2\"", 5)]);
        await store.WriteAsync("b", [new("one", "\"other\"")]);
        Assert.Equal([new("one", """{"list":[1,{"x":null}]}"""), new("two/../é", "\"2\"", 5)], await ReadAsync(store, "a"));

        await store.WriteAsync("a", [new("two/../é", "\"older\"", 4), new("one", null), new("never there", null)]);
        Assert.Equal([new StoredRecord("two/../é", "\"2\"", 5)], await ReadAsync(store, "a"));
        await store.WriteAsync("a", [new("two/../é", "\"same\"", 5)]);
        Assert.Equal([new StoredRecord("two/../é", "\"same\"", 5)], await ReadAsync(store, "a"));
        await store.WriteAsync("a", [new("two/../é", null), new("two/../é", "\"anew\"", 1)]);
        Assert.Equal([new StoredRecord("two/../é", "\"anew\"", 1)], await ReadAsync(store, "a"));

        await store.ClearAsync("a");
        await store.ClearAsync("never there");
        Assert.Empty(await ReadAsync(store, "a"));
        Assert.Single(await ReadAsync(store, "b"));
    }

    [Theory]
    [InlineData(nameof(MemoryStore))]
    [InlineData(nameof(FileStore))]
    public async Task Claim_IsOneOwnersUntilItIsGivenBack(string kind)
    {
        var store = New(kind);
        var claim = await store.TryClaimAsync("a", "x");
        Assert.NotNull(claim);
        Assert.Null(await store.TryClaimAsync("a", "x"));
        await using var other = await store.TryClaimAsync("a", "y");
        await using var elsewhere = await store.TryClaimAsync("b", "x");
        Assert.True(other is not null && elsewhere is not null);
        await claim.DisposeAsync();
        await using var again = await store.TryClaimAsync("a", "x");
        Assert.NotNull(again);

        // Given back twice is given back once: the claim is another's now.
        await claim.DisposeAsync();
        Assert.Null(await store.TryClaimAsync("a", "x"));
    }

    [Fact]
    public async Task FileStore_OfTwoInstances_IsOneStore()
    {
        FileStore[] stores = [new(_folder.Path), new(_folder.Path)];
        await using (var claim = await stores[0].TryClaimAsync("a", "x"))
        {
            Assert.Null(await stores[1].TryClaimAsync("a", "x"));
        }

        await using var free = await stores[1].TryClaimAsync("a", "x");
        Assert.NotNull(free);

        // The highest rank is left, whoever wrote it and when.
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => stores[i % 2].WriteAsync(
            "a", [new("page", $"{i * 37 % 100}", i * 37 % 100), new($"own {i}", "true")])));
        var records = await stores[1].ReadAsync("a");
        Assert.Equal(101, records.Count);
        Assert.Equal(new StoredRecord("page", "99", 99), records.Single(record => record.Key == "page"));
    }

    [Fact]
    public async Task FileStore_IsForTheUserOnly()
    {
        await new FileStore(Path.Combine(_folder.Path, "private")).WriteAsync("a", [new("k", "1")]);
        var made = Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories);
        Assert.Equal(4, made.Length);
        Assert.All(made, entry => Assert.Equal(UnixFileMode.None, ModeOf(entry) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)));

        // Windows has no such modes: there the files are as private as the folder they are in.
        static UnixFileMode ModeOf(string entry) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(entry);
    }

    [Fact]
    public async Task FileStore_TornFile_IsPassedOverAndReplaced()
    {
        var store = new FileStore(_folder.Path);
        await store.WriteAsync("a", [new("one", "1", 9), new("two", "2")]);
        foreach (var file in _folder.Files())
        {
            await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file))[..7]);
        }

        await File.WriteAllTextAsync(Path.ChangeExtension(_folder.Files()[0], ".part"), "{");
        Assert.Empty(await store.ReadAsync("a"));
        await store.WriteAsync("a", [new("one", "3", 1)]);
        Assert.Equal([new StoredRecord("one", "3", 1)], await new FileStore(_folder.Path).ReadAsync("a"));
        await store.ClearAsync("a");
        Assert.Empty(_folder.Files().Concat(_folder.Files("*.part")));
    }

    [Fact]
    public async Task FileStore_WriteCutOffInTheMiddle_LeavesTheOneBefore()
    {
        var store = new FileStore(_folder.Path);
        await store.WriteAsync("a", [new("one", "1")]);
        await Assert.ThrowsAnyAsync<Exception>(() => store.WriteAsync("a", [new("one", "{ no JSON")]));
        Assert.Equal([new StoredRecord("one", "1")], await store.ReadAsync("a"));
    }

    [Fact]
    public async Task FileStore_FolderThatCannotBeMade_Fails()
    {
        var file = Path.Combine(_folder.Path, "a file");
        await File.WriteAllTextAsync(file, "");
        var store = new FileStore(Path.Combine(file, "store"));
        await Assert.ThrowsAnyAsync<IOException>(() => store.WriteAsync("a", [new("k", "1")]));
        await Assert.ThrowsAnyAsync<IOException>(() => store.TryClaimAsync("a", "x"));
        Assert.Throws<ArgumentException>(() => new FileStore(""));
    }

    private IStore New(string kind) => kind == nameof(FileStore) ? new FileStore(_folder.Path) : new MemoryStore();

    private static async Task<IEnumerable<StoredRecord>> ReadAsync(IStore store, string scope) =>
        (await store.ReadAsync(scope)).OrderBy(record => record.Key, StringComparer.Ordinal);
}
