using OrleansIM.Contacts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Messages;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Messages;

public sealed class MessageTests
{
    [Fact]
    public async Task Send_ToFriend_IsInBothLogsBeforeTheAnswer()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, bob) = await FriendsAsync(world);

        var sent = (await ann.SendAsync("bob", "hello", "c1")).ShouldBeDone();

        var own = world.Store.All("ann").Single(entry => entry.Kind is EntryKind.Message);
        var theirs = world.Store.All("bob").Single(entry => entry.Kind is EntryKind.Message);
        Assert.Equal(sent.Seq, own.Seq);
        Assert.Equal("c1", own.Json().GetProperty("cid").GetString());
        Assert.Equal("hello", theirs.Body());
        Assert.False(theirs.Json().TryGetProperty("cid", out _));
        Assert.Equal(sent.Id, theirs.Json().GetProperty("id").GetString());
        await Eventually.TrueAsync(() => world.Gateway.EntriesOf("bob", bob.Id).Any(entry => entry.Kind is EntryKind.Message), "bob's push");
    }

    [Fact]
    public async Task Send_BothSides_AreOneCommit()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, _) = await FriendsAsync(world);
        world.Store.BatchSizes.Clear();

        (await ann.SendAsync("bob", "hello")).ShouldBeDone();

        Assert.Equal([2], world.Store.BatchSizes);
    }

    [Fact]
    public async Task Send_SameCidAgain_GivesTheSameAnswerOnce()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, _) = await FriendsAsync(world);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ann.SendAsync("bob", "hello", "c1")));
        var first = answers[0].ShouldBeDone();

        Assert.All(answers, answer => Assert.Equal(first, answer.ShouldBeDone()));
        Assert.Single(world.Store.All("bob"), entry => entry.Kind is EntryKind.Message);
    }

    [Fact]
    public async Task Send_SameCidAfterRestart_GivesTheSameAnswer()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, _) = await FriendsAsync(world);
        var first = (await ann.SendAsync("bob", "hello", "c1")).ShouldBeDone();

        await world.RestartAsync();
        ann = await world.SignInAsync("ann");
        var again = (await ann.SendAsync("bob", "hello", "c1")).ShouldBeDone();
        var next = (await ann.SendAsync("bob", "next", "c2")).ShouldBeDone();

        Assert.Equal(first, again);
        Assert.Equal(first.Seq + 1, next.Seq);
        Assert.Equal(2, world.Store.All("bob").Count(entry => entry.Kind is EntryKind.Message));
    }

    [Fact]
    public async Task Send_ManyAtOnce_KeepsTheOrderAndLeavesNoHole()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, bob) = await FriendsAsync(world);

        var sends = Enumerable.Range(0, 500).Select(number => ann.SendAsync("bob", $"{number}")).ToArray();
        foreach (var send in sends)
        {
            (await send).ShouldBeDone();
        }

        await Eventually.TrueAsync(() => world.Gateway.EntriesOf("bob", bob.Id).Count(entry => entry.Kind is EntryKind.Message) == 500, "500 pushes");
        var pushed = world.Gateway.EntriesOf("bob", bob.Id);
        Assert.Equal(Enumerable.Range(0, 500).Select(number => $"{number}"), pushed.Where(entry => entry.Kind is EntryKind.Message).Select(entry => entry.Body()));
        foreach (var account in new[] { "ann", "bob" })
        {
            var log = world.Store.All(account);
            Assert.Equal(Enumerable.Range(1, log.Count).Select(seq => (long)seq), log.Select(entry => entry.Seq));
        }
    }

    [Fact]
    public async Task Send_BothWaysAtOnce_NobodyWaitsForever()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, bob) = await FriendsAsync(world);

        var sends = Enumerable.Range(0, 200).SelectMany(number => new[] { ann.SendAsync("bob", $"{number}"), bob.SendAsync("ann", $"{number}") });

        foreach (var answer in await Task.WhenAll(sends).WaitAsync(TimeSpan.FromSeconds(20)))
        {
            answer.ShouldBeDone();
        }
    }

    [Fact]
    public async Task Send_ToNoFriend_IsRefusedAndStoresNothing()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "bob");
        var ann = await world.SignInAsync("ann");

        (await ann.SendAsync("bob", "hello")).ShouldBeRefused(ErrorCodes.NotFriends);
        (await ann.SendAsync("nobody", "hello")).ShouldBeRefused(ErrorCodes.UnknownAccount);
        (await ann.SendAsync("ann", "hello")).ShouldBeRefused(ErrorCodes.Self);

        Assert.Empty(world.Store.All("ann"));
        Assert.Empty(world.Store.All("bob"));
    }

    [Fact]
    public async Task Send_StoreFails_IsRefusedAndTheLogGoesOnWithoutAHole()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, bob) = await FriendsAsync(world);
        world.Store.BeforeAppend = _ => throw new IOException("no disk");

        (await ann.SendAsync("bob", "lost", "c1")).ShouldBeRefused(ErrorCodes.Unavailable);
        world.Store.BeforeAppend = null;
        await Eventually.TrueAsync(() => world.Gateway.EndOf("ann", ann.Id) == SessionEnd.Restarted, "ann's restart");
        await ReopenAsync(ann);
        await ReopenAsync(bob);
        var sent = (await ann.SendAsync("bob", "again", "c1")).ShouldBeDone();

        var log = world.Store.All("ann");
        Assert.Equal(sent.Seq, log[^1].Seq);
        Assert.Equal(Enumerable.Range(1, log.Count).Select(seq => (long)seq), log.Select(entry => entry.Seq));
        Assert.Equal(["again"], world.Store.All("bob").Where(entry => entry.Kind is EntryKind.Message).Select(entry => entry.Body()));
    }

    [Fact]
    public async Task Send_AnotherWriterHoldsTheLog_IsRefusedAndOthersAreNot()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, _) = await FriendsAsync(world);
        await world.RegisterAsync("cat", "dan");
        var cat = await world.SignInAsync("cat");
        await GrainWorld.BefriendAsync(cat, await world.SignInAsync("dan"));
        var last = world.Store.All("ann")[^1];
        world.Store.AppendBehindTheBack("ann", last with { Seq = last.Seq + 1 });

        var sends = await Task.WhenAll(ann.SendAsync("bob", "fenced"), cat.SendAsync("dan", "fine"));

        sends[0].ShouldBeRefused(ErrorCodes.Unavailable);
        sends[1].ShouldBeDone();
        await ReopenAsync(ann);
        (await ann.SendAsync("bob", "now")).ShouldBeDone();
    }

    [Fact]
    public async Task Read_MarksUpTo_AndTheCountSurvivesARestart()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, bob) = await FriendsAsync(world);
        for (var number = 0; number < 5; number++)
        {
            (await ann.SendAsync("bob", $"{number}")).ShouldBeDone();
        }

        var third = world.Store.All("bob").Where(entry => entry.Kind is EntryKind.Message).ElementAt(2);
        (await world.Account("bob").MarkReadAsync(bob.Id, "ann", third.Seq)).ShouldBeDone();
        (await world.Account("bob").MarkReadAsync(bob.Id, "ann", 1_000)).ShouldBeRefused(ErrorCodes.InvalidArgument);
        Assert.Equal(2, (await world.SignInAsync("bob")).Pages["bob"].Unread["ann"]);

        await world.RestartAsync();

        Assert.Equal(2, (await world.SignInAsync("bob")).Pages["bob"].Unread["ann"]);
    }

    [Fact]
    public async Task History_PagesBackByPeer()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, _) = await FriendsAsync(world);
        for (var number = 0; number < 7; number++)
        {
            (await ann.SendAsync("bob", $"{number}")).ShouldBeDone();
        }

        var newest = (await world.Account("ann").ReadHistoryAsync(ann.Id, new HistoryQuery { Peer = "bob", Limit = 3 })).ShouldBeDone();
        var older = (await world.Account("ann").ReadHistoryAsync(ann.Id, new HistoryQuery { Peer = "bob", Limit = 3, Before = newest.Entries[0].Seq })).ShouldBeDone();

        Assert.Equal(["4", "5", "6"], newest.Entries.Select(entry => entry.Body()));
        Assert.Equal(["1", "2", "3"], older.Entries.Select(entry => entry.Body()));
        Assert.True(older.More);
    }

    [Fact]
    public async Task Open_WithCursor_ResumesIfItIsNear()
    {
        await using var world = await GrainWorld.StartAsync(("Timelines:ResumeLimit", "3"));
        var (ann, _) = await FriendsAsync(world);
        for (var number = 0; number < 5; number++)
        {
            (await ann.SendAsync("bob", $"{number}")).ShouldBeDone();
        }

        var head = world.Store.All("ann")[^1].Seq;
        var near = (await ann.OpenAsync("ann", head - 3)).ShouldBeDone().Page;
        var far = (await ann.OpenAsync("ann", head - 4)).ShouldBeDone().Page;
        var ahead = (await ann.OpenAsync("ann", head + 1)).ShouldBeDone().Page;

        Assert.True(near.Resumed);
        Assert.Equal(head - 3, near.Cursor);
        Assert.Empty(near.Recent);
        Assert.False(far.Resumed);
        Assert.False(ahead.Resumed);
        Assert.Equal(head, far.Cursor);
        // Of the five messages bob has, the resumed page counts three; the other two come again as events.
        var bob = await world.SignInAsync("bob", resumeFrom: world.Store.All("bob")[^5].Seq);
        Assert.False(bob.Pages["bob"].Resumed);
        bob = await world.SignInAsync("bob", resumeFrom: world.Store.All("bob")[^3].Seq);
        Assert.Equal((true, 3), (bob.Pages["bob"].Resumed, bob.Pages["bob"].Unread["ann"]));
        Assert.Equal(3, (await world.Account("ann").ReadEntriesAsync(ann.Id, head - 3, 100)).ShouldBeDone().Length);
    }

    [Fact]
    public async Task Typing_IsForFriendsOnly()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, bob) = await FriendsAsync(world);
        await world.RegisterAsync("cat");

        (await world.Account("ann").SetTypingAsync(ann.Id, "bob", true)).ShouldBeDone();
        (await world.Account("ann").SetTypingAsync(ann.Id, "cat", true)).ShouldBeRefused(ErrorCodes.NotFriends);

        await Eventually.TrueAsync(() => world.Gateway.Pushes.OfType<PushedSignal>().Any(push => push.Account == "bob" && push.Sessions.Contains(bob.Id)), "typing at bob");
    }

    private static async Task ReopenAsync(TestSession session)
    {
        var deadline = DateTime.UtcNow.AddSeconds(10);
        while ((await session.OpenAsync(session.SignedInAs)).IsRefused && DateTime.UtcNow < deadline)
        {
            await Task.Delay(20);
        }
    }

    private static async Task<(TestSession Ann, TestSession Bob)> FriendsAsync(GrainWorld world)
    {
        await world.RegisterAsync("ann", "bob");
        var (ann, bob) = (await world.SignInAsync("ann"), await world.SignInAsync("bob"));
        await GrainWorld.BefriendAsync(ann, bob);
        return (ann, bob);
    }
}
