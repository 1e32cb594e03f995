using OrleansIM.Grains.Tests.Support;
using OrleansIM.Mail;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Tests.Mailboxes;

public sealed class BindingTests
{
    private const string Mailbox = "ann@home.test";

    [Fact]
    public async Task Bind_SignsInAtBothServers_AndSurvivesARestart()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var ann = await world.SignInAsync("ann");
        world.Mail.Mailbox(Mailbox).Deliver("bob@home.test", "hello");

        var bound = (await world.TryBindAsync(ann, " Ann@HOME.test ", FakeMailServer.PasswordOf(Mailbox))).ShouldBeDone();

        Assert.Equal(Mailbox, bound.Address);
        Assert.Equal("hello", Assert.Single(bound.News!.New).Subject);
        Assert.Equal(1, world.Mail.Count("check"));
        await world.RestartAsync();
        Assert.Equal(Mailbox, Assert.Single((await world.SignInAsync("ann")).Pages["ann"].Mailboxes).Address);
    }

    [Theory]
    [InlineData("open")]
    [InlineData("check")]
    public async Task Bind_ServerRefuses_LeavesNothing(string at)
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var ann = await world.SignInAsync("ann");
        world.Mail.Before = (operation, _) => operation == at ? throw new MailException(MailFault.AuthenticationFailed, "no") : Task.CompletedTask;

        (await world.TryBindAsync(ann, Mailbox)).ShouldBeRefused(ErrorCodes.MailAuthFailed);

        Assert.False(await world.Grains.GetGrain<IAccountMailboxObserver>("ann").HasMailboxAsync(Mailbox));
        Assert.Null(await world.Bridge(Mailbox).KeepOpenAsync("ann", DateTimeOffset.MaxValue));
    }

    [Theory]
    [InlineData(MailFault.Unreachable, ErrorCodes.MailUnreachable)]
    [InlineData(MailFault.NotSecure, ErrorCodes.MailUnreachable)]
    [InlineData(MailFault.Garbage, ErrorCodes.MailUnreachable)]
    [InlineData(MailFault.HostNotAllowed, ErrorCodes.InvalidArgument)]
    [InlineData(MailFault.Refused, ErrorCodes.MailRefused)]
    public async Task Bind_ServerFails_SaysHow(MailFault fault, string code)
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        world.Mail.Before = (_, _) => throw new MailException(fault, "what happened");

        var refused = await world.TryBindAsync(await world.SignInAsync("ann"), Mailbox);

        Assert.Equal((code, "what happened"), (refused.Refusal?.Code, refused.Refusal?.Message));
    }

    [Fact]
    public async Task Bind_BoundToAnotherAccount_IsTaken_ForWhoHasThePassword()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, bob) = (await BoundAsync(world), await NewAsync(world, "bob"));

        (await world.TryBindAsync(bob, Mailbox)).ShouldBeRefused(ErrorCodes.MailboxTaken);
        (await world.TryBindAsync(bob, Mailbox, "wrong")).ShouldBeRefused(ErrorCodes.MailAuthFailed);

        (await world.MailOf("ann").UnbindMailboxAsync(ann.Id, Mailbox)).ShouldBeDone();
        (await world.TryBindAsync(bob, Mailbox)).ShouldBeDone();
    }

    [Fact]
    public async Task Bind_ByTwoAtOnce_IsOneAccounts()
    {
        await using var world = await GrainWorld.StartAsync();
        var (ann, bob) = (await NewAsync(world, "ann"), await NewAsync(world, "bob"));
        for (var round = 0; round < 20; round++)
        {
            var mailbox = $"box{round}@home.test";
            var both = await Task.WhenAll(world.TryBindAsync(ann, mailbox), world.TryBindAsync(bob, mailbox));

            var winner = both[0].IsRefused ? ("bob", bob) : ("ann", ann);
            Assert.Single(both, outcome => outcome.Refusal?.Code == ErrorCodes.MailboxTaken);
            Assert.NotNull(await world.Bridge(mailbox).KeepOpenAsync(winner.Item1, default));
            (await world.MailOf(winner.Item1).UnbindMailboxAsync(winner.Item2.Id, mailbox)).ShouldBeDone();
        }
    }

    [Fact]
    public async Task Bind_OverTheLimit_IsRefused_RebindingIsNot()
    {
        await using var world = await GrainWorld.StartAsync(("Mail:MaxMailboxes", "1"));
        var ann = await BoundAsync(world);

        (await world.TryBindAsync(ann, "other@home.test")).ShouldBeRefused(ErrorCodes.LimitReached);
        (await world.TryBindAsync(ann, Mailbox)).ShouldBeDone();
        (await world.TryBindAsync(ann, "no address")).ShouldBeRefused(ErrorCodes.InvalidArgument);
    }

    [Fact]
    public async Task Bind_AgainWithAWrongPassword_LeavesTheBindingAsItWas()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await BoundAsync(world);

        (await world.TryBindAsync(ann, Mailbox, "wrong")).ShouldBeRefused(ErrorCodes.MailAuthFailed);

        Assert.NotNull(await world.Bridge(Mailbox).KeepOpenAsync("ann", default));
        Assert.Equal("open", world.States(ann, Mailbox)[^1]);
    }

    [Fact]
    public async Task Bind_GuessedPasswords_SlowDown()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:SlowDownAfter", "2"));
        var ann = await NewAsync(world, "ann");
        (await world.TryBindAsync(ann, Mailbox, "wrong 1")).ShouldBeRefused(ErrorCodes.MailAuthFailed);
        (await world.TryBindAsync(ann, Mailbox, "wrong 2")).ShouldBeRefused(ErrorCodes.MailAuthFailed);

        (await world.TryBindAsync(ann, Mailbox)).ShouldBeRefused(ErrorCodes.SlowDown);

        world.Clock.Advance(TimeSpan.FromMinutes(2));
        (await world.TryBindAsync(ann, Mailbox)).ShouldBeDone();
    }

    [Fact]
    public async Task Bind_ProcessDiesAtAnyWrite_IsWholeAfterTheNextSignIn()
    {
        for (var survives = 0; survives < 4; survives++)
        {
            await using var world = await GrainWorld.StartAsync();
            var (ann, bob) = (await NewAsync(world, "ann"), await NewAsync(world, "bob"));
            var left = survives;
            world.State.BeforeWrite = (_, _) =>
            {
                if (Interlocked.Decrement(ref left) < 0)
                {
                    throw new IOException("the process died");
                }
            };
            await Record.ExceptionAsync(() => world.TryBindAsync(ann, Mailbox));
            world.State.BeforeWrite = null;
            await world.RestartAsync();

            ann = await world.SignInAsync("ann");
            var isBound = await world.Bridge(Mailbox).KeepOpenAsync("ann", default) is not null;

            await Eventually.TrueAsync(
                async () => await world.Grains.GetGrain<IAccountMailboxObserver>("ann").HasMailboxAsync(Mailbox) == isBound, "the account to say what the bridge says");
            Assert.Equal(survives >= 2, isBound);
            bob = await world.SignInAsync("bob");
            Assert.Equal(isBound ? ErrorCodes.MailboxTaken : null, (await world.TryBindAsync(bob, Mailbox)).Refusal?.Code);
        }
    }

    [Fact]
    public async Task Bind_BridgeBoundToAnAccountThatKnowsNothingOfIt_GoesToWhoProvesToOwnIt()
    {
        await using var world = await GrainWorld.StartAsync();
        var bob = await NewAsync(world, "bob");
        world.Mail.Mailbox(Mailbox).Deliver("x@home.test", "old owner's");
        (await world.Bridge(Mailbox).BindAsync("ann", Request())).ShouldBeDone();

        (await world.TryBindAsync(bob, Mailbox)).ShouldBeDone();

        Assert.Null(await world.Bridge(Mailbox).KeepOpenAsync("ann", default));
    }

    [Fact]
    public async Task Unbind_ForgetsEverything()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await BoundAsync(world);
        var other = await world.SignInAsync("ann");
        await Eventually.TrueAsync(() => world.Mail.Count("contacts") == 1, "the contacts to be read");

        (await world.MailOf("ann").UnbindMailboxAsync(ann.Id, Mailbox)).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Mail.Open == 0, "no connection");
        await Eventually.TrueAsync(() => world.Signals(other, "channel").Any(data => data.TryGetProperty("removed", out var removed) && removed.GetBoolean()), "the other device to hear of it");
        Assert.DoesNotContain(Mailbox, world.State.Dump(), StringComparison.Ordinal);
        Assert.Empty((await world.SignInAsync("ann")).Pages["ann"].Mailboxes);
        (await world.MailOf("ann").UnbindMailboxAsync(ann.Id, Mailbox)).ShouldBeRefused(ErrorCodes.UnknownMailbox);
    }

    [Fact]
    public async Task Unbind_ProcessDiesAtAnyWrite_CanBeDoneAgain()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await BoundAsync(world);
        world.State.BeforeWrite = (name, _) =>
        {
            if (name == "account")
            {
                throw new IOException("the process died");
            }
        };
        await Record.ExceptionAsync(() => world.MailOf("ann").UnbindMailboxAsync(ann.Id, Mailbox));
        world.State.BeforeWrite = null;
        await world.RestartAsync();

        await world.SignInAsync("ann");

        await Eventually.TrueAsync(async () => !await world.Grains.GetGrain<IAccountMailboxObserver>("ann").HasMailboxAsync(Mailbox), "the account to have dropped it");
    }

    [Fact]
    public async Task Delete_Account_FreesItsMailboxes()
    {
        await using var world = await GrainWorld.StartAsync();
        await BoundAsync(world);
        var bob = await NewAsync(world, "bob");

        (await world.Credentials("ann").DeleteAsync()).ShouldBeDone();

        (await world.TryBindAsync(bob, Mailbox)).ShouldBeDone();
    }

    [Fact]
    public async Task Secret_IsNowhereInWhatIsStored()
    {
        await using var world = await GrainWorld.StartAsync();
        await BoundAsync(world);

        Assert.Contains(Mailbox, world.State.Dump(), StringComparison.Ordinal);
        Assert.DoesNotContain(FakeMailServer.PasswordOf(Mailbox), world.State.Dump(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bound_FriendsLearnOfIt_OthersDoNot()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.FriendsAsync("ann", "bob");
        var zed = await NewAsync(world, "zed");
        await sessions[0].ChangeContactAsync("zed", OrleansIM.Contacts.ContactAction.Request);

        await world.BindAsync(sessions[0], Mailbox);

        await Eventually.TrueAsync(async () => (await ContactAsync(world, "bob", "ann"))?.Mailboxes is [Mailbox], "bob to know ann's mailbox");
        Assert.Null((await ContactAsync(world, "zed", "ann"))!.Mailboxes);
        (await zed.ChangeContactAsync("ann", OrleansIM.Contacts.ContactAction.Accept)).ShouldBeDone();
        Assert.Equal([Mailbox], (await ContactAsync(world, "zed", "ann"))!.Mailboxes!);
        (await zed.ChangeContactAsync("ann", OrleansIM.Contacts.ContactAction.Remove)).ShouldBeDone();
        Assert.Null((await ContactAsync(world, "zed", "ann"))?.Mailboxes);

        (await world.MailOf("ann").UnbindMailboxAsync(sessions[0].Id, Mailbox)).ShouldBeDone();
        await Eventually.TrueAsync(async () => (await ContactAsync(world, "bob", "ann"))!.Mailboxes is null, "bob to know that ann has none");
    }

    private static async Task<OrleansIM.Contacts.Contact?> ContactAsync(GrainWorld world, string account, string other) =>
        (await world.SignInAsync(account)).Pages[account].Contacts.SingleOrDefault(contact => contact.Account == other);

    private static BindMailbox Request() => new() { Address = Mailbox, Auth = new MailAuth { Password = FakeMailServer.PasswordOf(Mailbox) } };

    private static async Task<TestSession> NewAsync(GrainWorld world, string account)
    {
        await world.RegisterAsync(account);
        return await world.SignInAsync(account);
    }

    private static async Task<TestSession> BoundAsync(GrainWorld world)
    {
        var ann = await NewAsync(world, "ann");
        await world.BindAsync(ann, Mailbox);
        return ann;
    }
}
