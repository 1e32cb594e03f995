using System.Text;
using OrleansIM.Mail.Tests.Scripted;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Contract;

[Collection(MailServersCollection.Name)]
public sealed class SentTests(MailServers servers) : ContractTest
{
    // DovecotServer.SentFolder in modified UTF-7.
    private const string SentOnTheWire = "Gesendet &IBM- gr&APYA3w-er";

    private readonly DovecotServer _dovecot = servers.Dovecot;

    [SkippableFact]
    public async Task Append_FolderWithTheAttribute_PutsItThereAsRead()
    {
        var mailbox = NewMailbox();
        await _dovecot.RunImapAsync(mailbox, "CREATE Sent", $"CREATE \"{SentOnTheWire}\"");
        await using var connection = await OpenAsync(_dovecot, mailbox);
        var draft = Draft("Grüße");

        Assert.True(await connection.AppendToSentAsync(Connector().Compose(draft), draft.MessageId, Limit));

        var seen = await _dovecot.RunImapAsync(mailbox, $"EXAMINE \"{SentOnTheWire}\"", "FETCH 1 (FLAGS ENVELOPE)", "STATUS Sent (MESSAGES)");
        Assert.Contains("\\Seen", seen, StringComparison.Ordinal);
        Assert.Contains(draft.MessageId, seen, StringComparison.Ordinal);
        Assert.Contains("STATUS Sent (MESSAGES 0)", seen, StringComparison.Ordinal);
        Assert.True(await connection.IsSentAsync(draft.MessageId, Limit));
        Assert.False(await connection.IsSentAsync("<another@example.test>", Limit));
    }

