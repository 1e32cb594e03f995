using System.Text;
using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Tests.Storage;

/// <summary>What every timeline store promises. Each provider's tests derive from it.</summary>
public abstract partial class TimelineStoreContract : IAsyncLifetime
{
    protected static readonly CancellationToken None = CancellationToken.None;

    protected ITimelineStore Store { get; private set; } = null!;

    public async Task InitializeAsync() => Store = await OpenAsync();

    public abstract Task DisposeAsync();

    /// <summary>Opens the store of this test; called again, after <see cref="CloseAsync"/>, it finds the same data.</summary>
    protected abstract Task<ITimelineStore> OpenAsync();

    protected abstract Task CloseAsync();

    protected static NewEntry New(
        string account, long seq, string? peer = null, string? dedupe = null, OutboxItem? deferred = null, OutboxKey? completes = null, byte[]? data = null)
        => new(account, new TimelineEntry { Seq = seq, Kind = EntryKind.Message, At = 1_000 + seq, Peer = peer, Data = data ?? Encoding.UTF8.GetBytes($"{{\"n\":{seq}}}") }, dedupe, deferred, completes);

    protected static OutboxItem Item(string recipient, string data = "{}") => new(recipient, EntryKind.Receipt, Encoding.UTF8.GetBytes(data));

    protected Task AppendAsync(params NewEntry[] batch) => Store.AppendAsync(batch, None);

    private static void AssertSeqs(IEnumerable<TimelineEntry> entries, params long[] expected)
        => Assert.Equal(expected, entries.Select(entry => entry.Seq));

    [SkippableFact]
    public async Task Append_OneEntry_ReadsBackEveryField()
    {
        var entry = new TimelineEntry { Seq = 1, Kind = EntryKind.Group, At = 1_790_000_000_123, Peer = "bob", PeerSeq = 1L << 40, Data = [0, 1, 2, 255] };
        await AppendAsync(new NewEntry("ann", entry, "cid-1"));

        var read = Assert.Single(await Store.ReadAsync("ann", 0, 10, None));
        Assert.Equal((entry.Seq, entry.Kind, entry.At, entry.Peer, entry.PeerSeq), (read.Seq, read.Kind, read.At, read.Peer, read.PeerSeq));
        Assert.Equal(entry.Data, read.Data);
    }

    [SkippableFact]
    public async Task Append_ByReference_ReadsTheDataOfTheEntryReferredTo()
    {
        var reference = new TimelineEntry { Seq = 1, Kind = EntryKind.Message, At = 5, Peer = "group:g", PeerSeq = 2, Data = [9, 9] };
        await AppendAsync(
            New("group:g", 1), New("group:g", 2),
            new NewEntry("ann", reference, "g:2", ByReference: true), new NewEntry("bob", reference, ByReference: true));

        var expected = """{"n":2}""";
        Assert.Equal(expected, Encoding.UTF8.GetString(Assert.Single(await Store.ReadAsync("ann", 0, 10, None)).Data));
        Assert.Equal(expected, Encoding.UTF8.GetString(Assert.Single(await Store.ReadBackAsync("bob", "group:g", 9, 10, None)).Data));
        Assert.Equal(expected, Encoding.UTF8.GetString((await Store.FindAsync("ann", "g:2", None))!.Data));
    }

    [SkippableFact]
    public async Task Append_ByReferenceToWhatIsGone_ReadsExpired()
    {
        await AppendAsync(
            New("group:g", 1),
            new NewEntry("ann", new TimelineEntry { Seq = 1, Kind = EntryKind.Message, At = 5, Peer = "group:g", PeerSeq = 1, Data = [] }, ByReference: true));
        await Store.DeleteAsync("group:g", None);

        Assert.Equal("""{"expired":true}""", Encoding.UTF8.GetString(Assert.Single(await Store.ReadAsync("ann", 0, 10, None)).Data));
    }

    [SkippableFact]
    public async Task Append_EmptyDataAndNoPeer_ReadsBackEmptyAndNull()
    {
        await AppendAsync(New("ann", 1, data: []));

        var read = Assert.Single(await Store.ReadAsync("ann", 0, 10, None));
        Assert.Empty(read.Data);
        Assert.Null(read.Peer);
    }

