using OrleansIM.Contacts;
using OrleansIM.Grains.Contacts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Profiles;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Tests.Contacts;

public sealed class ContactTests
{
    [Theory]
    [InlineData("None", "None", "Request", "Requested", "Pending")]
    [InlineData("Pending", "Requested", "Request", "Friend", "Friend")]
    [InlineData("Requested", "Pending", "Request", "Requested", "Pending")]
    [InlineData("None", "Blocked", "Request", "Requested", "Blocked")]
    [InlineData("Pending", "Requested", "Accept", "Friend", "Friend")]
    [InlineData("Pending", "Requested", "Refuse", "None", "None")]
    [InlineData("Friend", "Friend", "Remove", "None", "None")]
    [InlineData("Friend", "Friend", "Block", "Blocked", "None")]
    [InlineData("None", "Blocked", "Block", "Blocked", "Blocked")]
    [InlineData("Blocked", "Blocked", "Unblock", "None", "Blocked")]
    [InlineData("None", "None", "Remove", "None", "None")]
    public void Decide_MovesBothSides(string mine, string theirs, string action, string mineAfter, string theirsAfter)
    {
        var sides = ContactRules.Decide(State(mine), State(theirs), Enum.Parse<ContactAction>(action)).ShouldBeDone();

        Assert.Equal((State(mineAfter), State(theirsAfter)), (sides.Mine, sides.Theirs));
    }

    [Theory]
    [InlineData("None", "Accept", ErrorCodes.InvalidArgument)]
    [InlineData("Requested", "Accept", ErrorCodes.InvalidArgument)]
    [InlineData("Friend", "Refuse", ErrorCodes.InvalidArgument)]
    [InlineData("Blocked", "Request", ErrorCodes.Blocked)]
    public void Decide_WhatDoesNotFit_IsRefused(string mine, string action, string code) =>
        ContactRules.Decide(State(mine), ContactState.None, Enum.Parse<ContactAction>(action)).ShouldBeRefused(code);

    [Fact]
    public void Decide_AnySequence_KeepsTheSidesInStep()
    {
        var random = new Random(1);
        ContactState[] sides = [default, default];
        for (var step = 0; step < 10_000; step++)
        {
            var actor = random.Next(2);
            var decided = ContactRules.Decide(sides[actor], sides[1 - actor], (ContactAction)random.Next(1, 7));
            if (!decided.IsRefused)
            {
                (sides[actor], sides[1 - actor]) = (decided.Value.Mine, decided.Value.Theirs);
            }

            Assert.Equal(sides[0] is ContactState.Friend, sides[1] is ContactState.Friend);
            Assert.True(sides[0] is not ContactState.Pending || sides[1] is ContactState.Requested, string.Join(' ', sides));
        }
    }

