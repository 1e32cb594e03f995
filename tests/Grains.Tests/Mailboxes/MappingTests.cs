using OrleansIM.Contacts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Grains.Timelines;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Mailboxes;

public sealed class MappingTests
{
    private const string Mailbox = "ann@home.test";
    private const string Address = "b@old.test";

    [Fact]
    public async Task Map_ShowsTheFriend_WithoutAskingTheServer_AndSurvivesARestart()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, bob) = await BoundAsync(world);
        world.Mail.Mailbox(Mailbox).Deliver(Address, "from bob", $"or write to {Address}");
        await world.UnreadAsync(ann, 1);
        Assert.False(world.Signals(ann, "mail")[^1].GetProperty("new")[0].GetProperty("from").TryGetProperty("friend", out _));
        var asked = world.Mail.Asked.Count;

        (await world.MailOf("ann").MapAddressAsync(ann.Id, Address.ToUpperInvariant(), "bob")).ShouldBeDone();

        var mail = await world.MailsAsync(ann, mail => mail.GetProperty("badge").TryGetProperty("bob", out _), "bob's badge");
        Assert.Equal(("bob", "Bobby"), NameIn(mail.GetProperty("new")[0].GetProperty("from")));
        Assert.Equal(("bob", "Bobby"), NameIn(mail.GetProperty("new")[0].GetProperty("mentions")[0]));
        Assert.Equal(1, mail.GetProperty("badge").GetProperty("bob").GetInt32());
        Assert.Equal(asked, world.Mail.Asked.Count);
        await world.RestartAsync();
        var page = (await world.SignInAsync("ann")).Pages["ann"];
        var contact = Assert.Single(page.Contacts);
        Assert.Equal([Address], contact.Mapped!);
        Assert.Equal((1, "from bob"), (contact.Mail!.Unread, contact.Mail.Latest));
        Assert.Equal("bob", page.Mailboxes[0].News!.New[0].From.Friend!.Account);
        Assert.Null((await world.SignInAsync("bob")).Pages["bob"].Contacts[0].Mapped);
        _ = bob;
    }

    [Fact]
    public async Task Map_ToAnotherFriend_MovesInOneUnit()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.FriendsAsync("ann", "bob", "cat");
        var mails = world.MailOf("ann");
        (await mails.MapAddressAsync(sessions[0].Id, Address, "bob")).ShouldBeDone();
        (await mails.MapAddressAsync(sessions[0].Id, "other@old.test", "bob")).ShouldBeDone();
        var head = world.Store.All("ann").Count;

        (await mails.MapAddressAsync(sessions[0].Id, Address, "cat")).ShouldBeDone();
        (await mails.MapAddressAsync(sessions[0].Id, Address, "cat")).ShouldBeDone();

        var moved = world.Store.All("ann").Skip(head).Select(entry => EntryData.ReadContact(entry.Data)).ToArray();
        Assert.Equal([("bob", "other@old.test"), ("cat", Address)], moved.Select(contact => (contact.Account, string.Join(' ', contact.Mapped ?? []))));
        (await mails.MapAddressAsync(sessions[0].Id, Address, null)).ShouldBeDone();
        (await mails.MapAddressAsync(sessions[0].Id, Address, null)).ShouldBeDone();
        Assert.Null(EntryData.ReadContact(world.Store.All("ann")[^1].Data).Mapped);
        Assert.Equal(head + 3, world.Store.All("ann").Count);
    }

    [Fact]
    public async Task Map_WhatDoesNotFit_IsRefused()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.FriendsAsync("ann", "bob");
        var mails = world.MailOf("ann");

        (await mails.MapAddressAsync(sessions[0].Id, Address, "nobody")).ShouldBeRefused(ErrorCodes.NotFriends);
        (await mails.MapAddressAsync(sessions[0].Id, "no address", "bob")).ShouldBeRefused(ErrorCodes.InvalidArgument);
        (await mails.MapAddressAsync(sessions[1].Id, Address, "bob")).ShouldBeRefused(OrleansIM.Sessions.SessionRefusals.UnknownSession);
        for (var number = 0; number < 20; number++)
        {
            (await mails.MapAddressAsync(sessions[0].Id, $"{number}@old.test", "bob")).ShouldBeDone();
        }

        (await mails.MapAddressAsync(sessions[0].Id, Address, "bob")).ShouldBeRefused(ErrorCodes.LimitReached);
    }

    [Fact]
    public async Task Friend_WhoIsNoneAnyMore_LosesMappingsAndBadge()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, bob) = await BoundAsync(world);
        (await world.MailOf("ann").MapAddressAsync(ann.Id, Address, "bob")).ShouldBeDone();
        world.Mail.Mailbox(Mailbox).Deliver(Address, "from bob");
        await world.MailsAsync(ann, mail => mail.GetProperty("badge").TryGetProperty("bob", out _), "bob's badge");

        (await bob.ChangeContactAsync("ann", ContactAction.Remove)).ShouldBeDone();

        await world.MailsAsync(ann, mail => !mail.GetProperty("badge").TryGetProperty("bob", out _), "no badge");
        await GrainWorld.BefriendAsync(bob, ann);
        Assert.Null((await world.SignInAsync("ann")).Pages["ann"].Contacts[0].Mapped);
    }

    [Fact]
    public async Task Friend_ChangesTheProfile_MailsShowIt()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, bob) = await BoundAsync(world);
        world.Mail.Mailbox(Mailbox).Deliver(Address, "from bob");
        await world.UnreadAsync(ann, 1);

        (await world.Account("bob").SetProfileAsync(bob.Id, new SetProfile { Email = Address })).ShouldBeDone();
        await world.MailsAsync(ann, mail => mail.GetProperty("badge").TryGetProperty("bob", out _), "bob's badge");
        (await world.Account("bob").SetProfileAsync(bob.Id, new SetProfile { Email = "" })).ShouldBeDone();
        await world.MailsAsync(ann, mail => !mail.GetProperty("badge").TryGetProperty("bob", out _), "no badge");
    }

    [Fact]
    public async Task Map_ManyAtOnce_LeavesEachAddressWithOneFriend()
    {
        await using var world = await GrainWorld.StartAsync();
        string[] friends = ["bob", "cat", "dan"];
        var sessions = await world.FriendsAsync(["ann", .. friends]);
        var random = new Random(5);

        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
            {
                var friend = random.Next(4);
                (await world.MailOf("ann").MapAddressAsync(sessions[0].Id, $"{random.Next(2)}@old.test", friend == 3 ? null : friends[friend])).ShouldBeDone();
            }));
            var mapped = (await world.SignInAsync("ann")).Pages["ann"].Contacts.SelectMany(contact => contact.Mapped ?? []).ToArray();
            Assert.Equal(mapped.Distinct(), mapped);
        }
    }

    [Fact]
    public void Contact_WithAddressesOfAllKinds_IsReadBackAsItWas()
    {
        string[]? none = null;
        foreach (var (email, mailboxes, mapped) in new[] { ("p@x", none, none), (null, ["m@x"], none), ("p@x", ["p@x"], ["o@x"]), (null, none, ["o@x"]), (null, none, none), ("m@x", none, ["M@x"]) })
        {
            var contact = new Contact { Account = "bob", DisplayName = "Bob", State = ContactState.Friend, Email = email, Mailboxes = mailboxes, Mapped = mapped };

            var read = EntryData.ReadContact(EntryData.Contact(contact));

            Assert.Equal((email, string.Join(' ', mailboxes ?? []), string.Join(' ', mapped ?? [])), (read.Email, string.Join(' ', read.Mailboxes ?? []), string.Join(' ', read.Mapped ?? [])));
        }
    }

    private static (string?, string?) NameIn(System.Text.Json.JsonElement party) =>
        (party.GetProperty("friend").GetProperty("account").GetString(), party.GetProperty("friend").GetProperty("name").GetString());

    private static async Task<(TestSession Ann, TestSession Bob)> BoundAsync(GrainWorld world)
    {
        var sessions = await world.FriendsAsync("ann", "bob");
        (await world.Account("ann").SetContactAsync(sessions[0].Id, new SetContact { Account = "bob", Remark = "Bobby" })).ShouldBeDone();
        await world.BindAsync(sessions[0], Mailbox);
        return (sessions[0], sessions[1]);
    }
}