    [SkippableFact]
    public async Task Append_EmptyBatch_DoesNothing() => await AppendAsync();

    [SkippableFact]
    public async Task Append_SeveralAccounts_KeepsTheirLogsApart()
    {
        await AppendAsync(New("ann", 1), New("bob", 1), New("ann", 2), New("bob", 2), New("bob", 3));

        AssertSeqs(await Store.ReadAsync("ann", 0, 10, None), 1, 2);
        AssertSeqs(await Store.ReadAsync("bob", 0, 10, None), 1, 2, 3);
    }

    [SkippableFact]
    public async Task GetHead_NoEntries_IsZero() => Assert.Equal(0, await Store.GetHeadAsync("nobody", None));

    [SkippableFact]
    public async Task GetHead_Entries_IsTheHighestSeqOfThatAccount()
    {
        await AppendAsync(New("ann", 1), New("ann", 2), New("bob", 1));

        Assert.Equal(2, await Store.GetHeadAsync("ann", None));
    }

    [SkippableFact]
    public async Task Read_AfterAndLimit_ReturnsTheOldestFollowingInOrder()
    {
        await AppendAsync([.. Enumerable.Range(1, 12).Select(seq => New("ann", seq))]);

        AssertSeqs(await Store.ReadAsync("ann", 3, 5, None), 4, 5, 6, 7, 8);
        AssertSeqs(await Store.ReadAsync("ann", 10, 5, None), 11, 12);
        Assert.Empty(await Store.ReadAsync("ann", 12, 5, None));
        Assert.Empty(await Store.ReadAsync("ann", 0, 0, None));
    }

    [SkippableFact]
    public async Task ReadBack_BeforeAndLimit_ReturnsTheNewestBeforeOldestFirst()
    {
        await AppendAsync([.. Enumerable.Range(1, 12).Select(seq => New("ann", seq))]);

        AssertSeqs(await Store.ReadBackAsync("ann", null, long.MaxValue, 3, None), 10, 11, 12);
        AssertSeqs(await Store.ReadBackAsync("ann", null, 10, 3, None), 7, 8, 9);
        AssertSeqs(await Store.ReadBackAsync("ann", null, 3, 5, None), 1, 2);
        Assert.Empty(await Store.ReadBackAsync("ann", null, 1, 5, None));
    }

    [SkippableFact]
    public async Task ReadBack_Peer_PagesThroughThatPeerAlone()
    {
        await AppendAsync([.. Enumerable.Range(1, 20).Select(seq => New("ann", seq, peer: seq % 3 == 0 ? "bob" : seq % 3 == 1 ? "cat" : null))]);

        AssertSeqs(await Store.ReadBackAsync("ann", "bob", long.MaxValue, 2, None), 15, 18);
        AssertSeqs(await Store.ReadBackAsync("ann", "bob", 15, 2, None), 9, 12);
        AssertSeqs(await Store.ReadBackAsync("ann", "bob", 9, 5, None), 3, 6);
        Assert.Empty(await Store.ReadBackAsync("ann", "dan", long.MaxValue, 5, None));
    }

    [SkippableFact]
    public async Task ReadByPeer_AfterAndLimit_ReturnsTheOldestFollowingOfThatPeer()
    {
        await AppendAsync([.. Enumerable.Range(1, 20).Select(seq => New("ann", seq, peer: seq % 3 == 0 ? "bob" : seq % 3 == 1 ? "cat" : null))]);
        await AppendAsync(New("bob", 1, peer: "bob"));

        AssertSeqs(await Store.ReadByPeerAsync("ann", "bob", 0, 2, None), 3, 6);
        AssertSeqs(await Store.ReadByPeerAsync("ann", "bob", 6, 2, None), 9, 12);
        AssertSeqs(await Store.ReadByPeerAsync("ann", "bob", 12, 5, None), 15, 18);
        Assert.Empty(await Store.ReadByPeerAsync("ann", "bob", 18, 5, None));
        Assert.Empty(await Store.ReadByPeerAsync("ann", "bob", 0, 0, None));
        Assert.Empty(await Store.ReadByPeerAsync("ann", "dan", 0, 5, None));
        Assert.Empty(await Store.ReadByPeerAsync("ann", "Bob", 0, 5, None));
    }

