using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;
using OrleansIM.Protocol;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission M1 to M9, M12, M13: mail and IM as one, with a real IMAP and a real submission server.</summary>
public sealed class MailJourneys(MailServers servers) : IClassFixture<MailServers>
{
    // A new mailbox of this server has no folder with the attribute \Sent, so that one of this name is made.
    private const string Sent = "Sent";

    private DovecotServer Dovecot => servers.Dovecot;

    private string[] Settings =>
    [
        "--Mail:AllowPrivateHosts=true", $"--Mail:TrustedAuthorities={Dovecot.AuthorityFile}", "--Mail:LingerSeconds=0",
        "--Mail:RetryFirst=00:00:00.2", "--Mail:RetryMost=00:00:00.5",
        "--Mail:Domains:example.test:Imap:Host=localhost", $"--Mail:Domains:example.test:Imap:Port={Dovecot.ImapsPort}",
        "--Mail:Domains:example.test:Smtp:Host=localhost", $"--Mail:Domains:example.test:Smtp:Port={servers.Submission.StartTlsPort}",
        "--Mail:Domains:example.test:Smtp:Security=StartTls",
    ];

    [SkippableFact]
    public async Task Mailbox_BoundAndUnbound_IsOnThePageAndItsMailsHaveTheFriendsNames()
    {
        SkipWithoutServers();
        await using var server = await TestServer.StartAsync(Settings);
        using var ann = await server.JoinAsync("ann");
        using var bob = await server.JoinAsync("bob");
        await ann.BefriendAsync(bob);
        var (box, bobs, other) = (Dovecot.AddMailbox(), Dovecot.AddMailbox(), Dovecot.AddMailbox());
        await bob.OkAsync("profile.set", new { @as = bob.Account, displayName = "Bob B.", email = bobs.Address });

        var bound = (await BindAsync(ann, box)).GetProperty("mailbox");
        Assert.Equal(box.Address, bound.Text("address"));
        Assert.DoesNotContain(box.Password, bound.GetRawText(), StringComparison.Ordinal);
        await OpenAsync(ann, box);

        // M6, M7: it is pushed, with the friend's name, and counted at the friend.
        await Dovecot.DeliverAsync(box, Mail(bobs.Address, "Lunch?", $"At noon. Copy to {other.Address}."));
        var mail = await MailAsync(ann, box, data => data.List("new").Length == 1 && FriendOf(data, 0) == bob.Account, "the mail of bob");
        var shown = mail.List("new")[0];
        Assert.Equal((1, "Lunch?", "Bob B.", 1), (mail.Number("unread"), shown.Text("subject"), shown.GetProperty("from").GetProperty("friend").Text("name"), mail.GetProperty("badge").Number(bob.Account)));
        Assert.StartsWith("At noon.", shown.Text("preview"), StringComparison.Ordinal);

        // M5, M12: a mapping, made in this session, changes what is shown without a look at the mail server.
        await Dovecot.DeliverAsync(box, Mail(other.Address, "From elsewhere", "Hello."));
        await MailAsync(ann, box, data => data.Number("unread") == 2 && FriendOf(data, 0) is null, "the mail of somebody");
        await ann.OkAsync("mail.map", new { @as = ann.Account, address = other.Address, friend = bob.Account });
        await MailAsync(ann, box, data => FriendOf(data, 0) == bob.Account && data.GetProperty("badge").Number(bob.Account) == 2, "the mapped mail");
        await ann.AnyAsync(e => e.Is("contact", ann.Account) && Emails(e.Data.GetProperty("contact")).Contains(other.Address), "the mapped address at the contact");

        // M3, M10: contacts of the mailbox know the friends.
        await Eventually.TrueAsync(
            async () => (await ann.OkAsync("mail.contacts", new { @as = ann.Account, address = box.Address })).List("contacts")
                .Any(contact => contact.Text("address") == bobs.Address && contact.Has("friend")),
            "bob among the mail contacts", RawClient.Patience);

        // What was stored is there after a restart, and the channel opens again by itself.
        await server.RestartAsync();
        await ann.ByeAsync(4000);
        using var back = await server.SignInAsync(ann.Account);
        var page = back.Page(ann.Account);
        var mailbox = Assert.Single(page.List("mailboxes"));
        Assert.Equal((box.Address, 2), (mailbox.Text("address"), mailbox.Number("unread")));
        var contact = Assert.Single(page.List("contacts"));
        Assert.Equal([bobs.Address, other.Address], Emails(contact));
        Assert.Equal((2, "From elsewhere"), (contact.GetProperty("mail").Number("unread"), contact.GetProperty("mail").Text("latest")));
        await OpenAsync(back, box);
        await Dovecot.DeliverAsync(box, Mail(other.Address, "After the restart", "Again."));
        await MailAsync(back, box, data => data.Number("unread") == 3 && FriendOf(data, 0) == bob.Account, "the mail after the restart");

        // Read elsewhere.
        await RawImap.ReadAllAsync(Dovecot, box);
        await MailAsync(back, box, data => data.Number("unread") == 0 && data.List("new").Length == 0, "that all was read");
        Assert.Equal(3, (await back.OkAsync("mail.list", new { @as = ann.Account, address = box.Address, limit = 3 })).List("mails").Length);

        // And gone, on every device, when it is unbound.
        using var second = await server.SignInAsync(ann.Account);
        await back.OkAsync("mail.unbind", new { @as = ann.Account, address = box.Address.ToUpperInvariant() });
        await second.AnyAsync(e => e.Is("channel", ann.Account) && e.Data.Has("removed"), "the end of the mailbox");
        using var last = await server.SignInAsync(ann.Account);
        Assert.Empty(last.Page(ann.Account).List("mailboxes"));
        Assert.Equal("unknown_mailbox", await last.RefusalAsync("mail.list", new { @as = ann.Account, address = box.Address }));
        Assert.Equal("bad_credentials", (await Api.PostAsync(server.Address, "v1/login", new { login = box.Address, password = box.Password })).Code);
        await Eventually.TrueAsync(async () => await Dovecot.CountConnectionsAsync(box) == 0, "the channel to be closed", RawClient.Patience);
        Assert.Empty(server.Errors);
    }

