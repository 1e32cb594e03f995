using System.Text;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Contract;

[Collection(MailServersCollection.Name)]
public sealed class SubmitTests(MailServers servers) : ContractTest
{
    private readonly DovecotServer _dovecot = servers.Dovecot;
    private readonly SubmissionServer _submission = servers.Submission;

    private string Trust => $"TrustedAuthorities={_dovecot.AuthorityFile}";

    [SkippableTheory]
    [InlineData(MailSecurity.Tls)]
    [InlineData(MailSecurity.StartTls)]
    [InlineData(MailSecurity.None)]
    public async Task Submit_ToAnotherMailbox_Arrives(MailSecurity security)
    {
        var (ann, bob) = NewMailboxes();
        var draft = DraftOf(ann, bob.Address) with { Subject = "Grüße" };

        var submitted = await SubmitAsync(ann, draft, security);

        Assert.Empty(submitted.Refused);
        var mail = await ArrivedAsync(bob);
        Assert.Equal("Grüße", mail.Subject);
        Assert.Equal(ann.Address, mail.From.Address);
        Assert.Equal("A text", mail.Preview);
    }

    [SkippableFact]
    public async Task Submit_OneOfThreeRefused_TheOthersGetIt()
    {
        var (ann, bob) = NewMailboxes();
        var carl = _dovecot.AddMailbox();
        var draft = DraftOf(ann, bob.Address, SubmissionServer.UnknownRecipient, carl.Address);

        var refused = Assert.Single((await SubmitAsync(ann, draft)).Refused);

        Assert.Equal(SubmissionServer.UnknownRecipient, refused.Address);
        Assert.False(refused.IsTemporary);
        Assert.StartsWith("550 ", refused.Reply, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Reply);
        await ArrivedAsync(bob);
        await ArrivedAsync(carl);
    }

    [SkippableFact]
    public async Task Submit_AllRefused_NamesEachForGoodOrForNow()
    {
        var (ann, _) = NewMailboxes();
        var draft = DraftOf(ann, SubmissionServer.LaterRecipient, SubmissionServer.UnknownRecipient, "somebody@elsewhere.example");

        var refused = (await SubmitAsync(ann, draft)).Refused;

        Assert.Equal(
            [(SubmissionServer.LaterRecipient, true), (SubmissionServer.UnknownRecipient, false), ("somebody@elsewhere.example", false)],
            refused.Select(one => (one.Address, one.IsTemporary)));
    }