    [SkippableFact]
    public async Task Find_DedupeKey_ReturnsThatAccountsEntry()
    {
        await AppendAsync(New("ann", 1, dedupe: "cid-1"), New("ann", 2, dedupe: "cid-2"), New("bob", 1, dedupe: "cid-1"));

        Assert.Equal(2, (await Store.FindAsync("ann", "cid-2", None))!.Seq);
        Assert.Equal(1, (await Store.FindAsync("bob", "cid-1", None))!.Seq);
        Assert.Null(await Store.FindAsync("bob", "cid-2", None));
        Assert.Null(await Store.FindAsync("ann", "CID-2", None));
    }

    [SkippableFact]
    public async Task Append_TakenSeq_WritesNothingOfTheBatchAndNamesTheAccount()
    {
        await AppendAsync(New("ann", 1));

        var conflict = await Assert.ThrowsAsync<TimelineConflictException>(() => AppendAsync(
            New("bob", 1, deferred: Item("ann")), New("ann", 1, dedupe: "other"), New("cat", 1)));

        Assert.Equal(["ann"], conflict.Accounts);
        Assert.Equal(0, await Store.GetHeadAsync("bob", None));
        Assert.Equal(0, await Store.GetHeadAsync("cat", None));
        Assert.Equal("{\"n\":1}", Encoding.UTF8.GetString(Assert.Single(await Store.ReadAsync("ann", 0, 10, None)).Data));
        Assert.Empty(await Store.ReadOutboxAsync("bob", None));
    }

    [SkippableFact]
    public async Task Append_TakenDedupeKey_WritesNothingOfTheBatchAndNamesTheAccount()
    {
        await AppendAsync(New("ann", 1, dedupe: "cid-1"));

        var conflict = await Assert.ThrowsAsync<TimelineConflictException>(() => AppendAsync(
            New("bob", 1, dedupe: "cid-1"), New("ann", 2, dedupe: "cid-1")));

        Assert.Equal(["ann"], conflict.Accounts);
        Assert.Equal(1, await Store.GetHeadAsync("ann", None));
        Assert.Equal(0, await Store.GetHeadAsync("bob", None));
    }

    [SkippableFact]
    public async Task Append_SeveralConflicts_NamesEveryAccount()
    {
        await AppendAsync(New("ann", 1), New("bob", 1, dedupe: "x"));

        var conflict = await Assert.ThrowsAsync<TimelineConflictException>(() => AppendAsync(
            New("cat", 1), New("ann", 1), New("bob", 2, dedupe: "x"), New("dan", 1), New("dan", 1)));

        Assert.Equal(["ann", "bob", "dan"], conflict.Accounts.Order());
    }

    [SkippableFact]
    public async Task Append_AfterConflict_WritesTheRightOne()
    {
        await AppendAsync(New("ann", 1));
        await Assert.ThrowsAsync<TimelineConflictException>(() => AppendAsync(New("ann", 1)));

        await AppendAsync(New("ann", 2));

        AssertSeqs(await Store.ReadAsync("ann", 0, 10, None), 1, 2);
    }

    [SkippableFact]
    public async Task Append_NoDedupeKeys_AreNotEachOthersDuplicates()
    {
        await AppendAsync(New("ann", 1), New("ann", 2));

        Assert.Equal(2, await Store.GetHeadAsync("ann", None));
    }

    [SkippableFact]
    public async Task Append_RacingWriters_OneWinsEachSeq()
    {
        var attempts = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            try
            {
                await AppendAsync(New("ann", 1, peer: $"writer{writer}"), New($"own{writer}", 1));
                return true;
            }
            catch (TimelineConflictException)
            {
                return false;
            }
        }));

        var outcomes = await Task.WhenAll(attempts);

        Assert.Equal(1, outcomes.Count(won => won));
        var winner = Array.IndexOf(outcomes, true);
        Assert.Equal($"writer{winner}", Assert.Single(await Store.ReadAsync("ann", 0, 10, None)).Peer);
        for (var writer = 0; writer < outcomes.Length; writer++)
        {
            Assert.Equal(writer == winner ? 1 : 0, await Store.GetHeadAsync($"own{writer}", None));
        }
    }
}
