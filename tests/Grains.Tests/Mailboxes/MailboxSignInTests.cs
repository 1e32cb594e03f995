using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Links;
using OrleansIM.Mail;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Tests.Mailboxes;

public sealed class MailboxSignInTests
{
    private const string Mailbox = "ann@home.test";

    [Fact]
    public async Task SignIn_RightPassword_IsTheAccount()
    {
        await using var world = await GrainWorld.StartAsync();
        await BoundAsync(world);

        var granted = (await world.Bridge(Mailbox).SignInAsync(FakeMailServer.PasswordOf(Mailbox))).ShouldBeDone();

        Assert.Equal("ann", granted.Account);
        var session = await world.EnterAsync("ann", granted.Grant, "mailbox");
        Assert.Equal(Mailbox, Assert.Single(session.Pages["ann"].Mailboxes).Address);
    }

    [Fact]
    public async Task SignIn_WhateverIsWrong_LooksTheSame()
    {
        await using var world = await GrainWorld.StartAsync();
        await BoundAsync(world);

        var refusals = new[]
        {
            await world.Bridge(Mailbox).SignInAsync("wrong"),
            await world.Bridge("nobody@home.test").SignInAsync("wrong"),
            await world.Bridge("nobody@home.test").SignInAsync(FakeMailServer.PasswordOf("nobody@home.test")),
        };
        (await world.Credentials("ann").SetDisabledAsync(true)).ShouldBeDone();
        var disabled = await world.Bridge(Mailbox).SignInAsync(FakeMailServer.PasswordOf(Mailbox));

        Assert.All([.. refusals, disabled], refused => Assert.Equal((ErrorCodes.BadCredentials, refusals[0].Refusal!.Message), (refused.Refusal?.Code, refused.Refusal?.Message)));
    }

    [Fact]
    public async Task SignIn_ServerCannotBeAsked_IsUnavailable()
    {
        await using var world = await GrainWorld.StartAsync();
        await BoundAsync(world);
        world.Mail.Before = (operation, _) => operation == "open" ? throw new MailException(MailFault.Unreachable, "gone") : Task.CompletedTask;

        (await world.Bridge(Mailbox).SignInAsync(FakeMailServer.PasswordOf(Mailbox))).ShouldBeRefused(ErrorCodes.Unavailable);
    }

    [Fact]
    public async Task SignIn_GuessedPasswords_SlowDown()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:SlowDownAfter", "2"));
        await BoundAsync(world);
        var asked = world.Mail.Count("open");
        await world.Bridge(Mailbox).SignInAsync("wrong 1");
        await world.Bridge(Mailbox).SignInAsync("wrong 2");

        (await world.Bridge(Mailbox).SignInAsync(FakeMailServer.PasswordOf(Mailbox))).ShouldBeRefused(ErrorCodes.SlowDown);

        Assert.Equal(asked + 2, world.Mail.Count("open"));
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        (await world.Bridge(Mailbox).SignInAsync(FakeMailServer.PasswordOf(Mailbox))).ShouldBeDone();
    }

    [Fact]
    public async Task SignIn_NewPassword_IsLearned_AndTheChannelComesBack()
    {
        await using var world = await GrainWorld.StartAsync(("Mail:RetryFirst", "00:00:00.020"));
        var ann = await BoundAsync(world);
        var box = world.Mail.Mailbox(Mailbox);
        box.Password = "new one";
        var left = 1;
        world.Mail.Before = (operation, _) => operation == "woken" && Interlocked.Decrement(ref left) == 0 ? throw new MailException(MailFault.Unreachable, "gone") : Task.CompletedTask;
        box.Wake();
        await Eventually.TrueAsync(() => world.Signals(ann, "channel")[^1].TryGetProperty("error", out var error) && error.GetProperty("code").GetString() == ErrorCodes.MailAuthFailed, "the refusal");

        (await world.Bridge(Mailbox).SignInAsync("new one")).ShouldBeDone();

        await world.SeesChannelAsync(ann, Mailbox, "open");
    }

    [Fact]
    public async Task SignIn_SwitchedOff_IsRefused_WithoutAskingTheServer()
    {
        await using var world = await GrainWorld.StartAsync(("Mail:SignIn", "Off"));
        await BoundAsync(world);
        var asked = world.Mail.Count("open");

        (await world.Bridge(Mailbox).SignInAsync(FakeMailServer.PasswordOf(Mailbox))).ShouldBeRefused(ErrorCodes.BadCredentials);

        Assert.Equal(asked, world.Mail.Count("open"));
    }

    [Theory]
    [InlineData("MailOnly", true)]
    [InlineData("Full", false)]
    public async Task Session_OfAMailbox_MayDoWhatTheOperatorWants(string mode, bool isLimited)
    {
        await using var world = await GrainWorld.StartAsync(("Mail:SignIn", mode));
        var owner = await BoundAsync(world);
        await world.RegisterAsync("bob", "work", "other");
        await GrainWorld.BefriendAsync(owner, await world.SignInAsync("bob"));
        (await owner.LinkAsync(("work", LinkRole.Secondary))).ShouldBeDone();
        var granted = (await world.Bridge(Mailbox).SignInAsync(FakeMailServer.PasswordOf(Mailbox))).ShouldBeDone();

        var session = await world.EnterAsync("ann", granted.Grant, "mailbox");

        // Its page, its messages, its mail.
        (await session.SendAsync("bob", "hello")).ShouldBeDone();
        (await world.MailOf("ann").ListMailsAsync(session.Id, new MailQuery { Mailbox = Mailbox, Limit = 1 })).ShouldBeDone();
        Assert.Equal(isLimited ? ["ann"] : ["ann", "work"], session.Pages.Keys.Order());
        // A master's right to other pages is nothing it can borrow.
        Assert.Equal(isLimited, (await session.OpenAsync("work")).IsRefused);
        var account = world.Account("ann");
        string?[] refusals =
        [
            (await account.ListSessionsAsync(session.Id)).Refusal?.Code,
            (await session.LinkAsync(("other", LinkRole.Secondary))).Refusal?.Code,
            (await account.RemoveLinkAsync(session.Id, "work")).Refusal?.Code,
            (await world.TryBindAsync(session, "second@home.test")).Refusal?.Code,
            (await world.MailOf("ann").UnbindMailboxAsync(session.Id, "second@home.test")).Refusal?.Code,
            (await world.Credentials("ann").ChangePasswordAsync(new ChangePassword { Token = session.Token, Old = GrainWorld.Password("ann"), New = "new password" })).Refusal?.Code,
            (await account.EndSessionAsync(session.Id, owner.Id)).Refusal?.Code,
            (await world.Credentials("ann").LogOutAsync(session.Token, everywhere: true)).Refusal?.Code,
        ];
        if (isLimited)
        {
            Assert.All(refusals, code => Assert.Equal(ErrorCodes.Forbidden, code));
            (await world.Credentials("ann").LogOutAsync(session.Token, everywhere: false)).ShouldBeDone();
        }
        else
        {
            Assert.DoesNotContain(ErrorCodes.Forbidden, refusals);
        }
    }

    private static async Task<TestSession> BoundAsync(GrainWorld world)
    {
        await world.RegisterAsync("ann");
        var ann = await world.SignInAsync("ann");
        await world.BindAsync(ann, Mailbox);
        return ann;
    }
}