    [Fact]
    public async Task Request_Accept_MakesFriendsWithNamesAndGreeting()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "bob");
        var (ann, bob) = (await world.SignInAsync("ann"), await world.SignInAsync("bob"));
        (await world.Account("ann").SetProfileAsync(ann.Id, new SetProfile { DisplayName = "Ann", Email = "ann@example.test" })).ShouldBeDone();

        Assert.Equal(ContactState.Requested, (await ann.ChangeContactAsync("bob", ContactAction.Request, "hi, it's me")).ShouldBeDone());
        var asked = Assert.Single((await world.SignInAsync("bob")).Pages["bob"].Contacts);
        Assert.Equal(("Ann", ContactState.Pending, "hi, it's me", (string?)null), (asked.DisplayName, asked.State, asked.Greeting, asked.Email));
        Assert.Equal(ContactState.Friend, (await bob.ChangeContactAsync("ann", ContactAction.Accept)).ShouldBeDone());

        var friend = Assert.Single((await world.SignInAsync("bob")).Pages["bob"].Contacts);
        Assert.Equal((ContactState.Friend, "ann@example.test", (string?)null), (friend.State, friend.Email, friend.Greeting));
    }

    [Fact]
    public async Task Request_FromBothSidesAtOnce_EndsInFriends()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "bob");
        var (ann, bob) = (await world.SignInAsync("ann"), await world.SignInAsync("bob"));

        await Task.WhenAll(ann.ChangeContactAsync("bob", ContactAction.Request), bob.ChangeContactAsync("ann", ContactAction.Request));

        Assert.Equal(ContactState.Friend, (await world.SignInAsync("ann")).Pages["ann"].Contacts[0].State);
        Assert.Equal(ContactState.Friend, (await world.SignInAsync("bob")).Pages["bob"].Contacts[0].State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Changes_AtRandomFromBothSides_LeaveTheSidesInStep(int seed)
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "bob");
        var sessions = new[] { await world.SignInAsync("ann"), await world.SignInAsync("bob") };
        var random = new Random(seed);
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
            {
                var actor = random.Next(2);
                return sessions[actor].ChangeContactAsync(sessions[1 - actor].SignedInAs, (ContactAction)random.Next(1, 7));
            }));
        }

        var ann = StateOf((await world.SignInAsync("ann")).Pages["ann"].Contacts, "bob");
        var bob = StateOf((await world.SignInAsync("bob")).Pages["bob"].Contacts, "ann");
        Assert.Equal(ann is ContactState.Friend, bob is ContactState.Friend);
        await world.RestartAsync();
        Assert.Equal(ann, StateOf((await world.SignInAsync("ann")).Pages["ann"].Contacts, "bob"));
        Assert.Equal(bob, StateOf((await world.SignInAsync("bob")).Pages["bob"].Contacts, "ann"));
    }

    [Fact]
    public async Task Block_SenderLearnsNothingButThatTheyAreNoFriends()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "bob");
        var (ann, bob) = (await world.SignInAsync("ann"), await world.SignInAsync("bob"));
        await GrainWorld.BefriendAsync(ann, bob);

        (await bob.ChangeContactAsync("ann", ContactAction.Block)).ShouldBeDone();

        (await ann.SendAsync("bob", "hello")).ShouldBeRefused(ErrorCodes.NotFriends);
        (await bob.SendAsync("ann", "hello")).ShouldBeRefused(ErrorCodes.Blocked);
        Assert.Equal(ContactState.Requested, (await ann.ChangeContactAsync("bob", ContactAction.Request)).ShouldBeDone());
        Assert.Equal(ContactState.Blocked, (await world.SignInAsync("bob")).Pages["bob"].Contacts[0].State);
    }

    [Fact]
    public async Task Set_KeepsNotesThroughChangesOfTheRelation()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "bob");
        var (ann, bob) = (await world.SignInAsync("ann"), await world.SignInAsync("bob"));
        await GrainWorld.BefriendAsync(ann, bob);

        (await world.Account("ann").SetContactAsync(ann.Id, new SetContact { Account = "bob", Remark = "Bobby", Labels = ["team"], Settings = """{"mute":true}""" })).ShouldBeDone();
        (await bob.ChangeContactAsync("ann", ContactAction.Remove)).ShouldBeDone();
        await world.RestartAsync();

        var noted = Assert.Single((await world.SignInAsync("ann")).Pages["ann"].Contacts);
        Assert.Equal((ContactState.None, "Bobby", """{"mute":true}"""), (noted.State, noted.Remark, noted.Settings));
        (await world.Account("ann").SetContactAsync((await world.SignInAsync("ann")).Id, new SetContact { Account = "zed", Remark = "x" })).ShouldBeRefused(ErrorCodes.UnknownAccount);
    }

    [Fact]
    public async Task Profile_ChangesReachFriends()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "bob");
        var (ann, bob) = (await world.SignInAsync("ann"), await world.SignInAsync("bob"));
        await GrainWorld.BefriendAsync(ann, bob);

        (await world.Account("ann").SetProfileAsync(ann.Id, new SetProfile { DisplayName = "Annabel" })).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Store.All("bob")[^1].Json().GetProperty("contact").GetProperty("displayName").GetString() == "Annabel", "the new name at bob");
    }

    [Fact]
    public async Task Request_OverTheLimit_IsRefused()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:MaxContacts", "1"));
        await world.RegisterAsync("ann", "bob", "cat");
        var (ann, cat) = (await world.SignInAsync("ann"), await world.SignInAsync("cat"));
        (await ann.ChangeContactAsync("bob", ContactAction.Request)).ShouldBeDone();

        (await ann.ChangeContactAsync("cat", ContactAction.Request)).ShouldBeRefused(ErrorCodes.LimitReached);
        (await cat.ChangeContactAsync("bob", ContactAction.Request)).ShouldBeRefused(ErrorCodes.LimitReached);
        (await ann.ChangeContactAsync("nobody", ContactAction.Request)).ShouldBeRefused(ErrorCodes.UnknownAccount);
        (await ann.ChangeContactAsync("ann", ContactAction.Request)).ShouldBeRefused(ErrorCodes.Self);
    }

    [Fact]
    public async Task Delete_AccountVanishesFromItsFriends()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "bob");
        var (ann, bob) = (await world.SignInAsync("ann"), await world.SignInAsync("bob"));
        await GrainWorld.BefriendAsync(ann, bob);

        (await world.Credentials("bob").DeleteAsync()).ShouldBeDone();

        Assert.Empty((await world.SignInAsync("ann")).Pages["ann"].Contacts);
        (await ann.SendAsync("bob", "hello")).ShouldBeRefused(ErrorCodes.UnknownAccount);
    }

    private static ContactState State(string name) => Enum.Parse<ContactState>(name);

    private static ContactState StateOf(Contact[] contacts, string account) =>
        contacts.FirstOrDefault(contact => contact.Account == account)?.State ?? ContactState.None;
}
