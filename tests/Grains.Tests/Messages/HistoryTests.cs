using OrleansIM.Grains.Tests.Support;
using OrleansIM.Messages;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Messages;

public sealed class HistoryTests
{
    [Fact]
    public async Task History_BothWays_PagesThroughEverythingOnce()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:DeliveryReceiptDelay", "00:01:00"));
        var sessions = await world.FriendsAsync("ann", "bob", "cat");
        foreach (var number in Enumerable.Range(0, 23))
        {
            (await sessions[0].SendAsync(number % 3 == 0 ? "cat" : "bob", $"{number}")).ShouldBeDone();
        }

        foreach (var peer in new[] { null, "bob", "cat", "nobody" })
        {
            var all = world.Store.All("ann").Where(entry => peer is null || entry.Peer == peer).Select(entry => entry.Seq).ToArray();
            for (var limit = 1; limit <= 8; limit += 3)
            {
                Assert.Equal(all, await PageAsync(world, sessions[0], peer, limit, forward: true));
                Assert.Equal(all, await PageAsync(world, sessions[0], peer, limit, forward: false));
            }
        }
    }

    [Theory]
    [InlineData(3L, null, "4 5 6", true)]
    [InlineData(null, 8L, "5 6 7", true)]
    [InlineData(3L, 6L, "4 5", false)]
    [InlineData(3L, 7L, "4 5 6", false)]
    [InlineData(3L, 8L, "4 5 6", true)]
    [InlineData(6L, 3L, "", false)]
    [InlineData(5L, 6L, "", false)]
    [InlineData(0L, null, "1 2 3", true)]
    [InlineData(9L, null, "10", false)]
    [InlineData(10L, null, "", false)]
    [InlineData(long.MaxValue, null, "", false)]
    [InlineData(null, 1L, "", false)]
    [InlineData(null, long.MaxValue, "8 9 10", true)]
    public async Task History_Range_IsReadFromItsSide(long? after, long? before, string seqs, bool more)
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var ann = await world.SignInAsync("ann");
        foreach (var number in Enumerable.Range(1, 10))
        {
            (await world.SetAsync(ann, "n", $"{number}")).ShouldBeDone();
        }

        var page = (await world.Account("ann").ReadHistoryAsync(ann.Id, new HistoryQuery { After = after, Before = before, Limit = 3 })).ShouldBeDone();

        Assert.Equal((seqs, more), (string.Join(' ', page.Entries.Select(entry => entry.Seq)), page.More));
    }

    [Fact]
    public async Task History_OfAPeerInARange_StopsAtItsEnd()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:DeliveryReceiptDelay", "00:01:00"));
        var sessions = await world.FriendsAsync("ann", "bob", "cat");
        foreach (var number in Enumerable.Range(0, 12))
        {
            (await sessions[0].SendAsync(number % 2 == 0 ? "cat" : "bob", $"{number}")).ShouldBeDone();
        }

        var toBob = world.Store.All("ann").Where(entry => entry is { Kind: EntryKind.Message, Peer: "bob" }).Select(entry => entry.Seq).ToArray();
        var page = (await world.Account("ann").ReadHistoryAsync(
            sessions[0].Id, new HistoryQuery { Peer = "bob", After = toBob[0], Before = toBob[4], Limit = 2 })).ShouldBeDone();
        var rest = (await world.Account("ann").ReadHistoryAsync(
            sessions[0].Id, new HistoryQuery { Peer = "bob", After = toBob[2], Before = toBob[4], Limit = 2 })).ShouldBeDone();

        Assert.Equal((true, toBob[1], toBob[2]), (page.More, page.Entries[0].Seq, page.Entries[1].Seq));
        Assert.Equal((false, toBob[3]), (rest.More, Assert.Single(rest.Entries).Seq));
    }

    private static async Task<long[]> PageAsync(GrainWorld world, TestSession session, string? peer, int limit, bool forward)
    {
        var seqs = new List<long>();
        long? edge = forward ? 0 : null;
        for (var more = true; more;)
        {
            var page = (await world.Account("ann").ReadHistoryAsync(
                session.Id, new HistoryQuery { Peer = peer, After = forward ? edge : null, Before = forward ? null : edge, Limit = limit })).ShouldBeDone();
            seqs.InsertRange(forward ? seqs.Count : 0, page.Entries.Select(entry => entry.Seq));
            Assert.Equal(page.More ? limit : page.Entries.Length, page.Entries.Length);
            more = page.More;
            edge = more ? (forward ? page.Entries[^1] : page.Entries[0]).Seq : edge;
        }

        return [.. seqs];
    }
}
