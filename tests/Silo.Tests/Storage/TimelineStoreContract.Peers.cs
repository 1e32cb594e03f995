using System.Globalization;
using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Tests.Storage;

/// <content>What is read of one peer, over blocks that are sealed and what comes after them.</content>
public abstract partial class TimelineStoreContract
{
    private static readonly string?[] s_peers = ["bob", "cat", "group:g", "dan", null];

    /// <summary>The first column of the first row.</summary>
    protected abstract Task<object?> ScalarAsync(string sql);

    private async Task<long> BlocksAsync() => Convert.ToInt64(await ScalarAsync("SELECT count(*) FROM timeline_peer"), CultureInfo.InvariantCulture);

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task ReadPeer_AnyLogAnyRange_IsWhatTheLogHas(int seed)
    {
        var random = new Random(seed);
        var timeline = new AccountTimeline("ann", 0);
        var log = new List<NewEntry>();
        var trimmed = 0;
        for (var step = 0; step < 30; step++)
        {
            NewEntry[] added = [.. Enumerable.Range(1, random.Next(1, 40)).Select(n => NextEntry(log.Count + n))];
            log.AddRange(added);
            await AppendAsync([.. added.SelectMany(entry => (NewEntry[])[entry, entry with { Account = "other" }])]);
            if (random.Next(4) == 0)
            {
                trimmed = Math.Max(trimmed, random.Next(log.Count));
                await TrimAllAsync("ann", trimmed);
            }

            await AssertReadsAsync();
        }

        async Task AssertReadsAsync()
        {
            foreach (var peer in (string[])["bob", "cat", "group:g", "rare", "nobody"])
            {
                var (from, limit) = (random.Next(log.Count + 5), random.Next(1, 80));
                long[] all = [.. log.Where(entry => entry.Entry.Peer == peer && entry.Entry.Seq > trimmed).Select(entry => entry.Entry.Seq)];
                AssertSeqs(await Store.ReadByPeerAsync("ann", peer, from, limit, None), [.. all.Where(seq => seq > from).Take(limit)]);
                AssertSeqs(await Store.ReadByPeerAsync("ann", peer, 0, limit, None), [.. all.Take(limit)]);
                AssertSeqs(await Store.ReadBackAsync("ann", peer, from, limit, None), [.. all.Where(seq => seq < from).TakeLast(limit)]);
                AssertSeqs(await Store.ReadBackAsync("ann", peer, long.MaxValue, limit, None), [.. all.TakeLast(limit)]);
                var contacts = all.Where(seq => log[(int)seq - 1].Entry.Kind == EntryKind.Contact);
                AssertSeqs(await ((ITimelineErasure)Store).ReadContactEntriesAsync("ann", peer, from, limit, None), [.. contacts.Where(seq => seq > from).Take(limit)]);
            }
        }

        NewEntry NextEntry(int seq)
        {
            // Rare and often, and for a while nobody else.
            var peer = random.Next(60) == 0 ? "rare" : seq % 500 < 150 ? "bob" : s_peers[random.Next(s_peers.Length)];
            timeline.Assign(peer, out var block);
            var entry = New("ann", seq, peer) with { Block = random.Next(3) == 0 ? null : block };
            return random.Next(8) == 0 ? entry with { Entry = entry.Entry with { Kind = EntryKind.Contact } } : entry;
        }
    }

    [SkippableFact]
    public async Task Trim_UpToTheMiddleOfABlock_ForgetsWhoHasNothingLeftInIt()
    {
        await AppendAsync([.. Enumerable.Range(1, 200).Select(seq => New("ann", seq, peer: seq is 70 ? "early" : seq is 127 ? "late" : "bob")), New("bob", 1)]);
        Assert.Equal(5, await BlocksAsync()); // bob in three; early and late in the second

        await TrimAllAsync("ann", 100);
        Assert.Equal(3, await BlocksAsync()); // bob in two, late
        AssertSeqs(await Store.ReadByPeerAsync("ann", "late", 0, 10, None), 127);
        AssertSeqs(await Store.ReadByPeerAsync("ann", "bob", 0, 3, None), 101, 102, 103);

        await TrimAllAsync("ann", 127);
        Assert.Equal(1, await BlocksAsync());
        Assert.Empty(await Store.ReadByPeerAsync("ann", "late", 0, 10, None));
        AssertSeqs(await Store.ReadBackAsync("ann", "bob", 131, 10, None), 128, 129, 130);

        await TrimAllAsync("ann", 200);
        Assert.Equal(0, await BlocksAsync());
    }

    [SkippableFact]
    public async Task Delete_LogWithBlocks_LeavesNone()
    {
        await AppendAsync([.. Enumerable.Range(1, 130).SelectMany(seq => (NewEntry[])[New("ann", seq, peer: "bob"), New("bob", seq, peer: "ann")])]);
        Assert.Equal(4, await BlocksAsync());

        await Store.DeleteAsync("ann", None);

        Assert.Equal(2, await BlocksAsync());
        Assert.Empty(await Store.ReadBackAsync("ann", "bob", long.MaxValue, 10, None));
        AssertSeqs(await Store.ReadBackAsync("bob", "ann", 65, 2, None), 63, 64);
    }

    [SkippableFact]
    public async Task Append_ALogThatWasDeletedWithoutItsBlocks_IsReadAsItIsNow()
    {
        await AppendAsync([.. Enumerable.Range(1, 64).Select(seq => New("ann", seq, peer: seq < 32 ? "bob" : "cat"))]);
        await ScalarAsync("DELETE FROM timeline");

        await AppendAsync([.. Enumerable.Range(1, 64).Select(seq => New("ann", seq, peer: seq is 40 ? "bob" : seq is 63 ? "cat" : "dan"))]);

        AssertSeqs(await Store.ReadByPeerAsync("ann", "bob", 0, 10, None), 40);
        AssertSeqs(await Store.ReadByPeerAsync("ann", "cat", 0, 10, None), 63);
    }

    [SkippableFact]
    public async Task ReadGroups_SealedAndNot_NamesEachOnce()
    {
        await AppendAsync([.. Enumerable.Range(1, 70).Select(seq => New("ann", seq, peer: seq is 5 or 69 ? "group:both" : seq is 6 ? "group:old" : seq is 68 ? "group:new" : "bob"))]);

        var groups = await ((ITimelineErasure)Store).ReadGroupsAsync("ann", None);

        Assert.Equal(["group:both", "group:new", "group:old"], groups.Order(StringComparer.Ordinal));
    }

    private async Task TrimAllAsync(string account, long upTo)
    {
        while (await Store.TrimAsync(account, upTo, 17, None) == 17)
        {
        }
    }
}
