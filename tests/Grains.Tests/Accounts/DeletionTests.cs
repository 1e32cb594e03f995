using Orleans;
using Orleans.Runtime;
using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Groups;
using OrleansIM.Links;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Accounts;

/// <summary>What is left of an account that was deleted, and what becomes of a deletion that something breaks off.</summary>
public sealed class DeletionTests
{
    private const string Mailbox = "annabel@home.test";

    [Fact]
    public async Task Delete_ByItsOwner_NeedsATokenAndThePassword()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "bob");
        var (ann, bob) = (await world.SignInAsync("ann"), await world.SignInAsync("bob"));
        var proof = new OwnerProof { Token = ann.Token, Password = GrainWorld.Password("ann") };

        (await world.Credentials("ann").CloseAsync(proof with { Password = "wrong" })).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await world.Credentials("ann").CloseAsync(proof with { Password = null })).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await world.Credentials("ann").CloseAsync(proof with { Token = bob.Token })).ShouldBeRefused(ErrorCodes.Unauthenticated);
        (await world.Credentials("ann").CloseAsync(proof with { Token = ann.Token with { Generation = 7, TokenId = "x" } })).ShouldBeRefused(ErrorCodes.Unauthenticated);
        Assert.Null(world.Gateway.EndOf("ann", ann.Id));

        (await world.Credentials("ann").CloseAsync(proof)).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Gateway.EndOf("ann", ann.Id) is SessionEnd.Deleted, "the end of the session");
        (await world.Credentials("ann").CloseAsync(proof)).ShouldBeRefused(ErrorCodes.Unauthenticated);
        (await world.Credentials("ann").LogInAsync(GrainWorld.Password("ann"))).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await world.Credentials("ann").RegisterAsync(new RegisterAccount { Password = "somebody else's" })).ShouldBeRefused(ErrorCodes.AccountTaken);
        (await world.Credentials("ann").DeleteAsync()).ShouldBeRefused(ErrorCodes.UnknownAccount);
    }

    [Fact]
    public async Task Delete_GuessedPasswords_SlowDown()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:SlowDownAfter", "2"));
        await world.RegisterAsync("ann");
        var wrong = new OwnerProof { Token = (await world.SignInAsync("ann")).Token, Password = "wrong" };
        for (var i = 0; i < 2; i++)
        {
            (await world.Credentials("ann").CloseAsync(wrong)).ShouldBeRefused(ErrorCodes.BadCredentials);
        }

        (await world.Credentials("ann").CloseAsync(wrong with { Password = GrainWorld.Password("ann") })).ShouldBeRefused(ErrorCodes.SlowDown);
    }

    [Fact]
    public async Task Delete_OfAFullLife_LeavesItsIdAndWhatOthersGot()
    {
        await using var world = await GrainWorld.StartAsync();
        var life = await Life.LiveAsync(world);

        (await world.Credentials("ann").DeleteAsync()).ShouldBeDone();

        await life.ShouldBeOverAsync();
        await world.RestartAsync();
        await life.ShouldBeOverAsync();
    }

    [Theory]
    [InlineData("ReadGroupsAsync")]
    [InlineData("ReadHoldersAsync")]
    [InlineData("RewriteAsync")]
    [InlineData("RemoveHolderAsync")]
    [InlineData("account-snapshot")]
    [InlineData("clear account-snapshot")]
    [InlineData("clear mailbox")]
    [InlineData("link-group")]
    public async Task Delete_BrokenOffAnywhere_IsFinishedByTheReminder(string step)
    {
        await using var world = await GrainWorld.StartAsync();
        var life = await Life.LiveAsync(world);
        Break(step);

        (await world.Credentials("ann").DeleteAsync()).ShouldBeDone();

        // It is deleted for everybody, and not yet gone.
        (await world.Credentials("ann").LogInAsync(GrainWorld.Password("ann"))).ShouldBeRefused(ErrorCodes.BadCredentials);
        await Eventually.TrueAsync(() => world.Gateway.EndOf("ann", life.Ann.Id) is SessionEnd.Deleted, "the end of the session");
        var account = Assert.Single(world.Reminders.Of("erasure"));
        await world.RestartAsync();
        Break(null);
        await world.Grains.GetGrain<IRemindable>(account).ReceiveReminder("erasure", default);

        await Eventually.TrueAsync(() => world.Reminders.Of("erasure").Count == 0, "the deletion to be finished");
        await life.ShouldBeOverAsync();

        void Break(string? name)
        {
            world.Store.BeforeErasing = doing => Fail(doing == name);
            world.State.BeforeWrite = (state, _) => Fail(state == name);
            world.State.BeforeClear = (state, _) => Fail("clear " + state == name);
        }

        static void Fail(bool now)
        {
            if (now)
            {
                throw new InvalidOperationException("The test breaks it off here.");
            }
        }
    }

    [Fact]
    public async Task Delete_WhileEverybodyWritesToIt_LeavesNothingOfItBehind()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob", "cat", "dan");
        var group = await world.GroupAsync(sessions["ann"], "bob", "cat");
        using var stop = new CancellationTokenSource();
        var noise = sessions.Values.SelectMany(from => sessions.Keys.Append(group).Where(to => to != from.SignedInAs).Select(to => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await from.SendAsync(to, "noise");
                if (to is "ann" && from.SignedInAs is "dan")
                {
                    await from.ChangeContactAsync(to, ContactAction.Remove);
                    await from.ChangeContactAsync(to, ContactAction.Request);
                }
            }
        }))).ToArray();
        await Eventually.TrueAsync(() => world.Store.All("ann").Count > 50, "some noise");

        (await world.Credentials("ann").DeleteAsync()).ShouldBeDone();
        await Eventually.TrueAsync(() => world.Reminders.Of("erasure").Count == 0, "the deletion to be finished");
        await stop.CancelAsync();
        await Task.WhenAll(noise);

        Assert.Empty(world.Store.All("ann"));
        Assert.DoesNotContain(world.Store.Dump().Split('\n'), line => line.StartsWith("outbox (ann", StringComparison.Ordinal));
        foreach (var (other, session) in sessions.Where(pair => pair.Key is not "ann"))
        {
            Assert.DoesNotContain((await world.SignInAsync(other)).Pages[other].Contacts, contact => contact.Account == "ann");
            (await session.SendAsync("ann", "still there?")).ShouldBeRefused(ErrorCodes.UnknownAccount);
        }
    }

    [Fact]
    public async Task Delete_ContactWithARemark_IsNoContactAnyMoreOnLiveSessionsToo()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.FriendsAsync("ann", "bob");
        (await world.Account("bob").SetContactAsync(sessions[1].Id, new SetContact { Account = "ann", Remark = "from school" })).ShouldBeDone();

        (await world.Credentials("ann").DeleteAsync()).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Gateway.EntriesOf("bob", sessions[1].Id).Any(entry => entry.Seq == world.Store.All("bob")[^1].Seq), "the news");
        var told = world.Gateway.EntriesOf("bob", sessions[1].Id)[^1].Json().GetProperty("contact");
        Assert.Equal(("ann", "ann", "none"), (told.GetProperty("account").GetString(), told.GetProperty("displayName").GetString(), told.GetProperty("state").GetString()));
        Assert.False(told.TryGetProperty("remark", out _));
        Assert.Empty((await world.SignInAsync("bob")).Pages["bob"].Contacts);
    }

    [Fact]
    public async Task Delete_OfTheLastWhoCouldReadAGroup_RemovesTheGroup()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob");
        var group = await world.GroupAsync(sessions["ann"], "bob");
        (await sessions["bob"].SendAsync(group, "words in the group")).ShouldBeDone();
        (await sessions["bob"].ChangeGroupAsync(group, GroupAction.Leave)).ShouldBeDone();

        (await world.Credentials("ann").DeleteAsync()).ShouldBeDone();
        Assert.Contains("words in the group", world.BodiesOf("bob", group));
        (await world.Credentials("bob").DeleteAsync()).ShouldBeDone();

        Assert.Empty(world.Store.All(group));
        Assert.DoesNotContain("words in the group", world.Store.Dump(), StringComparison.Ordinal);
        Assert.DoesNotContain("the group", world.State.Dump(), StringComparison.Ordinal);
    }

    /// <summary>Ann, who has used everything, and what the others have of her.</summary>
    private sealed class Life(GrainWorld world, TestSession ann, string group)
    {
        // What nobody else wrote or was sent.
        private static readonly string[] s_hers =
        [
            "Annabel", "ann@elsewhere.test", Mailbox, "about me", "a setting", "a custom thing", "a program", "from school", "a label", "to herself in a group", "hello, it is me",
        ];

        public TestSession Ann => ann;

        public static async Task<Life> LiveAsync(GrainWorld world)
        {
            var sessions = await world.CircleAsync("ann", "bob", "cat", "dan", "eve", "work");
            var ann = sessions["ann"];
            (await world.Account("ann").SetProfileAsync(ann.Id, new SetProfile { DisplayName = "Annabel", Email = "ann@elsewhere.test", Description = "about me" })).ShouldBeDone();
            (await world.Account("ann").SetValueAsync(ann.Id, new SetValue { Store = ValueStore.Settings, Key = "x", Json = "\"a setting\"" })).ShouldBeDone();
            (await world.Account("ann").SetValueAsync(ann.Id, new SetValue { Store = ValueStore.Custom, Key = "x", Json = "\"a custom thing\"" })).ShouldBeDone();
            (await world.AppPasswords("ann").CreateAppPasswordAsync(ann.Id, "a program")).ShouldBeDone();
            await world.BindAsync(ann, Mailbox);
            (await ann.LinkAsync(("work", LinkRole.Secondary))).ShouldBeDone();

            // Each has ann in another way: a friend with notes, one who was removed, one who has blocked her, a stranger who has.
            (await world.Account("bob").SetContactAsync(sessions["bob"].Id, new SetContact { Account = "ann", Remark = "from school", Labels = ["a label"] })).ShouldBeDone();
            (await world.Account("cat").SetContactAsync(sessions["cat"].Id, new SetContact { Account = "ann", Remark = "from school" })).ShouldBeDone();
            (await ann.ChangeContactAsync("cat", ContactAction.Remove)).ShouldBeDone();
            (await sessions["dan"].ChangeContactAsync("ann", ContactAction.Block)).ShouldBeDone();
            await world.RegisterAsync("fay", "gil");
            (await (await world.SignInAsync("fay")).ChangeContactAsync("ann", ContactAction.Block)).ShouldBeDone();
            (await ann.ChangeContactAsync("gil", ContactAction.Request, "hello, it is me")).ShouldBeDone();

            (await ann.SendAsync("bob", "words to bob")).ShouldBeDone();
            (await sessions["bob"].SendAsync("ann", "words to ann")).ShouldBeDone();
            var group = await world.GroupAsync(ann, "bob", "eve");
            (await ann.SendAsync(group, "words in the group")).ShouldBeDone();
            await world.ShouldHaveAllAsync("bob", group, 1);
            var own = (await ann.CreateGroupAsync("alone")).ShouldBeDone();
            (await ann.SendAsync("group:" + own.Group.Id, "to herself in a group")).ShouldBeDone();
            await Eventually.TrueAsync(() => s_hers.All(text => text is "from school" || Everything(world).Contains(text, StringComparison.Ordinal)), "all of it to be stored");
            return new Life(world, ann, group);
        }

        public async Task ShouldBeOverAsync()
        {
            var everything = Everything(world);
            Assert.All(s_hers, text => Assert.DoesNotContain(text, everything, StringComparison.Ordinal));
            Assert.Empty(world.Store.All("ann"));
            Assert.Empty(world.Reminders.Of("erasure"));
            Assert.DoesNotContain("holder (ann", world.Store.Dump(), StringComparison.Ordinal);

            // What the others got is theirs.
            Assert.Equal(["words to bob"], world.MessagesFrom("bob", "ann").Select(entry => entry.Body()));
            Assert.Contains("words in the group", world.BodiesOf("eve", group));
            var bob = await world.SignInAsync("bob");
            await Eventually.TrueAsync(() => world.WhatOf("bob", group).Contains("left"), "the group to be left");
            Assert.Equal(["bob", "eve"], (await bob.GetGroupAsync(group)).ShouldBeDone().Members.Select(member => member.Account));
            Assert.Equal(GroupRole.Owner, (await bob.GetGroupAsync(group)).ShouldBeDone().Members[0].Role);
            foreach (var other in (string[])["bob", "cat", "dan", "eve", "fay", "gil"])
            {
                var session = await world.SignInAsync(other);
                Assert.DoesNotContain(session.Pages[other].Contacts, contact => contact.Account == "ann");
                Assert.DoesNotContain("ann", session.Pages[other].Presence.Keys);
            }

            Assert.Null((await world.SignInAsync("work")).View.Group);
            (await world.TryBindAsync(bob, Mailbox, "wrong")).ShouldBeRefused(ErrorCodes.MailAuthFailed);
        }

        private static string Everything(GrainWorld world) => world.Store.Dump() + world.State.Dump();
    }
}
