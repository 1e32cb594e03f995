using System.Diagnostics;
using System.Text;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Contract;

/// <summary>A mailbox or a mail of any size costs what is shown of it.</summary>
[Collection(MailServersCollection.Name)]
public sealed class LargeTests(MailServers servers) : ContractTest
{
    private readonly DovecotServer _dovecot = servers.Dovecot;

    [SkippableFact]
    public async Task Summarize_TwentyThousandMails_CostsWhatIsShown()
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        const int Mails = 20_000;
        var mailbox = _dovecot.AddMailbox();
        var mail = Encoding.ASCII.GetBytes(Mail("One of many"));
        _dovecot.Put(mailbox, Enumerable.Repeat(mail, Mails));
        // The server numbers them at its first look, which takes its time.
        await _dovecot.RunImapAsync(mailbox, "EXAMINE INBOX");
        await using var connection = await Connector("MaxAnswerBytes=200000").OpenAsync(At(_dovecot, mailbox), Limit);

        var summary = await connection.SummarizeAsync(20, Limit);
        var list = await connection.ListAsync(20, Limit);

        Assert.Equal((Mails, 20, (uint)Mails), (summary.Unread, summary.Mails.Count, summary.Mails[0].Uid));
        Assert.Equal(summary.Mails, list.Mails);
        Assert.Equal(2, (await connection.ReadCorrespondentsAsync(100, Limit)).Count);
    }

    [SkippableFact]
    public async Task Summarize_LongMail_CostsItsBeginning()
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox();
        var start = Mail("Long").Replace("Subject:", "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nSubject:", StringComparison.Ordinal)
            .Replace("\r\n\r\nHello", "\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: application/x-nothing\r\n\r\n", StringComparison.Ordinal);
        var content = Encoding.ASCII.GetBytes(start + string.Concat(Enumerable.Repeat(new string('x', 76) + "\r\n", 100_000)) + "--b--\r\n");
        _dovecot.Put(mailbox, [content]);
        await using var connection = await Connector("MaxAnswerBytes=100000").OpenAsync(At(_dovecot, mailbox), Limit);

        var mail = Assert.Single((await connection.SummarizeAsync(20, Limit)).Mails);

        Assert.Equal(("Long", "Hello"), (mail.Subject, mail.Preview));
    }

    [SkippableFact]
    public async Task Summarize_HeadersOfAMegabyte_AreCutAndHideNothing()
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox();
        var long1 = new string('s', 1_000_000);
        var long2 = new string('n', 20_000);
        _dovecot.Put(mailbox, new[]
        {
            Mail("Before"),
            Mail(long1),
            Mail("ü" + string.Concat(Enumerable.Repeat("long ", 50_000))),
            Mail("Long name", from: $"\"{long2}\" <bob@example.test>"),
            Mail("Long list", from: string.Join(",\r\n ", Enumerable.Range(1, 5000).Select(static number => $"\"Bob {number}\" <bob{number}@example.test>"))),
            Mail("Long file").Replace(
                "Subject:", $"MIME-Version: 1.0\r\nContent-Type: text/plain; name=\"{long2}\"\r\nContent-Description: {long2}\r\nContent-ID: <{long2}@x>\r\n"
                    + $"Content-Disposition: inline; filename=\"{long2}\"\r\nContent-Language: {long2}\r\nContent-Location: {long2}\r\nSubject:", StringComparison.Ordinal),
            Mail("Wide file").Replace(
                "Subject:", $"MIME-Version: 1.0\r\nContent-Type: text/plain; name=\"ü{long2}\"\r\nContent-Description: ü{long2}\r\n"
                    + $"Content-Disposition: inline; filename=\"ü{long2}\"\r\nSubject:", StringComparison.Ordinal),
            Mail("After", new string('(', 9000)),
            Mail(new string('(', 200_000), from: $"\"{new string('(', 20_000)}\" <bob@example.test>").Replace(
                "Subject:", $"MIME-Version: 1.0\r\nContent-Type: text/plain; name=\"{new string('(', 6000)}\"\r\nSubject:", StringComparison.Ordinal),
        }.Select(Encoding.UTF8.GetBytes));
        var connector = Connector();

        var mails = await ReadAsync(connector, mailbox);

        Assert.Equal(9, mails.Count);
        Assert.Equal(new string('(', MailText.MaxSubject), mails[0].Subject);
        mails = [.. mails.Skip(1)];
        Assert.Equal("After", mails[0].Subject);
        Assert.Equal("Wide file", mails[1].Subject);
        mails = [.. mails.Skip(1)];
        Assert.Equal(("Long file", "Hello"), (mails[1].Subject, mails[1].Preview));
        Assert.Equal(new MailAddress("bob1@example.test", "Bob 1"), mails[2].From);
        Assert.Equal(MailText.MaxSubject, mails[3].From.Name!.Length);
        Assert.StartsWith("ülong long", mails[4].Subject, StringComparison.Ordinal);
        Assert.Equal(new string('s', MailText.MaxSubject), mails[5].Subject);
        Assert.Equal("Before", mails[6].Subject);
        await using var connection = await connector.OpenAsync(At(_dovecot, mailbox), Limit);
        Assert.InRange((await connection.ReadCorrespondentsAsync(20, Limit)).Count, 2000, 6000);
    }

    /// <summary>A library may lose the connection over such mails, but not every time.</summary>
    private async Task<IReadOnlyList<MailItem>> ReadAsync(IMailboxConnector connector, TestMailbox mailbox)
    {
        for (var round = 0; ; round++)
        {
            await using var connection = await connector.OpenAsync(At(_dovecot, mailbox), Limit);
            try
            {
                return (await connection.SummarizeAsync(20, Limit)).Mails;
            }
            catch (MailException) when (round < 3)
            {
            }
        }
    }

    [SkippableFact]
    public async Task Submit_TextOfAMegabyte_IsComposedQuickly()
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox();
        var draft = Draft(text: string.Concat(Enumerable.Repeat("Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.\n", 15_000)));
        var watch = Stopwatch.StartNew();

        var message = Connector().Compose(draft);
        await using var connection = await OpenAsync(_dovecot, mailbox);

        Assert.True(await connection.AppendToSentAsync(message, draft.MessageId, Limit));
        Assert.True(await connection.IsSentAsync(draft.MessageId, Limit));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }
}
