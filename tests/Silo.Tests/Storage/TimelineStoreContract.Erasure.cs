using System.Text;
using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Tests.Storage;

/// <summary>What it takes to remove an account from the logs of others.</summary>
public abstract partial class TimelineStoreContract
{
    private ITimelineErasure Erasure => (ITimelineErasure)Store;

    private static NewEntry Contact(string account, long seq, string peer, string data = "{}") =>
        new(account, new TimelineEntry { Seq = seq, Kind = EntryKind.Contact, At = 1, Peer = peer, Data = Encoding.UTF8.GetBytes(data) });

    [SkippableFact]
    public async Task Holders_OfContactEntriesAlone_AreReadInPages()
    {
        await AppendAsync(Contact("cat", 1, "ann"), Contact("bob", 1, "ann"), Contact("bob", 2, "ann"), New("dan", 1, peer: "ann"), Contact("eve", 1, "bob"));

        Assert.Equal(["bob", "cat"], await Erasure.ReadHoldersAsync("ann", "", 10, None));
        Assert.Equal(["bob"], await Erasure.ReadHoldersAsync("ann", "", 1, None));
        Assert.Equal(["cat"], await Erasure.ReadHoldersAsync("ann", "bob", 1, None));
    }

    [SkippableFact]
    public async Task Holders_RemovedOrDeleted_AreHoldersNoMore()
    {
        await AppendAsync(Contact("bob", 1, "ann"), Contact("cat", 1, "ann"), Contact("cat", 2, "bob"));

        await Erasure.RemoveHolderAsync("ann", "bob", None);
        await Erasure.RemoveHolderAsync("ann", "bob", None);
        Assert.Equal(["cat"], await Erasure.ReadHoldersAsync("ann", "", 10, None));

        await Store.DeleteAsync("cat", None);
        Assert.Empty(await Erasure.ReadHoldersAsync("ann", "", 10, None));
        Assert.Empty(await Erasure.ReadHoldersAsync("bob", "", 10, None));
    }

    [SkippableFact]
    public async Task ContactEntries_OfAPeer_AreReadWithoutItsMessages()
    {
        await AppendAsync(Contact("ann", 1, "bob"), New("ann", 2, peer: "bob"), Contact("ann", 3, "cat"), Contact("ann", 4, "bob"), Contact("bob", 1, "ann"));

        AssertSeqs(await Erasure.ReadContactEntriesAsync("ann", "bob", 0, 10, None), 1, 4);
        AssertSeqs(await Erasure.ReadContactEntriesAsync("ann", "bob", 1, 10, None), 4);
        AssertSeqs(await Erasure.ReadContactEntriesAsync("ann", "bob", 0, 1, None), 1);
    }

    [SkippableFact]
    public async Task Rewrite_Entries_ChangesTheirDataAlone()
    {
        await AppendAsync(Contact("ann", 1, "bob", "before"), New("ann", 2, peer: "bob", dedupe: "cid-2"), Contact("bob", 1, "ann", "theirs"));

        await Erasure.RewriteAsync("ann", [(1, "after"u8.ToArray()), (9, "none"u8.ToArray())], None);

        var log = await Store.ReadAsync("ann", 0, 10, None);
        AssertSeqs(log, 1, 2);
        Assert.Equal(("after", EntryKind.Contact, "bob"), (Encoding.UTF8.GetString(log[0].Data), log[0].Kind, log[0].Peer));
        Assert.Equal("""{"n":2}""", Encoding.UTF8.GetString(log[1].Data));
        Assert.Equal("theirs", Encoding.UTF8.GetString(Assert.Single(await Store.ReadAsync("bob", 0, 10, None)).Data));
    }

    [SkippableFact]
    public async Task Groups_OfALog_AreReadOnceEach()
    {
        await AppendAsync(New("ann", 1, peer: "group:b"), New("ann", 2, peer: "group:a"), New("ann", 3, peer: "group:b"), New("ann", 4, peer: "groups"), New("ann", 5), New("bob", 1, peer: "group:c"));

        Assert.Equal(["group:a", "group:b"], (await Erasure.ReadGroupsAsync("ann", None)).Order(StringComparer.Ordinal));
    }
}
