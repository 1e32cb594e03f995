using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Messages;

public sealed class ReceiptTests
{
    private static readonly (string, string) s_soon = ("Accounts:DeliveryReceiptDelay", "00:00:00.05");
    private static readonly (string, string) s_late = ("Accounts:DeliveryReceiptDelay", "00:01:00");

    [Fact]
    public async Task Read_ByAFriend_IsInBothLogsInOneCommit()
    {
        await using var world = await GrainWorld.StartAsync(s_late);
        var (ann, bob) = await FriendsAsync(world);
        var sent = await ann.SendManyAsync("bob", 3);
        var got = world.MessagesFrom("bob", "ann");
        world.Store.BatchSizes.Clear();

        (await world.ReadAsync(bob, "ann", got[1].Seq)).ShouldBeDone();

        Assert.Equal([2], world.Store.BatchSizes);
        Assert.Equal([("bob", "read", got[1].Seq)], world.Receipts("bob"));
        Assert.Equal([("bob", "read", sent[1].Seq)], world.Receipts("ann"));
        var receipt = world.Store.All("ann")[^1];
        Assert.Equal(("bob", "bob"), (receipt.Peer, receipt.Json().GetProperty("peer").GetString()));
        await Eventually.TrueAsync(() => world.Gateway.EntriesOf("ann", ann.Id).Any(entry => entry.Kind is EntryKind.Receipt), "the receipt at ann's session");
    }

    [Fact]
    public async Task Read_UpToSomethingElse_IsTheLastMessageBeforeIt()
    {
        await using var world = await GrainWorld.StartAsync(s_late);
        var (ann, bob) = await FriendsAsync(world);
        var sent = (await ann.SendAsync("bob", "the one")).ShouldBeDone();
        (await bob.SendAsync("ann", "an answer")).ShouldBeDone();
        (await world.SetAsync(bob, "theme", "1")).ShouldBeDone();

        (await world.ReadAsync(bob, "ann", world.Store.All("bob")[^1].Seq)).ShouldBeDone();

        Assert.Equal([("bob", "read", sent.Seq)], world.Receipts("ann"));
    }

    [Fact]
    public async Task Read_Message_LongAgo_IsFoundInTheLog()
    {
        await using var world = await GrainWorld.StartAsync(s_late, ("Timelines:RecentEntries", "5"));
        var (ann, bob) = await FriendsAsync(world);
        var sent = await ann.SendManyAsync("bob", 20);

        (await world.ReadAsync(bob, "ann", world.MessagesFrom("bob", "ann")[3].Seq)).ShouldBeDone();

        Assert.Equal([("bob", "read", sent[3].Seq)], world.Receipts("ann"));
    }

    [Fact]
    public async Task Read_AgainOrLess_StoresNothing()
    {
        await using var world = await GrainWorld.StartAsync(s_late);
        var (ann, bob) = await FriendsAsync(world);
        await ann.SendManyAsync("bob", 3);
        var got = world.MessagesFrom("bob", "ann");
        (await world.ReadAsync(bob, "ann", got[2].Seq)).ShouldBeDone();
        var (before, beforeToo) = (world.Store.All("ann").Count, world.Store.All("bob").Count);

        (await world.ReadAsync(bob, "ann", got[2].Seq)).ShouldBeDone();
        (await world.ReadAsync(bob, "ann", got[0].Seq)).ShouldBeDone();
        (await world.ReadAsync(bob, "nobody", 1)).ShouldBeDone();
        (await world.ReadAsync(bob, "group:g", 1)).ShouldBeDone();

        Assert.Equal((before, beforeToo), (world.Store.All("ann").Count, world.Store.All("bob").Count));
    }

    [Fact]
    public async Task Read_FromDevicesAtOnceInBothDirections_OnlyGrows()
    {
        await using var world = await GrainWorld.StartAsync(s_soon);
        var (ann, bob) = await FriendsAsync(world);
        var (annToo, bobToo) = (await world.SignInAsync("ann"), await world.SignInAsync("bob"));
        await Task.WhenAll(ann.SendManyAsync("bob", 60), bob.SendManyAsync("ann", 60));
        var random = new Random(5);

        var reads = Enumerable.Range(0, 60).SelectMany(_ => new[] { (ann, "bob"), (annToo, "bob"), (bob, "ann"), (bobToo, "ann") }
            .Select(reader => world.ReadAsync(reader.Item1, reader.Item2, random.Next(1, 120)))).ToArray();
        foreach (var read in await Task.WhenAll(reads).WaitAsync(TimeSpan.FromSeconds(30)))
        {
            read.ShouldBeDone();
        }

        foreach (var account in new[] { "ann", "bob" })
        {
            foreach (var series in world.Receipts(account).GroupBy(receipt => (receipt.By, receipt.What)))
            {
                Assert.Equal(series.Select(receipt => receipt.UpTo).Distinct().Order(), series.Select(receipt => receipt.UpTo));
            }
        }

        Assert.Equal(
            world.MessagesFrom("bob", "ann").Count(message => message.Seq > world.Receipts("bob").Last(receipt => receipt.By == "bob").UpTo),
            (await world.SignInAsync("bob")).Pages["bob"].Unread.GetValueOrDefault("ann"));
    }

