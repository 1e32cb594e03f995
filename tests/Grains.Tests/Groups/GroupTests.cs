using System.Text;
using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Groups;
using OrleansIM.Messages;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Groups;

/// <summary>Mission P6, one group in quiet.</summary>
public sealed class GroupTests
{
    [Fact]
    public async Task Create_WithFriends_IsInEveryonesLogAndPage()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob", "cat");
        var group = await world.GroupAsync(sessions["ann"], "bob", "cat");

        foreach (var account in new[] { "ann", "bob", "cat" })
        {
            Assert.Equal(["created"], world.WhatOf(account, group));
            var page = (await world.SignInAsync(account)).Pages[account].Groups.Single();
            Assert.Equal((GroupIds.IdOf(group), "the group", 3, account == "ann" ? GroupRole.Owner : GroupRole.Member), (page.Id, page.Name, page.Members, page.Role));
        }

        await Eventually.TrueAsync(() => world.Store.Waiting == 0, "an empty outbox");
        var details = (await sessions["cat"].GetGroupAsync(group)).ShouldBeDone();
        Assert.Equal([("ann", GroupRole.Owner), ("bob", GroupRole.Member), ("cat", GroupRole.Member)], details.Members.Select(member => (member.Account, member.Role)));
    }

    [Fact]
    public async Task Invite_WhoCannotBeAdded_IsNamedWithTheReason()
    {
        await using var world = await GrainWorld.StartAsync(("Groups:MaxPerAccount", "1"));
        var sessions = await world.CircleAsync("ann", "bob", "busy", "gone", "blocker");
        await world.RegisterAsync("stranger");
        (await sessions["busy"].CreateGroupAsync("enough")).ShouldBeDone();
        (await sessions["blocker"].ChangeContactAsync("ann", ContactAction.Block)).ShouldBeDone();
        (await world.Credentials("gone").SetDisabledAsync(true)).ShouldBeDone();

        var created = (await sessions["ann"].CreateGroupAsync("g", "bob", "busy", "gone", "blocker", "stranger", "nobody", "ann")).ShouldBeDone();

        Assert.Equal(["bob"], created.Added);
        Assert.Equal(
            [("blocker", ErrorCodes.NotFriends), ("busy", ErrorCodes.LimitReached), ("gone", ErrorCodes.UnknownAccount), ("nobody", ErrorCodes.NotFriends), ("stranger", ErrorCodes.NotFriends)],
            created.Rejected.Select(rejected => (rejected.Account, rejected.Reason)).Order());
        (await sessions["ann"].CreateGroupAsync("one too many")).ShouldBeRefused(ErrorCodes.LimitReached);
    }

    [Fact]
    public async Task Send_ToTheGroup_IsStoredOnceAndInEveryLogByReference()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob", "cat");
        var group = await world.GroupAsync(sessions["ann"], "bob", "cat");

        var sent = (await sessions["bob"].SendAsync(group, "hello", "c1")).ShouldBeDone();
        await Task.WhenAll(new[] { "ann", "bob", "cat" }.Select(account => world.ShouldHaveAllAsync(account, group, 1)));

        Assert.Equal(1, world.Store.DataOf("hello"));
        var own = world.EntriesOf("bob", group)[^1];
        Assert.Equal((sent.Seq, sent.Id), (own.Seq, own.Json().GetProperty("id").GetString()));
        Assert.Equal(group, own.Json().GetProperty("to").GetString());
        Assert.Equal(1, (await world.SignInAsync("ann")).Pages["ann"].Unread[group]);
        Assert.False((await world.SignInAsync("bob")).Pages["bob"].Unread.ContainsKey(group));
        await Eventually.TrueAsync(() => world.Gateway.EntriesOf("cat", sessions["cat"].Id).Any(entry => entry.Kind is EntryKind.Message), "cat's push");
    }

    [Fact]
    public async Task Send_SameCidAfterARestartOfEverything_GivesTheSameAnswerOnce()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob");
        var group = await world.GroupAsync(sessions["ann"], "bob");
        var first = (await sessions["ann"].SendAsync(group, "once", "c1")).ShouldBeDone();
        var other = (await sessions["bob"].SendAsync(group, "mine", "c1")).ShouldBeDone();

        await world.RestartAsync();
        var ann = await world.SignInAsync("ann");
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ann.SendAsync(group, "other text", "c1")));

        Assert.All(answers, answer => Assert.Equal(first, answer.ShouldBeDone()));
        Assert.NotEqual(first.Id, other.Id);
        await world.ShouldHaveAllAsync("ann", group, 2);
        Assert.Equal(["once", "mine"], world.BodiesOf("ann", group));
    }

    [Fact]
    public async Task Send_ByANonMember_IsForbiddenWhetherTheGroupExistsOrNot()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob", "cat");
        var group = await world.GroupAsync(sessions["ann"], "bob");
        var stored = world.Store.All(group).Count;

        foreach (var name in new[] { group, "group:none" })
        {
            var cat = sessions["cat"];
            (await cat.SendAsync(name, "hi")).ShouldBeRefused(ErrorCodes.Forbidden);
            (await cat.GetGroupAsync(name)).ShouldBeRefused(ErrorCodes.Forbidden);
            (await cat.InviteAsync(name, "ann")).ShouldBeRefused(ErrorCodes.Forbidden);
            (await cat.ChangeGroupAsync(name, GroupAction.Leave)).ShouldBeRefused(ErrorCodes.Forbidden);
            (await world.Account("cat").SetTypingAsync(cat.Id, name, true)).ShouldBeRefused(ErrorCodes.Forbidden);
            // Nor does the group itself believe it.
            var grain = world.Grains.GetGrain<IGroupGrain>(GroupIds.IdOf(name));
            Assert.Equal(ErrorCodes.Forbidden, (await grain.PostAsync("cat", [new SendMessage { To = name, Body = "hi", Cid = "c", Kind = "text" }]))[0].Refusal?.Code);
            (await grain.GetAsync("cat")).ShouldBeRefused(ErrorCodes.Forbidden);
        }

        Assert.Equal(stored, world.Store.All(group).Count);
    }

    [Fact]
    public async Task Join_Later_BeginsTheHistoryThere()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob", "cat");
        var group = await world.GroupAsync(sessions["ann"], "bob");
        (await sessions["ann"].SendAsync(group, "before")).ShouldBeDone();

        Assert.Equal(["cat"], (await sessions["ann"].InviteAsync(group, "cat", "bob")).ShouldBeDone().Added);
        (await sessions["bob"].SendAsync(group, "after")).ShouldBeDone();

        await world.ShouldHaveAllAsync("cat", group, 1);
        Assert.Equal(["after"], world.BodiesOf("cat", group));
        Assert.Equal(["joined"], world.WhatOf("cat", group));
        await world.ShouldHaveAllAsync("ann", group, 2);
        Assert.Equal(["created", "joined"], world.WhatOf("ann", group));
        var history = (await world.Account("cat").ReadHistoryAsync(sessions["cat"].Id, new HistoryQuery { Peer = group, Limit = 50 })).ShouldBeDone();
        Assert.Equal(2, history.Entries.Length);
    }

    [Fact]
    public async Task Kick_EndsWithTheEventAndNothingFollows()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob", "cat");
        var group = await world.GroupAsync(sessions["ann"], "bob", "cat");
        (await sessions["ann"].SendAsync(group, "all")).ShouldBeDone();
        await world.ShouldHaveAllAsync("cat", group, 1);

        (await sessions["ann"].ChangeGroupAsync(group, GroupAction.Kick, "cat")).ShouldBeDone();
        (await sessions["bob"].SendAsync(group, "without cat")).ShouldBeDone();
        (await world.Account("bob").SetTypingAsync(sessions["bob"].Id, group, true)).ShouldBeDone();

        await Eventually.TrueAsync(() => world.WhatOf("cat", group).Contains("kicked"), "the end of cat's membership");
        await Eventually.TrueAsync(() => world.Gateway.Pushes.OfType<PushedSignal>().Any(signal => signal.Account == "ann" && signal.Event == "typing"), "typing at ann");
        await world.ShouldHaveAllAsync("bob", group, 2);
        Assert.Equal(["all"], world.BodiesOf("cat", group));
        (await sessions["cat"].SendAsync(group, "still here?")).ShouldBeRefused(ErrorCodes.Forbidden);
        (await sessions["cat"].GetGroupAsync(group)).ShouldBeRefused(ErrorCodes.Forbidden);
        Assert.DoesNotContain(world.Gateway.Pushes.OfType<PushedSignal>(), signal => signal is { Event: "typing", Account: "cat" or "bob" });
        var again = await world.SignInAsync("cat");
        Assert.Empty(again.Pages["cat"].Groups);
        Assert.False(again.Pages["cat"].Unread.ContainsKey(group));
    }

    [Fact]
    public async Task Typing_OverAChangeOfMembersTheAccountHasNotHeardOf_IsNotShown()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob");
        var group = await world.GroupAsync(sessions["ann"], "bob");
        var bob = world.Grains.GetGrain<IAccountPeerGrain>("bob");
        var typing = new GroupTyping { Group = group, From = "early", On = true, MembersSeq = world.Store.All(group)[^1].Seq + 1 };

        await bob.HearGroupTypingAsync(typing);
        await bob.HearGroupTypingAsync(typing with { From = "known", MembersSeq = typing.MembersSeq - 1 });

        string[] Typed() => [.. world.Gateway.Pushes.OfType<PushedSignal>().Where(push => push.Event == "typing").Select(push => Encoding.UTF8.GetString(push.Data))];
        await Eventually.TrueAsync(() => Typed().Length > 0, "who is known to type");
        Assert.Contains("known", Assert.Single(Typed()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kick_WhileOffline_IsSeenAtTheNextSignInAndNothingAfterIt()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob", "cat");
        var group = await world.GroupAsync(sessions["ann"], "bob", "cat");
        await world.Account("cat").CloseSessionAsync(sessions["cat"].Id);
        (await sessions["ann"].SendAsync(group, "missed")).ShouldBeDone();
        (await sessions["ann"].ChangeGroupAsync(group, GroupAction.Kick, "cat")).ShouldBeDone();
        (await sessions["ann"].SendAsync(group, "secret")).ShouldBeDone();
        (await sessions["ann"].InviteAsync(group, "cat")).ShouldBeDone();
        (await sessions["ann"].SendAsync(group, "welcome back")).ShouldBeDone();

        var back = await world.SignInAsync("cat");

        Assert.Equal(["missed", "welcome back"], world.BodiesOf("cat", group));
        Assert.Equal(["created", "kicked", "joined"], world.WhatOf("cat", group));
        Assert.Equal(1, back.Pages["cat"].Unread[group]);
        Assert.DoesNotContain("secret", back.Pages["cat"].Recent.Where(entry => entry.Kind is EntryKind.Message).Select(entry => entry.Body()));
    }

    [Fact]
    public async Task Leave_LastOwner_HandsOverAndTheLastOneEndsIt()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob", "cat");
        var group = await world.GroupAsync(sessions["ann"], "bob", "cat");

        (await sessions["ann"].ChangeGroupAsync(group, GroupAction.Leave)).ShouldBeDone();
        Assert.Equal(["created", "left"], world.WhatOf("ann", group));
        await Eventually.TrueAsync(async () => (await world.SignInAsync("bob")).Pages["bob"].Groups is [{ Role: GroupRole.Owner }], "bob's ownership");
        (await sessions["bob"].ChangeGroupAsync(group, GroupAction.Kick, "cat")).ShouldBeDone();
        (await sessions["bob"].ChangeGroupAsync(group, GroupAction.Leave)).ShouldBeDone();

        (await world.Grains.GetGrain<IGroupGrain>(GroupIds.IdOf(group)).InviteAsync("bob", ["bob"])).ShouldBeRefused(ErrorCodes.Forbidden);
        Assert.Empty((await world.SignInAsync("bob")).Pages["bob"].Groups);
    }

    [Fact]
    public async Task Delete_OfAMember_LeavesItsGroups()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob", "cat");
        var group = await world.GroupAsync(sessions["ann"], "bob", "cat");

        (await world.Credentials("bob").DeleteAsync()).ShouldBeDone();

        await Eventually.TrueAsync(() => world.WhatOf("cat", group).Contains("left"), "bob's leaving");
        Assert.Equal(["ann", "cat"], (await sessions["ann"].GetGroupAsync(group)).ShouldBeDone().Members.Select(member => member.Account));
    }

    [Fact]
    public async Task Mentions_OfMembersOnly_AreCountedUntilRead()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob", "cat", "dan");
        var group = await world.GroupAsync(sessions["ann"], "bob", "cat");

        (await sessions["ann"].MentionAsync(group, "dan?", "bob", "dan")).ShouldBeRefused(ErrorCodes.InvalidArgument);
        (await sessions["ann"].MentionAsync(group, "you two", "bob", "cat")).ShouldBeDone();
        (await sessions["ann"].MentionAsync(group, "you", "bob")).ShouldBeDone();
        (await sessions["ann"].SendAsync(group, "all")).ShouldBeDone();
        await world.ShouldHaveAllAsync("bob", group, 3);

        var page = (await world.SignInAsync("bob")).Pages["bob"];
        Assert.Equal((2, 3), (page.Groups[0].Mentions, page.Unread[group]));
        var first = world.EntriesOf("bob", group).First(entry => entry.Kind is EntryKind.Message);
        Assert.Equal(["bob", "cat"], first.Json().GetProperty("mentions").EnumerateArray().Select(who => who.GetString()));
        (await world.Account("bob").MarkReadAsync(sessions["bob"].Id, group, first.Seq)).ShouldBeDone();
        await world.RestartAsync();
        page = (await world.SignInAsync("bob")).Pages["bob"];
        Assert.Equal((1, 2), (page.Groups[0].Mentions, page.Unread[group]));
    }

    [Fact]
    public async Task Changes_OfRoleAndName_ReachEveryPage()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob", "cat");
        var group = await world.GroupAsync(sessions["ann"], "bob", "cat");

        (await sessions["bob"].ChangeGroupAsync(group, GroupAction.Set, name: "no")).ShouldBeRefused(ErrorCodes.Forbidden);
        (await sessions["ann"].ChangeGroupAsync(group, GroupAction.SetRole, "bob", GroupRole.Admin)).ShouldBeDone();
        (await sessions["bob"].ChangeGroupAsync(group, GroupAction.Set, name: "renamed")).ShouldBeDone();
        (await sessions["ann"].ChangeGroupAsync(group, GroupAction.Set, memberInvites: false)).ShouldBeDone();
        (await sessions["cat"].InviteAsync(group, "ann")).ShouldBeRefused(ErrorCodes.Forbidden);

        await Eventually.TrueAsync(() => world.WhatOf("cat", group).Length == 4, "all changes at cat");
        await world.RestartAsync();
        foreach (var (account, role) in new[] { ("ann", GroupRole.Owner), ("bob", GroupRole.Admin), ("cat", GroupRole.Member) })
        {
            var page = (await world.SignInAsync(account)).Pages[account].Groups.Single();
            Assert.Equal(("renamed", role), (page.Name, page.Role));
        }
    }
}
