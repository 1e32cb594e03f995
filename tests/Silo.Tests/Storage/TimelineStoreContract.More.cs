using System.Text;
using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Tests.Storage;

/// <content>Outbox, deletion, sizes, concurrency, durability.</content>
public abstract partial class TimelineStoreContract
{
    [SkippableFact]
    public async Task GetHeads_SeveralLogs_AnswersEachInItsPlace()
    {
        await AppendAsync(New("ann", 1), New("ann", 2), New("group:g", 1));

        Assert.Equal([1L, 0L, 2L, 2L], await Store.GetHeadsAsync(["group:g", "nobody", "ann", "ann"], None));
        Assert.Empty(await Store.GetHeadsAsync([], None));
    }

    [SkippableFact]
    public async Task Trim_UpToASeq_RemovesTheOldestInChunksAndTellsWhenNoneIsLeft()
    {
        await AppendAsync([.. Enumerable.Range(1, 10).Select(seq => New("ann", seq, peer: "bob", dedupe: $"c:{seq}")), New("bob", 1), New("bob", 2)]);

        Assert.Equal(3, await Store.TrimAsync("ann", 7, 3, None));
        AssertSeqs(await Store.ReadAsync("ann", 0, 100, None), 4, 5, 6, 7, 8, 9, 10);
        Assert.Equal(3, await Store.TrimAsync("ann", 7, 3, None));
        Assert.Equal(1, await Store.TrimAsync("ann", 7, 3, None));
        Assert.Equal(0, await Store.TrimAsync("ann", 7, 3, None));

        AssertSeqs(await Store.ReadBackAsync("ann", "bob", long.MaxValue, 100, None), 8, 9, 10);
        AssertSeqs(await Store.ReadAsync("bob", 0, 100, None), 1, 2);
        Assert.Equal(10, await Store.GetHeadAsync("ann", None));
        Assert.Null(await Store.FindAsync("ann", "c:7", None));
        await AppendAsync(New("ann", 11, dedupe: "c:7"));
        await Assert.ThrowsAsync<TimelineConflictException>(() => AppendAsync(New("ann", 12, dedupe: "c:8")));
    }

    [SkippableFact]
    public async Task Trim_EntryWithAnOutboxItem_KeepsTheItem()
    {
        await AppendAsync(New("ann", 1, deferred: Item("bob")), New("ann", 2));

        Assert.Equal(1, await Store.TrimAsync("ann", 1, 10, None));

        var waiting = Assert.Single(await Store.ReadOutboxAsync("ann", None));
        Assert.Equal((1, 1_001), (waiting.Seq, waiting.At));
        await AppendAsync(New("bob", 1, dedupe: "o:ann:1", completes: new OutboxKey("ann", 1)));
        Assert.Empty(await Store.ReadOutboxAsync("ann", None));
    }

    [SkippableFact]
    public async Task Outbox_DeferredEntries_WaitOldestFirstWithEveryField()
    {
        await AppendAsync(New("ann", 1, deferred: Item("bob", "first")), New("ann", 2), New("cat", 1, deferred: Item("bob")));
        await AppendAsync(New("ann", 3, deferred: Item("dan", "second")));

        var items = await Store.ReadOutboxAsync("ann", None);

        Assert.Equal([(1L, 1_001L, "bob"), (3L, 1_003L, "dan")], items.Select(item => (item.Seq, item.At, item.Item.Recipient)));
        Assert.Equal(["first", "second"], items.Select(item => Encoding.UTF8.GetString(item.Item.Data)));
        Assert.All(items, item => Assert.Equal(EntryKind.Receipt, item.Item.Kind));
    }

    [SkippableFact]
    public async Task Outbox_CompletingEntry_LeavesWithItsCommit()
    {
        await AppendAsync(New("ann", 1, deferred: Item("bob")), New("ann", 2, deferred: Item("bob")));

        await AppendAsync(New("bob", 1, completes: new("ann", 1)));

        Assert.Equal([2L], (await Store.ReadOutboxAsync("ann", None)).Select(item => item.Seq));
    }

    [SkippableFact]
    public async Task Outbox_DeferredAndCompletedInOneBatch_IsEmpty()
    {
        await AppendAsync(New("ann", 1, deferred: Item("bob")), New("ann", 2, deferred: Item("cat")), New("bob", 1, completes: new("ann", 1)));

        Assert.Equal([2L], (await Store.ReadOutboxAsync("ann", None)).Select(item => item.Seq));
    }

    [SkippableFact]
    public async Task Outbox_CompletingBatchFails_KeepsTheItem()
    {
        await AppendAsync(New("ann", 1, deferred: Item("bob")), New("bob", 1));

        await Assert.ThrowsAsync<TimelineConflictException>(() => AppendAsync(New("bob", 1, completes: new("ann", 1))));

        Assert.Single(await Store.ReadOutboxAsync("ann", None));
    }

    [SkippableFact]
    public async Task Outbox_CompletedTwiceOrNeverThere_IsNoError()
    {
        await AppendAsync(New("bob", 1, completes: new("ann", 1)));
        await AppendAsync(New("bob", 2, completes: new("ann", 1)));

        Assert.Equal(2, await Store.GetHeadAsync("bob", None));
    }