    [SkippableFact]
    public async Task Mail_SentToFriendsAndAddresses_ArrivesOnceAndIsReportedForEach()
    {
        SkipWithoutServers();
        await using var server = await TestServer.StartAsync(Settings);
        using var ann = await server.JoinAsync("ann");
        using var bob = await server.JoinAsync("bob");
        using var cat = await server.JoinAsync("cat");
        await ann.BefriendAsync(bob);
        await ann.BefriendAsync(cat);
        var (box, bobs, other) = (Dovecot.AddMailbox(), Dovecot.AddMailbox(), Dovecot.AddMailbox());
        await BindAsync(ann, box);
        await BindAsync(bob, bobs);
        await OpenAsync(ann, box);
        await OpenAsync(bob, bobs);
        await ann.AnyAsync(e => e.Is("contact", ann.Account) && Emails(e.Data.GetProperty("contact")).Contains(bobs.Address), "bob's mailbox at the contact");

        // M8: to a friend by the mailbox it has bound, to an address, to a friend without one, to one that the server refuses.
        var mail = new
        {
            @as = ann.Account,
            address = box.Address,
            to = new[] { bob.Account, cat.Account },
            toAddresses = new[] { other.Address, SubmissionServer.UnknownRecipient },
            subject = "Grüße – hello",
            text = "First line\nSecond line: äöü",
            cid = "the-cid",
        };
        var sent = await ann.OkAsync("mail.send", mail);
        Assert.Equal(new[] { bob.Account, other.Address }.Order(), sent.List("sent").Select(one => one.GetString()!).Order());
        Assert.Equal(
            new[] { $"{cat.Account} no_address", $"{SubmissionServer.UnknownRecipient} mail_refused" }.Order(),
            sent.List("failed").Select(one => $"{one.Text("to")} {one.Text("reason")}").Order());

        // The friend sees who wrote, by name.
        var got = await MailAsync(bob, bobs, data => data.Number("unread") == 1, "the mail of ann");
        Assert.Equal(("Grüße – hello", ann.Account), (got.List("new")[0].Text("subject"), FriendOf(got, 0)));
        await Eventually.TrueAsync(async () => await RawImap.CountAsync(Dovecot, other, "INBOX") == 1, "the other to have it", RawClient.Patience);
        await Eventually.TrueAsync(async () => await RawImap.CountAsync(Dovecot, box, Sent) == 1, "the copy in Sent", RawClient.Patience);

        // The same cid again, also after a restart: the same answer, and no second mail.
        Assert.Equal(sent.GetRawText(), (await ann.OkAsync("mail.send", mail)).GetRawText());
        await server.RestartAsync();
        using var back = await server.SignInAsync(ann.Account);
        Assert.Equal(sent.GetRawText(), (await back.OkAsync("mail.send", mail)).GetRawText());

        // An answer stands in the thread of what it answers.
        using var bobAgain = await server.SignInAsync(bob.Account);
        var uid = bobAgain.Page(bob.Account).List("mailboxes")[0].List("new")[0].Number("uid");
        await bobAgain.OkAsync("mail.send", new { @as = bob.Account, address = bobs.Address, to = new[] { ann.Account }, subject = "Re: hello", text = "Hi", cid = "re", replyTo = uid });
        await Eventually.TrueAsync(async () => await RawImap.CountAsync(Dovecot, box, "INBOX") == 1, "the answer", RawClient.Patience);
        Assert.Contains("In-Reply-To: <", await RawImap.NewestHeaderAsync(Dovecot, box, "INBOX"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal((1, 1, 1), (await RawImap.CountAsync(Dovecot, bobs, "INBOX"), await RawImap.CountAsync(Dovecot, other, "INBOX"), await RawImap.CountAsync(Dovecot, box, Sent)));
        Assert.Empty(server.Errors);
    }

    [SkippableFact]
    public async Task SignIn_WithTheMailbox_IsTheAccountAndMapsAsItDoes()
    {
        SkipWithoutServers();
        await using var server = await TestServer.StartAsync(Settings);
        await using var ann = server.Sdk();
        var (account, friend) = (await server.RegisterAsync("ann"), await server.RegisterAsync("bob"));
        await ann.SignInAsync(account, TestServer.Password);
        using (var bob = await server.SignInAsync(friend))
        {
            await ann.RequestContactAsync(account, friend);
            await bob.OkAsync("contacts.accept", new { @as = friend, account });
        }

        var box = Dovecot.AddMailbox();
        await ann.BindMailboxAsync(account, new MailboxBinding(box.Address, new MailPassword(box.Password))
        {
            Imap = new MailServer("localhost", Dovecot.ImapPort, "starttls"),
            Smtp = new MailServer("localhost", servers.Submission.TlsPort),
        });
        await ann.ShowsAsync(account, page => page.Mailboxes[box.Address].State == "open", "the channel open");

        // M9: the mailbox's credentials sign in to the account.
        await using var byMail = server.Sdk();
        await byMail.SignInAsync(box.Address.ToUpperInvariant(), box.Password);
        Assert.Equal((account, "mailbox"), (byMail.Account, byMail.Pages[account].Via));
        Assert.True(byMail.Pages[account].Mailboxes.ContainsKey(box.Address));

        // M10, M12: friends are there, and a mapping made from here is the same for all.
        await Dovecot.DeliverAsync(box, Mail("someone@example.test", "Who?", "…"));
        await byMail.MapAddressAsync(account, "Someone@example.test", friend);
        await ann.ShowsAsync(account, page => page.Contacts[friend].Mail is { Unread: 1, Latest: "Who?" } && page.Contacts[friend].Mapped.Count == 1, "the mail of a friend");
        Assert.Equal(friend, ann.Pages[account].Mailboxes[box.Address].New[0].From.Friend?.Account);
        await byMail.UnmapAddressAsync(account, "someone@example.test");
        await ann.ShowsAsync(account, page => page.Contacts[friend].Mail is null && page.Contacts[friend].Mapped.Count == 0, "the mapping gone");

        // A changed password: the channel and the sign-in take the new one, the old one is as wrong as any.
        var changed = await Dovecot.ChangePasswordAsync(box, "another secret");
        await using var again = server.Sdk();
        await again.SignInAsync(changed.Address, changed.Password);
        Assert.Equal(account, again.Account);
        var wrong = await Assert.ThrowsAsync<ImException>(() => server.Sdk().SignInAsync(box.Address, box.Password));
        Assert.Equal(ErrorCodes.BadCredentials, wrong.Code);
        Assert.Single((await again.ListMailsAsync(account, box.Address)).Mails);
        Assert.Empty(server.Errors);
    }

    [SkippableFact]
    public async Task SignIn_WithTheMailbox_CanBeLimitedOrSwitchedOff()
    {
        SkipWithoutServers();
        await using var server = await TestServer.StartAsync([.. Settings, "--Mail:SignIn=MailOnly"]);
        using var ann = await server.JoinAsync("ann");
        var box = Dovecot.AddMailbox();
        await BindAsync(ann, box);

        using (var limited = await server.SignInAsync(box.Address, box.Password))
        {
            await limited.OkAsync("mail.list", new { @as = ann.Account, address = box.Address });
            Assert.Equal("forbidden", await limited.RefusalAsync("mail.unbind", new { @as = ann.Account, address = box.Address }));
            Assert.Equal("forbidden", await limited.RefusalAsync("link.add", new { accounts = new[] { new { account = "other", password = "x" } } }));
            Assert.Equal(403, (await Api.PostAsync(server.Address, "v1/password", new { old = "x", @new = "y" }, limited.Token)).Status);
        }

        await server.RestartAsync([.. Settings, "--Mail:SignIn=Off"]);
        var refused = await Api.PostAsync(server.Address, "v1/login", new { login = box.Address, password = box.Password });
        var unknown = await Api.PostAsync(server.Address, "v1/login", new { login = ann.Account, password = "wrong" });
        Assert.Equal((401, unknown.Body), (refused.Status, refused.Body));
    }

    [SkippableFact]
    public async Task Binding_ThatIsWrong_IsRefusedWithItsReason()
    {
        SkipWithoutServers();
        await using var server = await TestServer.StartAsync(Settings);
        using var ann = await server.JoinAsync("ann");
        using var bob = await server.JoinAsync("bob");
        var box = Dovecot.AddMailbox();

        Assert.Equal("mail_auth_failed", await ann.RefusalAsync("mail.bind", Binding(ann, box with { Password = "wrong" })));
        Assert.Equal("mail_unreachable", await ann.RefusalAsync("mail.bind", Binding(ann, box, new { host = "localhost", port = Ports.Free(), security = "tls" })));
        Assert.Equal("mail_unreachable", await ann.RefusalAsync("mail.bind", Binding(ann, box, new { host = DovecotServer.WrongNameHost, port = Dovecot.ImapsPort, security = "tls" })));
        await BindAsync(ann, box);
        Assert.Equal("mailbox_taken", await bob.RefusalAsync("mail.bind", Binding(bob, box)));
        Assert.Equal("unknown_mailbox", await bob.RefusalAsync("mail.unbind", new { @as = bob.Account, address = box.Address }));
        Assert.Equal("not_friends", await ann.RefusalAsync("mail.map", new { @as = ann.Account, address = "x@y.test", friend = bob.Account }));
        Assert.Empty(server.Errors);
    }

    [SkippableFact]
    public async Task MailServer_GoingDown_IsToldAndRecoversByItselfWhileMessagesGoOn()
    {
        SkipWithoutServers();
        await using var server = await TestServer.StartAsync(Settings);
        using var ann = await server.JoinAsync("ann");
        using var bob = await server.JoinAsync("bob");
        await ann.BefriendAsync(bob);
        var box = Dovecot.AddMailbox();
        await BindAsync(ann, box);
        await OpenAsync(ann, box);

        await Dovecot.StopAsync();
        try
        {
            var failed = await ann.EventAsync(e => e.Is("channel", ann.Account) && e.Data.Text("state") == "failed", "the failed channel");
            Assert.Equal("mail_unreachable", failed.Data.GetProperty("error").Text("code"));
            Assert.True(failed.Data.Has("retryAt"), failed.ToString());
            await ann.MessageAsync(bob.Account, "mail is down");
            await bob.MessagesAsync(bob.Account, 1);
            Assert.Equal("mail_unreachable", await ann.RefusalAsync("mail.list", new { @as = ann.Account, address = box.Address }));
            using var second = await server.SignInAsync(ann.Account);
            Assert.Equal(box.Address, second.Page(ann.Account).List("mailboxes")[0].Text("address"));
        }
        finally
        {
            await Dovecot.StartAsync();
        }

        await ann.EventAsync(e => e.Is("channel", ann.Account) && e.Data.Text("state") == "open", "the channel open again");
        await Dovecot.DeliverAsync(box, Mail("x@example.test", "Back", "…"));
        await MailAsync(ann, box, data => data.Number("unread") == 1, "the mail after that");
        Assert.Empty(server.Errors);
    }

    private void SkipWithoutServers() => Skip.IfNot(servers.Submission.IsAvailable, SubmissionServer.MissingReason);

    private static Task<JsonElement> BindAsync(RawClient client, TestMailbox box) => client.OkAsync("mail.bind", Binding(client, box));

    private static object Binding(RawClient client, TestMailbox box, object? imap = null) =>
        new { @as = client.Account, address = box.Address, imap, auth = new { type = "password", password = box.Password } };

    private static Task<Received> OpenAsync(RawClient client, TestMailbox box) => client.AnyAsync(
        e => e.Is("channel", client.Account) && e.Data.Text("mailbox") == box.Address && e.Data.Text("state") == "open", $"the channel of {box.Address} open");

    private static async Task<JsonElement> MailAsync(RawClient client, TestMailbox box, Func<JsonElement, bool> wanted, string what) =>
        (await client.AnyAsync(e => e.Is("mail", client.Account) && e.Data.Text("mailbox") == box.Address && wanted(e.Data), what)).Data;

    private static string? FriendOf(JsonElement mail, int index)
    {
        var mails = mail.List("new");
        return index < mails.Length && mails[index].GetProperty("from").TryGetProperty("friend", out var friend) ? friend.Text("account") : null;
    }

    private static string[] Emails(JsonElement contact) =>
        contact.TryGetProperty("emails", out var emails) ? [.. emails.EnumerateArray().Select(email => email.GetString()!)] : [];

    private static string Mail(string from, string subject, string text) => $"""
        From: {from}
        To: somebody@example.test
        Subject: {subject}
        Message-ID: <{Guid.NewGuid():N}@example.test>
        Date: {DateTimeOffset.UtcNow:R}

        {text}
        """;
}