    [SkippableTheory]
    [InlineData("Sent Items", "Sent Items")]
    [InlineData("Gesendete Objekte", "Gesendete Objekte")]
    [InlineData("&AMk-l&AOk-ments envoy&AOk-s", "&AMk-l&AOk-ments envoy&AOk-s")]
    [InlineData("INBOX/Sent", "INBOX/Sent")]
    public async Task Append_FolderThatIsCalledSo_PutsItThere(string folder, string expected)
    {
        var mailbox = NewMailbox();
        await _dovecot.RunImapAsync(mailbox, "CREATE Archive", "CREATE Archive/Sent", "CREATE Sentinel", $"CREATE \"{folder}\"");
        await using var connection = await OpenAsync(_dovecot, mailbox);
        var draft = Draft();

        Assert.True(await connection.AppendToSentAsync(Connector().Compose(draft), draft.MessageId, Limit));

        Assert.Contains("(MESSAGES 1)", await _dovecot.RunImapAsync(mailbox, $"STATUS \"{expected}\" (MESSAGES)"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Append_NoSuchFolder_MakesOne()
    {
        var mailbox = NewMailbox();
        await using var connection = await OpenAsync(_dovecot, mailbox);
        var draft = Draft();
        Assert.False(await connection.IsSentAsync(draft.MessageId, Limit));

        Assert.True(await connection.AppendToSentAsync(Connector().Compose(draft), draft.MessageId, Limit));

        var folders = await _dovecot.RunImapAsync(mailbox, "STATUS Sent (MESSAGES)", "LSUB \"\" \"*\"");
        Assert.Contains("(MESSAGES 1)", folders, StringComparison.Ordinal);
        Assert.Contains("LSUB () \"/\" Sent", folders, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Append_Twice_IsThereOnce()
    {
        var mailbox = NewMailbox();
        await using var connection = await OpenAsync(_dovecot, mailbox);
        var draft = Draft();
        var message = Connector().Compose(draft);

        Assert.True(await connection.AppendToSentAsync(message, draft.MessageId, Limit));
        Assert.False(await connection.AppendToSentAsync(message, draft.MessageId, Limit));
        await using (var another = await OpenAsync(_dovecot, mailbox))
        {
            Assert.False(await another.AppendToSentAsync(message, draft.MessageId, Limit));
            Assert.True(await another.IsSentAsync(draft.MessageId, Limit));
        }

        Assert.Contains("(MESSAGES 1)", await _dovecot.RunImapAsync(mailbox, "STATUS Sent (MESSAGES)"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Append_FolderGoneMeanwhile_MakesItAnew()
    {
        var mailbox = NewMailbox();
        await using var connection = await OpenAsync(_dovecot, mailbox);
        var (first, second) = (Draft(), Draft());
        await connection.AppendToSentAsync(Connector().Compose(first), first.MessageId, Limit);
        await connection.SummarizeAsync(1, Limit);

        await _dovecot.RunImapAsync(mailbox, "DELETE Sent");

        Assert.True(await connection.AppendToSentAsync(Connector().Compose(second), second.MessageId, Limit));
        Assert.Contains("(MESSAGES 1)", await _dovecot.RunImapAsync(mailbox, "STATUS Sent (MESSAGES)"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Append_QuotaFull_IsRefusedAndTheConnectionStays()
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox(quotaBytes: 20_000);
        await _dovecot.DeliverAsync(mailbox, Mail("Small"));
        await using var connection = await OpenAsync(_dovecot, mailbox);
        var draft = Draft(text: new string('x', 50_000));

        var fault = await FaultAsync(() => connection.AppendToSentAsync(Connector().Compose(draft), draft.MessageId, Limit));

        Assert.Equal(MailFault.Refused, fault.Fault);
        Assert.Contains("uota", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await connection.SummarizeAsync(5, Limit)).Unread);
        Assert.False(await connection.IsSentAsync(draft.MessageId, Limit));
    }

    [SkippableFact]
    public async Task Append_InboxIsGoneOnWith_ShowsTheInbox()
    {
        var mailbox = NewMailbox();
        await _dovecot.DeliverAsync(mailbox, Mail("Kept"));
        await using var connection = await OpenAsync(_dovecot, mailbox);
        var draft = Draft("Sent");

        await connection.AppendToSentAsync(Connector().Compose(draft), draft.MessageId, Limit);

        Assert.Equal("Kept", Assert.Single((await connection.ListAsync(5, Limit)).Mails).Subject);
    }

    [SkippableFact]
    public async Task ReadCorrespondents_InboxAndSent_NewestFirst()
    {
        var mailbox = NewMailbox();
        _dovecot.Put(mailbox, new[]
        {
            "From: Bob <bob@example.test>\r\nTo: ann@example.test, \"Carl, the\" <Carl@Example.test>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\n.\r\n",
            "From: bob@example.test\r\nCc: friends: Dora <dora@example.test>;\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\n.\r\n",
            "From: Bob <BOB@example.test>\r\nTo: undisclosed-recipients:;\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\n\r\n.\r\n",
        }.Select(Encoding.ASCII.GetBytes));
        await using var connection = await OpenAsync(_dovecot, mailbox);
        var draft = Draft(to: "eve@example.test") with { Date = new DateTimeOffset(2026, 11, 26, 10, 0, 0, TimeSpan.Zero) };
        await connection.AppendToSentAsync(Connector().Compose(draft), draft.MessageId, Limit);

        var all = await connection.ReadCorrespondentsAsync(100, Limit);

        Assert.Equal(
            ["eve@example.test", "bob@example.test+Bob", "bob@example.test", "dora@example.test+Dora", "carl@example.test+Carl, the"],
            all.Select(Text).Where(static text => !text.StartsWith("ann@", StringComparison.Ordinal)));
        Assert.Equal(new DateTimeOffset(2026, 11, 25, 10, 0, 0, TimeSpan.Zero), all.First(one => one.Who.Name == "Bob").At);
        Assert.Equal(all.OrderByDescending(one => one.At), all);

        var newest = await connection.ReadCorrespondentsAsync(1, Limit);
        Assert.Equal(["eve@example.test", "bob@example.test+Bob"], newest.Select(Text).Where(static text => !text.StartsWith("ann@", StringComparison.Ordinal)));
        Assert.Empty(await connection.ReadCorrespondentsAsync(0, Limit));
    }

    [Fact]
    public async Task Append_ServerWithAPrefix_MakesTheFolderBelowIt()
    {
        await using var server = new ScriptedImap { Capabilities = "IMAP4rev1 AUTH=PLAIN NAMESPACE" }
            .On("NAMESPACE", "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL")
            .On("LIST", async (peer, line) =>
            {
                var isSent = line.Arguments.Contains("INBOX.Sent", StringComparison.Ordinal);
                await peer.SendLineAsync($"* LIST (\\HasNoChildren) \".\" {(isSent ? "INBOX.Sent" : "INBOX")}");
                await peer.SendLineAsync($"{line.Tag} OK done");
            })
            .Start();
        await using var connection = await Connector().OpenAsync(At(server), Limit);
        var draft = Draft();

        Assert.True(await connection.AppendToSentAsync(Connector().Compose(draft), draft.MessageId, Limit));

        Assert.Contains(server.Heard, line => line.Contains("CREATE", StringComparison.Ordinal) && line.Contains("INBOX.Sent", StringComparison.Ordinal));
        Assert.Contains(server.Heard, line => line.Contains("APPEND", StringComparison.Ordinal) && line.Contains("INBOX.Sent", StringComparison.Ordinal));
    }

    private static string Text(MailCorrespondent one) => one.Who.Address.ToLowerInvariant() + (one.Who.Name is { } name ? "+" + name : "");

    private TestMailbox NewMailbox()
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        return _dovecot.AddMailbox();
    }
}
