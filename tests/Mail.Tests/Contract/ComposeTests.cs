using System.Text;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Contract;

[Collection(MailServersCollection.Name)]
public sealed class ComposeTests(MailServers servers) : ContractTest
{
    private readonly DovecotServer _dovecot = servers.Dovecot;

    public static TheoryData<string, string, string> Texts => new()
    {
        { "Plain", "A line", "Ann" },
        { "Grüße aus Köln", "Zwölf Boxkämpfer\nund noch einer", "Jürgen Müller" },
        { "会議のお知らせ", "明日の会議は十時からです。よろしくお願いします。", "山田太郎" },
        { "שלום", "שלום עולם", "דנה" },
        { "🎉 " + string.Concat(Enumerable.Repeat("party ", 60)) + "🎉", "🎉", "🎉 Ann 🎉" },
        { "=?utf-8?q?not=20a=20word?=", "=?utf-8?q?not=20a=20word?=", "=?x?= Ann" },
        { "a  b   c", "two  spaces", "O'Neil, \"Ann\" \\ (her)" },
        { "", ".\n..\n.a\nFrom me\n", "a@b.example" },
        { new string('x', 2000), new string('y', 5000), new string('z', 200) },
        { "ends in ü", "=3D =\n=20\n", "Ann <Eve>; To: x" },
        { "tab\tin it", "tab\tin it", "Tab\tName" },
    };

    [SkippableTheory]
    [MemberData(nameof(Texts))]
    public async Task Compose_AnyText_ArrivesAsItWas(string subject, string text, string name)
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox();
        var draft = Draft(subject, text) with { From = new MailAddress("ann@example.test", name) };

        var message = Connector().Compose(draft);

        AssertWellFormed(message);
        await _dovecot.DeliverAsync(mailbox, message);
        await using var connection = await OpenAsync(_dovecot, mailbox);
        var mail = Assert.Single((await connection.SummarizeAsync(5, Limit)).Mails);
        Assert.Equal(MailText.Line(subject, MailText.MaxSubject), mail.Subject);
        Assert.Equal(MailText.Preview(text), mail.Preview);
        Assert.Equal(new MailAddress("ann@example.test", MailText.Name(name)), mail.From);
        Assert.Equal(draft.Date, mail.Date);
        Assert.Equal(draft.MessageId, (await connection.ReadThreadAsync(mail.Uid, Limit))!.MessageId);
    }

    [SkippableFact]
    public async Task Compose_Answer_StandsInItsThread()
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox();
        string[] references = [.. Enumerable.Range(1, 40).Select(static number => $"<reference-{number}-{new string('x', 60)}@example.test>")];
        var draft = Draft() with { InReplyTo = references[^1], References = references };

        var message = Connector().Compose(draft);

        AssertWellFormed(message);
        Assert.Contains($"In-Reply-To: {references[^1]}", Unfolded(message), StringComparison.OrdinalIgnoreCase);
        await _dovecot.DeliverAsync(mailbox, message);
        await using var connection = await OpenAsync(_dovecot, mailbox);
        Assert.Equal(references, (await connection.ReadThreadAsync(1, Limit))!.References);
    }

    [Fact]
    public void Compose_ManyRecipients_AreAllThere()
    {
        string[] to = [.. Enumerable.Range(1, 50).Select(static number => $"friend-{number}@a-rather-long-domain-name.example.test")];

        var message = Connector().Compose(Draft(to: to));

        AssertWellFormed(message);
        Assert.All(to, address => Assert.Contains(address, Unfolded(message), StringComparison.Ordinal));
    }

    [Fact]
    public void Compose_Addresses_AreAsciiUnlessTheyCannotBe()
    {
        var domain = Connector().Compose(Draft(to: "jürgen".Replace("ü", "ue", StringComparison.Ordinal) + "@münchen.example"));
        Assert.True(Ascii.IsValid(domain));
        Assert.Contains("juergen@xn--mnchen-3ya.example", Encoding.ASCII.GetString(domain), StringComparison.Ordinal);

        var local = Connector().Compose(Draft(to: "jürgen@example.test"));
        Assert.Contains("jürgen@example.test", Encoding.UTF8.GetString(local), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Subject")]
    [InlineData("FromName")]
    [InlineData("FromAddress")]
    [InlineData("ToName")]
    [InlineData("ToAddress")]
    [InlineData("MessageId")]
    [InlineData("InReplyTo")]
    [InlineData("References")]
    public async Task Compose_LineBreakInAHeader_IsRefused(string where)
    {
        foreach (var lineBreak in new[] { "\r\n", "\n", "\r" })
        {
            var evil = $"x{lineBreak}Bcc: everybody@example.test";
            var draft = Draft();
            draft = where switch
            {
                "Subject" => draft with { Subject = evil },
                "FromName" => draft with { From = draft.From with { Name = evil } },
                "FromAddress" => draft with { From = new MailAddress($"ann@example.test{lineBreak}Bcc: everybody@example.test") },
                "ToName" => draft with { To = [new MailAddress("bob@example.test", evil)] },
                "ToAddress" => draft with { To = [new MailAddress($"bob@example.test>{lineBreak}Bcc: everybody@example.test")] },
                "MessageId" => draft with { MessageId = $"<a@b.example>{lineBreak}Bcc: everybody@example.test" },
                "InReplyTo" => draft with { InReplyTo = $"<a@b.example>{lineBreak}Bcc: everybody@example.test" },
                _ => draft with { References = [$"<a@b.example>{lineBreak}Bcc: everybody@example.test"] },
            };

            Assert.Equal(MailFault.Refused, await KindOfFaultAsync(() => Task.FromResult(Connector().Compose(draft))));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("bob")]
    [InlineData("@example.test")]
    [InlineData("bob@")]
    public async Task Compose_NoAddress_IsRefused(string address)
        => Assert.Equal(MailFault.Refused, await KindOfFaultAsync(() => Task.FromResult(Connector().Compose(Draft(to: address)))));

    [Fact]
    public void Compose_AddressThatWouldBeTwo_StaysOneOrIsRefused()
    {
        try
        {
            var message = Unfolded(Connector().Compose(Draft(to: "a@example.test, b@example.test")));
            Assert.DoesNotContain("To: a@example.test, b@example.test", message, StringComparison.Ordinal);
        }
        catch (MailException fault)
        {
            Assert.Equal(MailFault.Refused, fault.Fault);
        }
    }

    /// <summary>RFC 5322, 2.1: CRLF, lines of at most 998 characters; and ASCII.</summary>
    private static void AssertWellFormed(byte[] message)
    {
        var text = Encoding.UTF8.GetString(message);
        Assert.True(Ascii.IsValid(message));
        Assert.DoesNotContain('\n', text.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.DoesNotContain('\r', text.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
        Assert.All(text.Split("\r\n"), line => Assert.True(line.Length <= 998));
        var header = text.Split("\r\n\r\n", 2)[0];
        foreach (var name in new[] { "From:", "To:", "Subject:", "Date:", "Message-ID:", "MIME-Version:", "Content-Type: text/plain" })
        {
            Assert.Equal(1, header.Split("\r\n").Count(line => line.StartsWith(name, StringComparison.OrdinalIgnoreCase)));
        }
    }

    private static string Unfolded(byte[] message)
        => Encoding.UTF8.GetString(message).Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", " ", StringComparison.Ordinal);
}