    [SkippableFact]
    public async Task Submit_MessageRefused_NobodyGetsIt()
    {
        var (ann, bob) = NewMailboxes();
        var draft = DraftOf(ann, bob.Address, SubmissionServer.UnknownRecipient) with { Subject = "an " + SubmissionServer.UnwantedSubject + " one" };

        var refused = (await SubmitAsync(ann, draft)).Refused;

        Assert.Equal([bob.Address, SubmissionServer.UnknownRecipient], refused.Select(one => one.Address).Order(StringComparer.Ordinal));
        Assert.All(refused, one => Assert.False(one.IsTemporary));
        Assert.Contains(refused, one => one.Reply.Contains("nobody wants this", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Submit_TooLong_NobodyGetsIt()
    {
        var (ann, bob) = NewMailboxes();
        var draft = DraftOf(ann, bob.Address) with { Text = string.Concat(Enumerable.Repeat("0123456789\n", SubmissionServer.MostBytes / 10)) };

        var refused = Assert.Single((await SubmitAsync(ann, draft)).Refused);

        Assert.Equal(bob.Address, refused.Address);
        Assert.StartsWith("552 ", refused.Reply, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Submit_LinesThatBeginWithDots_ArriveAsTheyWere()
    {
        var (ann, bob) = NewMailboxes();
        const string Message = "From: ann@example.test\r\nSubject: dots\r\n\r\n.\r\n..\r\n.a line\r\nthe end\r\n";

        await Connector(Trust).SubmitAsync(Access(ann, MailSecurity.StartTls), new(ann.Address, [bob.Address], Encoding.ASCII.GetBytes(Message)), Limit);

        Assert.Equal(". .. .a line the end", (await ArrivedAsync(bob)).Preview);
    }

    [SkippableFact]
    public async Task Submit_LoneLineBreaks_SmuggleNoSecondMail()
    {
        var (ann, bob) = NewMailboxes();
        var message = $"From: ann@example.test\r\nSubject: first\r\n\r\ntext\n.\nMAIL FROM:<{ann.Address}>\r\nRCPT TO:<{bob.Address}>\r\nDATA\r\nSubject: second\r\n\r\n.\r";

        await Connector(Trust).SubmitAsync(Access(ann, MailSecurity.StartTls), new(ann.Address, [bob.Address], Encoding.ASCII.GetBytes(message)), Limit);
        await SubmitAsync(ann, DraftOf(ann, bob.Address) with { Subject = "last" });

        await using var connection = await OpenAsync(_dovecot, bob);
        await Eventually.TrueAsync(async () => (await connection.ListAsync(9, Limit)).Mails.Any(mail => mail.Subject == "last"), "the mails to arrive");
        Assert.Equal(["first", "last"], (await connection.ListAsync(9, Limit)).Mails.Select(mail => mail.Subject).Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task Submit_WrongPassword_IsRefused()
    {
        var (ann, bob) = NewMailboxes();
        var access = Access(ann with { Password = "wrong" }, MailSecurity.Tls);

        Assert.Equal(MailFault.AuthenticationFailed, await KindOfFaultAsync(() => Connector(Trust).CheckSubmissionAsync(access, Limit)));
        Assert.Equal(
            MailFault.AuthenticationFailed, await KindOfFaultAsync(() => Connector(Trust).SubmitAsync(access, Submission(DraftOf(ann, bob.Address)), Limit)));
    }

    [SkippableFact]
    public async Task CheckSubmission_GoodPasswordOrToken_IsFine()
    {
        var (ann, _) = NewMailboxes();
        var token = Guid.NewGuid().ToString("N");
        _dovecot.AcceptToken(ann, token);

        await Connector(Trust).CheckSubmissionAsync(Access(ann, MailSecurity.StartTls), Limit);
        await Connector(Trust).CheckSubmissionAsync(Access(ann, MailSecurity.Tls) with { Credential = new MailToken(ann.Address, token) }, Limit);

        var bad = Access(ann, MailSecurity.Tls) with { Credential = new MailToken(ann.Address, "worthless") };
        Assert.Equal(MailFault.AuthenticationFailed, await KindOfFaultAsync(() => Connector(Trust).CheckSubmissionAsync(bad, Limit)));
    }

    [SkippableTheory]
    [InlineData(MailSecurity.Tls)]
    [InlineData(MailSecurity.StartTls)]
    public async Task Submit_CertificateOfAnUnknownAuthority_IsNotSecure(MailSecurity security)
    {
        var (ann, _) = NewMailboxes();

        Assert.Equal(MailFault.NotSecure, await KindOfFaultAsync(() => Connector().CheckSubmissionAsync(Access(ann, security), Limit)));
    }

    [SkippableFact]
    public async Task Submit_StartTlsThatIsNotOffered_IsNotSecure()
    {
        var (ann, _) = NewMailboxes();
        var access = Access(ann, MailSecurity.StartTls);
        access = access with { Server = access.Server with { Port = _submission.PlainPort } };

        Assert.Equal(MailFault.NotSecure, await KindOfFaultAsync(() => Connector(Trust).CheckSubmissionAsync(access, Limit)));
    }

    private (TestMailbox Ann, TestMailbox Bob) NewMailboxes()
    {
        Skip.IfNot(_submission.IsAvailable, SubmissionServer.MissingReason);
        return (_dovecot.AddMailbox(), _dovecot.AddMailbox());
    }

    private static MailDraft DraftOf(TestMailbox from, params string[] to) => Draft(to: to) with { From = new MailAddress(from.Address) };

    private MailSubmission Submission(MailDraft draft)
        => new(draft.From.Address, [.. draft.To.Select(static who => who.Address)], Connector().Compose(draft));

    private Task<MailSubmitted> SubmitAsync(TestMailbox from, MailDraft draft, MailSecurity security = MailSecurity.StartTls)
        => Connector(Trust).SubmitAsync(Access(from, security), Submission(draft), Limit);

    private MailAccess Access(TestMailbox mailbox, MailSecurity security) => new(
        new MailServer(
            DovecotServer.Host,
            security switch
            {
                MailSecurity.Tls => _submission.TlsPort,
                MailSecurity.StartTls => _submission.StartTlsPort,
                _ => _submission.PlainPort,
            },
            security),
        new MailPassword(mailbox.Address, mailbox.Password));

    private async Task<MailItem> ArrivedAsync(TestMailbox mailbox)
    {
        await using var connection = await OpenAsync(_dovecot, mailbox);
        MailboxSummary? summary = null;
        await Eventually.TrueAsync(
            async () => (summary = await connection.ListAsync(5, Limit)).Mails.Count > 0, "a mail to arrive", TimeSpan.FromSeconds(30));
        return Assert.Single(summary!.Mails);
    }
}
