using System.Globalization;
using System.Text;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Contract;

[Collection(MailServersCollection.Name)]
public sealed class InboxTests(MailServers servers) : ContractTest
{
    private readonly DovecotServer _dovecot = servers.Dovecot;

    [SkippableFact]
    public async Task Summarize_UnreadMails_ShowsTheNewest()
    {
        var mailbox = NewMailbox();
        Put(mailbox, 1, 5);
        await using var connection = await OpenAsync(_dovecot, mailbox);

        var summary = await connection.SummarizeAsync(3, Limit);

        Assert.Equal(5, summary.Unread);
        Assert.Equal(["Subject 5", "Subject 4", "Subject 3"], summary.Mails.Select(mail => mail.Subject));
        Assert.Equal([5u, 4u, 3u], summary.Mails.Select(mail => mail.Uid));
        var newest = summary.Mails[0];
        Assert.Equal(new MailAddress("bob@example.test", "Bob"), newest.From);
        Assert.Equal("Text 5", newest.Preview);
        Assert.Equal(new DateTimeOffset(2026, 11, 26, 8, 30, 0, TimeSpan.Zero), newest.Date);
        Assert.True(newest.IsUnread);
        Assert.NotEqual(0u, summary.UidValidity);
    }

    [SkippableFact]
    public async Task Summarize_ShownBefore_ShowsTheSameAndWhatIsNew()
    {
        var mailbox = NewMailbox();
        Put(mailbox, 1, 2);
        await using var connection = await OpenAsync(_dovecot, mailbox);
        var before = await connection.SummarizeAsync(10, Limit);

        await _dovecot.DeliverAsync(mailbox, Mail("Subject 3"));
        var after = await connection.SummarizeAsync(10, Limit);

        Assert.Equal(3, after.Unread);
        Assert.Equal(before.Mails, after.Mails.Skip(1));
        Assert.Equal("Subject 3", after.Mails[0].Subject);
    }

    [SkippableFact]
    public async Task Summarize_ReadByAnotherProgram_IsLess()
    {
        var mailbox = NewMailbox();
        Put(mailbox, 1, 3);
        await using var connection = await OpenAsync(_dovecot, mailbox);
        await connection.SummarizeAsync(10, Limit);

        await _dovecot.RunImapAsync(mailbox, "SELECT INBOX", "STORE 2 +FLAGS (\\Seen)");
        var summary = await connection.SummarizeAsync(10, Limit);

        Assert.Equal(2, summary.Unread);
        Assert.Equal(["Subject 3", "Subject 1"], summary.Mails.Select(mail => mail.Subject));
        Assert.Equal([true, false, true], (await connection.ListAsync(10, Limit)).Mails.Select(mail => mail.IsUnread));

        await _dovecot.RunImapAsync(mailbox, "SELECT INBOX", "STORE 2 -FLAGS (\\Seen)");
        Assert.Equal(3, (await connection.SummarizeAsync(10, Limit)).Unread);
    }

    [SkippableFact]
    public async Task Summarize_ExpungedByAnotherProgram_IsLess()
    {
        var mailbox = NewMailbox();
        Put(mailbox, 1, 3);
        await using var connection = await OpenAsync(_dovecot, mailbox);
        await connection.SummarizeAsync(10, Limit);

        await _dovecot.RunImapAsync(mailbox, "SELECT INBOX", "STORE 3 +FLAGS (\\Deleted)", "EXPUNGE");
        var summary = await connection.SummarizeAsync(10, Limit);

        Assert.Equal(2, summary.Unread);
        Assert.Equal(["Subject 2", "Subject 1"], summary.Mails.Select(mail => mail.Subject));
        Assert.Equal(2, (await connection.ListAsync(10, Limit)).Mails.Count);
    }

