using OrleansIM.Grains.Tests.Support;
using OrleansIM.Mail;
using OrleansIM.Mailboxes;
using OrleansIM.Profiles;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Tests.Mailboxes;

public sealed class SendingTests
{
    private const string Mailbox = "ann@home.test";

    [Fact]
    public async Task Send_ToFriendsAndAddresses_ReportsEach_AndFilesACopy()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await FriendsAsync(world);
        world.Mail.Refused["nobody@else.test"] = false;
        world.Mail.Refused["later@else.test"] = true;

        var sent = (await world.MailAsync(
            sessions[0], Mailbox, ["bob", "cat", "zed"], addresses: ["Dan@Else.test", "nobody@else.test", "later@else.test", "no address", "bob@else.test"])).ShouldBeDone();

        Assert.Equal(["bob", "Dan@Else.test", "bob@else.test"], sent.Sent);
        Assert.Equal(
            [("cat", "no_address"), ("zed", ErrorCodes.NotFriends), ("no address", ErrorCodes.InvalidArgument), ("nobody@else.test", ErrorCodes.MailRefused), ("later@else.test", ErrorCodes.MailUnreachable)],
            sent.Failed.Select(failed => (failed.To, failed.Reason)));
        Assert.Equal("550 nobody here", sent.Failed[3].Detail);
        var (envelope, draft) = Assert.Single(world.Mail.Submitted);
        Assert.Equal((Mailbox, "bob@else.test Dan@else.test nobody@else.test later@else.test"), (envelope.From, string.Join(' ', envelope.Recipients)));
        Assert.Equal(new MailAddress("bob@else.test", "Bob Himself"), draft.To[0]); // Not what ann calls him.
        Assert.Equal(new MailAddress(Mailbox, "ann"), draft.From);
        await Eventually.TrueAsync(() => world.Mail.Mailbox(Mailbox).Sent is [var copy] && copy.MessageId == draft.MessageId, "the copy");
    }

    [Fact]
    public async Task Send_MappedAddress_WinsOverTheProfile()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await FriendsAsync(world);
        (await world.MailOf("ann").MapAddressAsync(sessions[0].Id, "robert@mapped.test", "bob")).ShouldBeDone();

        (await world.MailAsync(sessions[0], Mailbox, ["bob"])).ShouldBeDone();

        Assert.Equal(["robert@mapped.test"], Assert.Single(world.Mail.Submitted).Envelope.Recipients);
    }

    [Fact]
    public async Task Send_SameCidAgain_SendsOnce_AndGivesTheSameAnswer()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await FriendsAsync(world);

        var first = (await world.MailAsync(sessions[0], Mailbox, ["bob", "cat"], "1")).ShouldBeDone();
        (await world.MailOf("ann").MapAddressAsync(sessions[0].Id, "cat@else.test", "cat")).ShouldBeDone();
        var again = (await world.MailAsync(sessions[0], Mailbox, ["bob", "cat"], "1")).ShouldBeDone();
        await world.RestartAsync();
        var ann = await world.SignInAsync("ann");
        var later = (await world.MailAsync(ann, Mailbox, ["bob", "cat"], "1")).ShouldBeDone();

        Assert.Single(world.Mail.Submitted);
        foreach (var answer in new[] { again, later })
        {
            Assert.Equal(first.Sent, answer.Sent);
            Assert.Equal(first.Failed, answer.Failed);
        }
    }

    [Fact]
    public async Task Send_SameCidAtOnce_SendsOnce()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await FriendsAsync(world);
        world.Mail.Before = (operation, _) => operation == "submit" ? Task.Delay(200, CancellationToken.None) : Task.CompletedTask;

        var all = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => world.MailAsync(sessions[0], Mailbox, ["bob"], "1")));

        Assert.All(all, sent => Assert.Equal(["bob"], sent.ShouldBeDone().Sent));
        Assert.Single(world.Mail.Submitted);
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)] // The server's own copy tells that it was taken.
    public async Task Send_DiesBeforeTheOutcomeIsNoted_LooksInSentFirst(bool keepsSent, int submissions)
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await FriendsAsync(world);
        world.Mail.KeepsSent = keepsSent;
        world.Mail.AfterSubmit = () => world.State.BeforeWrite = (name, _) => throw new IOException($"the process died at {name}");
        await Record.ExceptionAsync(() => world.MailAsync(sessions[0], Mailbox, ["bob"], "1"));
        Assert.Single(world.Mail.Submitted);
        (world.Mail.AfterSubmit, world.State.BeforeWrite) = (null, null);
        await world.RestartAsync();
        var ann = await world.SignInAsync("ann");

        Assert.Equal(["bob"], (await world.MailAsync(ann, Mailbox, ["bob"], "1")).ShouldBeDone().Sent);

        Assert.Equal(submissions, world.Mail.Submitted.Count);
        Assert.Single(world.Mail.Submitted.Select(mail => mail.Draft.MessageId).Distinct());
        Assert.Single(world.Mail.Submitted.Select(mail => mail.Draft.Date).Distinct());
        Assert.True(world.Mail.Count("sent") > 0);
    }

    [Fact]
    public async Task Send_DiesBeforeItIsHandedOver_IsSentByTheRepeat()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await FriendsAsync(world);
        world.State.BeforeWrite = (_, _) => throw new IOException("the process died");
        await Record.ExceptionAsync(() => world.MailAsync(sessions[0], Mailbox, ["bob"], "1"));
        Assert.Empty(world.Mail.Submitted);
        world.State.BeforeWrite = null;
        await world.RestartAsync();

        (await world.MailAsync(await world.SignInAsync("ann"), Mailbox, ["bob"], "1")).ShouldBeDone();

        Assert.Single(world.Mail.Submitted);
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task Send_OutcomeUnknown_RepeatLooksFirst(bool keepsSent, int submissions)
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await FriendsAsync(world);
        world.Mail.KeepsSent = keepsSent;
        world.Mail.AfterSubmit = () => throw new MailException(MailFault.OutcomeUnknown, "cut after DATA");

        var cut = await world.MailAsync(sessions[0], Mailbox, ["bob"], "1");
        cut.ShouldBeRefused(ErrorCodes.MailUnreachable);
        Assert.Contains("same cid", cut.Refusal!.Message, StringComparison.Ordinal);
        world.Mail.AfterSubmit = null;

        Assert.Equal(["bob"], (await world.MailAsync(sessions[0], Mailbox, ["bob"], "1")).ShouldBeDone().Sent);
        Assert.Equal(submissions, world.Mail.Submitted.Count);
    }

    [Fact]
    public async Task Send_OutcomeUnknownAndNobodyCanLook_IsNotSentAgain()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await FriendsAsync(world);
        world.Mail.AfterSubmit = () => throw new MailException(MailFault.OutcomeUnknown, "cut after DATA");
        await world.MailAsync(sessions[0], Mailbox, ["bob"], "1");
        world.Mail.AfterSubmit = null;
        world.Mail.Before = (operation, _) => operation == "sent" ? throw new MailException(MailFault.Unreachable, "gone") : Task.CompletedTask;

        (await world.MailAsync(sessions[0], Mailbox, ["bob"], "1")).ShouldBeRefused(ErrorCodes.MailUnreachable);

        Assert.Single(world.Mail.Submitted);
    }

    [Theory]
    [InlineData(MailFault.Unreachable, ErrorCodes.MailUnreachable)]
    [InlineData(MailFault.AuthenticationFailed, ErrorCodes.MailAuthFailed)]
    [InlineData(MailFault.Refused, ErrorCodes.MailRefused)]
    public async Task Send_ServerFails_RepeatIsAFirstAttempt(MailFault fault, string code)
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await FriendsAsync(world);
        world.Mail.Before = (operation, _) => operation == "submit" ? throw new MailException(fault, "no") : Task.CompletedTask;

        (await world.MailAsync(sessions[0], Mailbox, ["bob"], "1")).ShouldBeRefused(code);
        world.Mail.Before = null;
        (await world.MailAsync(sessions[0], Mailbox, ["bob"], "1")).ShouldBeDone();

        Assert.Single(world.Mail.Submitted);
        Assert.Equal(0, world.Mail.Count("sent"));
    }

    [Fact]
    public async Task Send_AllRefusedForNow_RepeatTriesAgain()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await FriendsAsync(world);
        world.Mail.Refused["bob@else.test"] = true;

        Assert.Equal(ErrorCodes.MailUnreachable, Assert.Single((await world.MailAsync(sessions[0], Mailbox, ["bob"], "1")).ShouldBeDone().Failed).Reason);
        world.Mail.Refused.Clear();

        Assert.Equal(["bob"], (await world.MailAsync(sessions[0], Mailbox, ["bob"], "1")).ShouldBeDone().Sent);
    }

    [Fact]
    public async Task Send_CopyCannotBeFiled_IsSentAllTheSame_AndFiledWhenTheChannelOpensAgain()
    {
        await using var world = await GrainWorld.StartAsync(("Mail:LingerSeconds", "0"));
        var sessions = await FriendsAsync(world);
        world.Mail.Before = (operation, _) => operation == "append" ? throw new MailException(MailFault.Refused, "over quota") : Task.CompletedTask;

        Assert.Equal(["bob"], (await world.MailAsync(sessions[0], Mailbox, ["bob"])).ShouldBeDone().Sent);
        Assert.Empty(world.Mail.Mailbox(Mailbox).Sent);
        world.Mail.Before = null;
        await world.RestartAsync();
        await world.SignInAsync("ann");

        await Eventually.TrueAsync(() => world.Mail.Mailbox(Mailbox).Sent.Length == 1, "the copy");
        Assert.Single(world.Mail.Submitted);
    }

    [Fact]
    public async Task Send_CopyCannotBeFiled_IsTriedAgainWhileTheChannelStaysOpen()
    {
        await using var world = await GrainWorld.StartAsync(("Mail:RetryFirst", "00:00:00.05"), ("Mail:RetryMost", "00:00:00.1"));
        var sessions = await FriendsAsync(world);
        var attempts = 0;
        world.Mail.Before = (operation, _) => operation == "append" && Interlocked.Increment(ref attempts) < 4
            ? throw new MailException(MailFault.Refused, "over quota") : Task.CompletedTask;

        Assert.Equal(["bob"], (await world.MailAsync(sessions[0], Mailbox, ["bob"])).ShouldBeDone().Sent);

        await Eventually.TrueAsync(() => world.Mail.Mailbox(Mailbox).Sent.Length == 1, "the copy", TimeSpan.FromSeconds(30));
        Assert.Single(world.Mail.Submitted);
    }

    [Fact]
    public async Task Send_ServerKeepsSent_FilesNothing()
    {
        await using var world = await GrainWorld.StartAsync(
            ("Mail:Domains:home.test:KeepsSent", "true"), ("Mail:Domains:home.test:Imap:Host", "imap.home.test"), ("Mail:Domains:home.test:Imap:Port", "993"));
        var sessions = await FriendsAsync(world);

        (await world.MailAsync(sessions[0], Mailbox, ["bob"])).ShouldBeDone();

        Assert.Equal(0, world.Mail.Count("append"));
    }

    [Fact]
    public async Task Reply_JoinsTheThread_OrGoesWithoutItWhenThatCannotBeRead()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await FriendsAsync(world);
        world.Mail.Mailbox(Mailbox).Thread = new MailThread("<3@x>", ["<1@x>", "<2@x>"]);

        (await world.MailAsync(sessions[0], Mailbox, ["bob"], replyTo: 7)).ShouldBeDone();
        world.Mail.Before = (operation, _) => operation == "thread" ? throw new MailException(MailFault.Unreachable, "gone") : Task.CompletedTask;
        (await world.MailAsync(sessions[0], Mailbox, ["bob"], replyTo: 7)).ShouldBeDone();

        var drafts = world.Mail.Submitted.Select(mail => mail.Draft).ToArray();
        Assert.Equal(("<3@x>", "<1@x> <2@x> <3@x>"), (drafts[0].InReplyTo, string.Join(' ', drafts[0].References)));
        Assert.Null(drafts[1].InReplyTo);
    }

    [Fact]
    public async Task Send_WhatDoesNotFit_IsRefused()
    {
        await using var world = await GrainWorld.StartAsync(("Mail:MaxRecipients", "2"));
        var sessions = await FriendsAsync(world);

        (await world.MailAsync(sessions[0], "other@home.test", ["bob"])).ShouldBeRefused(ErrorCodes.UnknownMailbox);
        (await world.MailAsync(sessions[1], Mailbox, ["ann"])).ShouldBeRefused(ErrorCodes.UnknownMailbox);
        (await world.MailAsync(sessions[0], Mailbox, [])).ShouldBeRefused(ErrorCodes.InvalidArgument);
        (await world.MailAsync(sessions[0], Mailbox, ["bob", "cat", "dan"])).ShouldBeRefused(ErrorCodes.InvalidArgument);
        Assert.Equal("no_address", Assert.Single((await world.MailAsync(sessions[0], Mailbox, ["cat"])).ShouldBeDone().Failed).Reason);
        Assert.Empty(world.Mail.Submitted);
    }

    private static async Task<TestSession[]> FriendsAsync(GrainWorld world)
    {
        var sessions = await world.FriendsAsync("ann", "bob", "cat");
        (await world.Account("bob").SetProfileAsync(sessions[1].Id, new SetProfile { DisplayName = "Bob Himself", Email = "bob@else.test" })).ShouldBeDone();
        (await world.Account("ann").SetContactAsync(sessions[0].Id, new OrleansIM.Contacts.SetContact { Account = "bob", Remark = "the boring one" })).ShouldBeDone();
        await world.BindAsync(sessions[0], Mailbox);
        await Eventually.TrueAsync(
            async () => (await world.SignInAsync("ann")).Pages["ann"].Contacts.Any(contact => contact.Email is not null), "bob's address to be known");
        return sessions;
    }
}