    [Fact]
    public async Task Delivered_ManyMessagesOfTwoFriends_IsAReceiptPerFriendAndNotPerMessage()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:DeliveryReceiptDelay", "00:00:00.5"));
        var sessions = await world.FriendsAsync("ann", "bob", "cat");

        var sent = await Task.WhenAll(sessions[0].SendManyAsync("bob", 100), sessions[2].SendManyAsync("bob", 100));

        await Eventually.TrueAsync(() => world.Receipts("ann").Contains(("bob", "delivered", sent[0][^1].Seq)), "ann's receipt");
        await Eventually.TrueAsync(() => world.Receipts("cat").Contains(("bob", "delivered", sent[1][^1].Seq)), "cat's receipt");
        Assert.InRange(world.Receipts("ann").Length, 1, 8);
        Assert.Empty(world.Receipts("bob"));
    }

    [Fact]
    public async Task Delivered_RecipientWithoutASession_IsToldWithItsNextOne()
    {
        await using var world = await GrainWorld.StartAsync(s_soon);
        var (ann, bob) = await FriendsAsync(world);
        await world.CloseAsync(bob);
        var sent = await ann.SendManyAsync("bob", 2);
        await world.RestartAsync();
        Assert.Empty(world.Receipts("ann"));

        bob = await world.SignInAsync("bob");

        await Eventually.TrueAsync(() => world.Receipts("ann").Length > 0, "the receipt");
        Assert.Equal([("bob", "delivered", sent[1].Seq)], world.Receipts("ann"));
        Assert.Equal((sent[1].Seq, 0), await HadAsync(world, "ann", "bob"));
    }

    [Fact]
    public async Task Delivered_ThenOneMoreAfterTheSessionEnded_CoversOnlyWhatWasSeen()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:DeliveryReceiptDelay", "00:00:02"));
        var (ann, bob) = await FriendsAsync(world);
        var seen = (await ann.SendAsync("bob", "seen")).ShouldBeDone();
        await Eventually.TrueAsync(() => world.Gateway.EntriesOf("bob", bob.Id).Any(entry => entry.Kind is EntryKind.Message), "the push");
        await world.CloseAsync(bob);
        (await ann.SendAsync("bob", "not seen")).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Receipts("ann").Length > 0, "the receipt");
        Assert.Equal([("bob", "delivered", seen.Seq)], world.Receipts("ann"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delivered_AgainAndAgain_IsToldEachTime(bool renewsBetween)
    {
        await using var world = await GrainWorld.StartAsync(s_soon);
        var (ann, bob) = await FriendsAsync(world);

        for (var number = 1; number <= 4; number++)
        {
            var sent = (await ann.SendAsync("bob", "hello")).ShouldBeDone();
            await Eventually.TrueAsync(() => world.Receipts("ann").Contains(("bob", "delivered", sent.Seq)), $"receipt {number}");
            if (renewsBetween)
            {
                Assert.Empty((await world.Account("bob").RenewSessionsAsync(new RenewSessions { Sessions = [bob.Id] })).Unknown);
            }
        }
    }

    [Fact]
    public async Task Delivered_RenewedWhileItWaits_IsTold()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:DeliveryReceiptDelay", "00:00:00.3"));
        var (ann, bob) = await FriendsAsync(world);
        var sent = (await ann.SendAsync("bob", "hello")).ShouldBeDone();
        await Eventually.TrueAsync(() => world.Gateway.EntriesOf("bob", bob.Id).Any(entry => entry.Kind is EntryKind.Message), "the push");

        await world.Account("bob").RenewSessionsAsync(new RenewSessions { Sessions = [bob.Id] });

        await Eventually.TrueAsync(() => world.Receipts("ann").Contains(("bob", "delivered", sent.Seq)), "the receipt");
    }

    [Fact]
    public async Task Delivered_WhatIsReadAtOnce_IsNotSaidTwice()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:DeliveryReceiptDelay", "00:00:01"));
        var (ann, bob) = await FriendsAsync(world);
        var first = (await ann.SendAsync("bob", "one")).ShouldBeDone();
        (await world.ReadAsync(bob, "ann", world.Store.All("bob")[^1].Seq)).ShouldBeDone();
        var second = (await ann.SendAsync("bob", "two")).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Receipts("ann").Length == 2, "both receipts");

        Assert.Equal([("bob", "read", first.Seq), ("bob", "delivered", second.Seq)], world.Receipts("ann"));
        Assert.Equal((second.Seq, first.Seq), await HadAsync(world, "ann", "bob"));
        await world.RestartAsync();
        Assert.Equal((second.Seq, first.Seq), await HadAsync(world, "ann", "bob"));
    }

    [Fact]
    public async Task Delivered_SenderCanNotStoreIt_IsToldLater()
    {
        await using var world = await GrainWorld.StartAsync(s_soon);
        var (ann, bob) = await FriendsAsync(world);
        var failures = 0;
        world.Store.BeforeAppend = batch => batch.Any(row => row.Entry.Kind is EntryKind.Receipt) && Interlocked.Increment(ref failures) == 1
            ? throw new IOException("no disk") : Task.CompletedTask;

        var sent = (await ann.SendAsync("bob", "hello")).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Receipts("ann").Length > 0, "the receipt after a failure", TimeSpan.FromSeconds(30));
        Assert.Equal([("bob", "delivered", sent.Seq)], world.Receipts("ann"));
        Assert.Equal(2, failures);
    }

    [Fact]
    public async Task Delivered_SaidTwiceOrLess_IsStoredOnce()
    {
        await using var world = await GrainWorld.StartAsync(s_late);
        var (ann, _) = await FriendsAsync(world);
        var sent = await ann.SendManyAsync("bob", 3);
        var peer = world.Grains.GetGrain<IAccountPeerGrain>("ann");

        var said = Enumerable.Range(0, 20).Select(number => peer.TakeDeliveredAsync("bob", sent[number % 2 == 0 ? 1 : 0].Seq));
        Assert.All(await Task.WhenAll(said), answer => answer.ShouldBeDone());
        (await peer.TakeDeliveredAsync("nobody", 3)).ShouldBeDone();

        Assert.Equal([("bob", "delivered", sent[1].Seq)], world.Receipts("ann"));
    }

    [Fact]
    public async Task Nobody_GetsReceipts_ButTheOwnDevicesAgree()
    {
        await using var world = await GrainWorld.StartAsync(s_soon);
        var (ann, bob) = await FriendsAsync(world);
        (await world.SetAsync(bob, PrivacySettings.Receipts, "\"nobody\"")).ShouldBeDone();
        await ann.SendManyAsync("bob", 2);
        var last = world.Store.All("bob")[^1].Seq;
        (await world.ReadAsync(bob, "ann", last)).ShouldBeDone();
        await ann.SendManyAsync("bob", 1);
        await world.RestartAsync();

        Assert.Equal([("bob", "read", last)], world.Receipts("bob"));
        Assert.Equal(1, (await world.SignInAsync("bob")).Pages["bob"].Unread["ann"]);

        // Only what comes after it is allowed again is told.
        (ann, bob) = (await world.SignInAsync("ann"), await world.SignInAsync("bob"));
        (await world.SetAsync(bob, PrivacySettings.Receipts, null)).ShouldBeDone();
        var sent = (await ann.SendAsync("bob", "now")).ShouldBeDone();
        await Eventually.TrueAsync(() => world.Receipts("ann").Length > 0, "a receipt");
        Assert.Equal([("bob", "delivered", sent.Seq)], world.Receipts("ann"));
    }

    [Theory]
    [InlineData(ContactAction.Block)]
    [InlineData(ContactAction.Remove)]
    public async Task FormerFriend_GetsNoReceipts(ContactAction action)
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:DeliveryReceiptDelay", "00:00:01"));
        var sessions = await world.FriendsAsync("ann", "bob", "cat");
        await sessions[0].SendManyAsync("bob", 2);
        var head = world.Store.All("bob")[^1].Seq;

        (await sessions[1].ChangeContactAsync("ann", action)).ShouldBeDone();
        (await world.ReadAsync(sessions[1], "ann", head)).ShouldBeDone();
        (await sessions[2].SendAsync("bob", "another")).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Receipts("cat").Length > 0, "the receipt of a friend");
        Assert.Empty(world.Receipts("ann"));
        Assert.Equal([("bob", "read", head)], world.Receipts("bob"));
    }

    [Fact]
    public async Task Read_PeerCanNotBeAsked_IsStoredHereAndReachesThePeerLater()
    {
        await using var world = await GrainWorld.StartAsync(s_late);
        var (ann, bob) = await FriendsAsync(world);
        var sent = (await ann.SendAsync("bob", "hello")).ShouldBeDone();
        await world.RestartAsync();
        bob = await world.SignInAsync("bob");
        world.State.BeforeRead = grain => Assert.False(grain.ToString().EndsWith("/ann", StringComparison.Ordinal), "no disk");

        (await world.ReadAsync(bob, "ann", world.Store.All("bob")[^1].Seq)).ShouldBeDone();

        Assert.Equal(("bob", "read", world.MessagesFrom("bob", "ann")[0].Seq), Assert.Single(world.Receipts("bob")));
        Assert.Empty(world.Receipts("ann"));
        world.State.BeforeRead = null;
        await Eventually.TrueAsync(() => world.Receipts("ann").Length > 0, "the receipt at ann", TimeSpan.FromSeconds(30));
        Assert.Equal([("bob", "read", sent.Seq)], world.Receipts("ann"));
        Assert.Equal(0, world.Store.Waiting);
    }

    private static async Task<(long Delivered, long Read)> HadAsync(GrainWorld world, string account, string peer)
    {
        var had = (await world.SignInAsync(account)).Pages[account].Receipts[peer];
        return (had.Delivered, had.Read);
    }

    private static async Task<(TestSession Ann, TestSession Bob)> FriendsAsync(GrainWorld world)
    {
        var sessions = await world.FriendsAsync("ann", "bob");
        return (sessions[0], sessions[1]);
    }
}