    [SkippableFact]
    public async Task List_ReadAndUnread_ShowsBoth()
    {
        var mailbox = NewMailbox();
        Put(mailbox, 1, 2, isRead: true);
        Put(mailbox, 3, 4);
        await using var connection = await OpenAsync(_dovecot, mailbox);

        var list = await connection.ListAsync(3, Limit);

        Assert.Equal(2, list.Unread);
        Assert.Equal(3, list.Mails.Count);
        Assert.Equal(list.Mails.OrderByDescending(mail => mail.Uid), list.Mails);
        Assert.Equal(2, list.Mails.Count(mail => mail.IsUnread));
        Assert.All(list.Mails, mail => Assert.Equal(mail.Subject is "Subject 3" or "Subject 4", mail.IsUnread));
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task SummarizeAndList_NothingToShow_ShowNothing(int mails)
    {
        var mailbox = NewMailbox();
        Put(mailbox, 1, mails, isRead: true);
        await using var connection = await OpenAsync(_dovecot, mailbox);

        Assert.Empty((await connection.SummarizeAsync(10, Limit)).Mails);
        Assert.Empty((await connection.ListAsync(0, Limit)).Mails);
        Assert.Equal(mails, (await connection.ListAsync(10, Limit)).Mails.Count);
        Assert.Empty((await connection.SummarizeAsync(0, Limit)).Mails);
    }

    [SkippableFact]
    public async Task Summarize_ReadsOnly_LeavesMailsUnreadAndRecent()
    {
        var mailbox = NewMailbox();
        Put(mailbox, 1, 2);
        await using (var connection = await OpenAsync(_dovecot, mailbox))
        {
            await connection.SummarizeAsync(10, Limit);
            await connection.ListAsync(10, Limit);
            await connection.ReadCorrespondentsAsync(10, Limit);
            await connection.ReadThreadAsync(1, Limit);
        }

        var flags = await _dovecot.RunImapAsync(mailbox, "EXAMINE INBOX", "FETCH 1:* (FLAGS)");
        Assert.DoesNotContain("\\Seen)", flags, StringComparison.Ordinal);
        Assert.Contains("* 2 RECENT", flags, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Summarize_AnotherUidValidity_ShowsTheMailsAnew()
    {
        var mailbox = NewMailbox();
        Put(mailbox, 1, 2);
        await using (var connection = await OpenAsync(_dovecot, mailbox))
        {
            await connection.SummarizeAsync(10, Limit);
        }

        await _dovecot.ChangeUidValidityAsync(mailbox, 4711);
        await using var again = await OpenAsync(_dovecot, mailbox);
        var summary = await again.SummarizeAsync(10, Limit);

        Assert.Equal(4711u, summary.UidValidity);
        Assert.Equal(["Subject 2", "Subject 1"], summary.Mails.Select(mail => mail.Subject));
    }

    [SkippableFact]
    public async Task Open_ConnectionEndedByTheServer_IsUnreachable()
    {
        var mailbox = NewMailbox();
        await using var connection = await OpenAsync(_dovecot, mailbox);

        await _dovecot.KickAsync(mailbox);

        Assert.Equal(MailFault.Unreachable, await KindOfFaultAsync(async () => await connection.SummarizeAsync(1, Limit)));
        Assert.Equal(MailFault.Unreachable, await KindOfFaultAsync(async () => await connection.WaitForChangeAsync(TimeSpan.FromSeconds(30), Limit)));
    }

    [SkippableFact]
    public async Task ReadThread_MailInAThread_HasItsIds()
    {
        var mailbox = NewMailbox();
        _dovecot.Put(mailbox, new[]
        {
            "Message-ID: <c@example.test>\r\nReferences: <a@example.test>\r\n <b@example.test>\r\nIn-Reply-To: <b@example.test>\r\n\r\n.\r\n",
            "Message-ID: <d@example.test>\r\nIn-Reply-To: <c@example.test>\r\n\r\n.\r\n",
            "Message-ID: nothing\r\n\r\n.\r\n",
            "Message-Id: <e@example.test>\r\nIn-Reply-To: Your mail of Monday <x@example.test> <y@example.test>\r\nReferences: <no>\r\n\r\n.\r\n",
        }.Select(Encoding.ASCII.GetBytes));
        await using var connection = await OpenAsync(_dovecot, mailbox);

        AssertThread(await connection.ReadThreadAsync(1, Limit), "<c@example.test>", "<a@example.test>", "<b@example.test>");
        AssertThread(await connection.ReadThreadAsync(2, Limit), "<d@example.test>", "<c@example.test>");
        Assert.Null(await connection.ReadThreadAsync(3, Limit));
        AssertThread(await connection.ReadThreadAsync(4, Limit), "<e@example.test>");
        Assert.Null(await connection.ReadThreadAsync(5, Limit));
        Assert.Null(await connection.ReadThreadAsync(0, Limit));
    }

    private static void AssertThread(MailThread? thread, string id, params string[] references)
    {
        Assert.NotNull(thread);
        Assert.Equal(id, thread.MessageId);
        Assert.Equal(references, thread.References);
    }

    private TestMailbox NewMailbox()
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        return _dovecot.AddMailbox();
    }

    private void Put(TestMailbox mailbox, int first, int last, bool isRead = false)
        => _dovecot.Put(
            mailbox,
            Enumerable.Range(first, Math.Max(0, last - first + 1)).Select(static number => Encoding.ASCII.GetBytes(Mail(
                string.Create(CultureInfo.InvariantCulture, $"Subject {number}"), string.Create(CultureInfo.InvariantCulture, $"Text {number}")))),
            isRead);
}