    [SkippableFact]
    public async Task RemoveFromOutbox_Item_KeepsTheEntry()
    {
        await AppendAsync(New("ann", 1, deferred: Item("bob")), New("ann", 2, deferred: Item("bob")));

        await Store.RemoveFromOutboxAsync(new("ann", 1), None);

        Assert.Equal([2L], (await Store.ReadOutboxAsync("ann", None)).Select(item => item.Seq));
        Assert.Equal(2, await Store.GetHeadAsync("ann", None));
    }

    [SkippableFact]
    public async Task Delete_Account_RemovesItsLogAndOutboxAlone()
    {
        await AppendAsync(New("ann", 1, dedupe: "cid-1", deferred: Item("bob")), New("bob", 1, deferred: Item("ann")));

        await Store.DeleteAsync("ann", None);

        Assert.Equal(0, await Store.GetHeadAsync("ann", None));
        Assert.Empty(await Store.ReadOutboxAsync("ann", None));
        Assert.Null(await Store.FindAsync("ann", "cid-1", None));
        Assert.Equal(1, await Store.GetHeadAsync("bob", None));
        Assert.Single(await Store.ReadOutboxAsync("bob", None));
    }

    [SkippableFact]
    public async Task Delete_ThenAppend_BeginsAnew()
    {
        await AppendAsync(New("ann", 1, dedupe: "cid-1", deferred: Item("bob")));
        await Store.DeleteAsync("ann", None);

        await AppendAsync(New("ann", 1, dedupe: "cid-1", deferred: Item("cat")));

        Assert.Equal("cat", Assert.Single(await Store.ReadOutboxAsync("ann", None)).Item.Recipient);
    }

    [SkippableFact]
    public async Task Append_LargeData_ReadsBackEveryByte()
    {
        var data = new byte[64 * 1024];
        new Random(7).NextBytes(data);
        await AppendAsync(New("ann", 1, data: data), New("ann", 2, data: [.. data.Reverse()], deferred: new("bob", EntryKind.Message, data)));

        var read = await Store.ReadAsync("ann", 0, 10, None);

        Assert.Equal(data, read[0].Data);
        Assert.Equal(data.Reverse(), read[1].Data);
        Assert.Equal(data, Assert.Single(await Store.ReadOutboxAsync("ann", None)).Item.Data);
    }

    [SkippableFact]
    public async Task Append_Unicode_ReadsBackAsWritten()
    {
        const string Text = "{\"text\":\"żółw 漢字 👩‍👩‍👧 \\u0000 עברית\"}";
        await AppendAsync(New("ann", 1, peer: "ünï@exämple.test", dedupe: "ключ-👍", data: Encoding.UTF8.GetBytes(Text)));

        var read = await Store.FindAsync("ann", "ключ-👍", None);

        Assert.Equal(Text, Encoding.UTF8.GetString(read!.Data));
        Assert.Single(await Store.ReadBackAsync("ann", "ünï@exämple.test", long.MaxValue, 5, None));
    }

    [SkippableFact]
    public async Task Append_TwoThousandEntries_AreOneBatch()
    {
        var batch = Enumerable.Range(0, 2_000).Select(i => New($"account{i % 100}", (i / 100) + 1, peer: "bob", dedupe: $"cid-{i}")).ToArray();

        await Store.AppendAsync(batch, None);

        for (var account = 0; account < 100; account += 33)
        {
            Assert.Equal(Enumerable.Range(1, 20).Select(seq => (long)seq), (await Store.ReadAsync($"account{account}", 0, 100, None)).Select(entry => entry.Seq));
        }
    }

    [SkippableFact]
    public async Task Read_DuringAppends_NeverSeesAGapOrHalfABatch()
    {
        const int Batches = 60;
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            var reads = 0;
            while (!done.IsCancellationRequested || reads == 0)
            {
                var seqs = (await Store.ReadAsync("ann", 0, 1_000, None)).Select(entry => entry.Seq).ToArray();
                Assert.Equal(Enumerable.Range(1, seqs.Length).Select(seq => (long)seq), seqs);
                Assert.Equal(0, seqs.Length % 2);
                reads++;
            }
        })).ToArray();

        for (var batch = 0; batch < Batches; batch++)
        {
            await AppendAsync(New("ann", (2 * batch) + 1), New("ann", (2 * batch) + 2));
        }

        await done.CancelAsync();
        await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2 * Batches, await Store.GetHeadAsync("ann", None));
    }

    [SkippableFact]
    public async Task Read_AfterAppendReturned_SeesIt()
    {
        for (var seq = 1; seq <= 50; seq++)
        {
            await AppendAsync(New("ann", seq));
            Assert.Equal(seq, await Store.GetHeadAsync("ann", None));
        }
    }

    [SkippableFact]
    public async Task Append_CancelledBefore_WritesNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.AppendAsync([New("ann", 1)], new CancellationToken(canceled: true)));

        Assert.Equal(0, await Store.GetHeadAsync("ann", None));
    }

    [SkippableFact]
    public async Task Reopen_EverythingCommitted_IsThere()
    {
        await AppendAsync(New("ann", 1, peer: "bob", dedupe: "cid-1", deferred: Item("bob")), New("ann", 2));
        await CloseAsync();

        var store = await OpenAsync();

        Assert.Equal(2, await store.GetHeadAsync("ann", None));
        Assert.Equal(1, (await store.FindAsync("ann", "cid-1", None))!.Seq);
        Assert.Single(await store.ReadOutboxAsync("ann", None));
        await Assert.ThrowsAsync<TimelineConflictException>(() => store.AppendAsync([New("ann", 3, dedupe: "cid-1")], None));
    }
}
