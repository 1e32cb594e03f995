using OrleansIM.Mail.Tests.Scripted;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Contract;

[Collection(MailServersCollection.Name)]
public sealed class SignInTests(MailServers servers) : ContractTest
{
    private readonly DovecotServer _dovecot = servers.Dovecot;

    private string Trust => $"TrustedAuthorities={_dovecot.AuthorityFile}";

    [SkippableTheory]
    [InlineData(MailSecurity.Tls)]
    [InlineData(MailSecurity.StartTls)]
    [InlineData(MailSecurity.None)]
    public async Task Open_Password_OpensTheInbox(MailSecurity security)
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox();

        await using (var connection = await Connector(Trust).OpenAsync(Access(security, Password(mailbox)), Limit))
        {
            Assert.Equal(0, (await connection.SummarizeAsync(5, Limit)).Unread);
            Assert.Equal(1, await _dovecot.CountConnectionsAsync(mailbox));
        }

        await Eventually.TrueAsync(async () => await _dovecot.CountConnectionsAsync(mailbox) == 0, "the connection to end");
    }

    [SkippableTheory]
    [InlineData("wrong")]
    [InlineData("")]
    [InlineData("open sesamé")]
    [InlineData("open \"sesame\\")]
    [InlineData("open sesame\r\na1 LOGOUT")]
    public async Task Open_WrongPassword_IsRefused(string password)
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox();
        var access = Access(MailSecurity.Tls, new MailPassword(mailbox.Address, password));

        Assert.Equal(MailFault.AuthenticationFailed, await KindOfFaultAsync(() => Connector(Trust).OpenAsync(access, Limit)));
        Assert.Equal(0, _dovecot.CountSignIns(mailbox));
    }

    [SkippableTheory]
    [InlineData("pässwörd 漢字")]
    [InlineData("quo\"te\\{5}%")]
    public async Task Open_UnusualPassword_OpensTheInbox(string password)
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = await _dovecot.ChangePasswordAsync(_dovecot.AddMailbox(), password);

        await using var connection = await Connector(Trust).OpenAsync(Access(MailSecurity.Tls, Password(mailbox)), Limit);
    }

    [SkippableFact]
    public async Task Open_Token_OpensTheInbox()
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox();
        var token = Guid.NewGuid().ToString("N");
        _dovecot.AcceptToken(mailbox, token);

        await using var connection = await Connector(Trust).OpenAsync(Access(MailSecurity.StartTls, new MailToken(mailbox.Address, token)), Limit);

        Assert.Equal(1, _dovecot.CountInLog($"Login: user=<{mailbox.Address}>, method=OAUTHBEARER"));
    }

    [SkippableFact]
    public async Task Open_TokenThatWasRevoked_IsRefused()
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox();

        var access = Access(MailSecurity.Tls, new MailToken(mailbox.Address, "worthless"));

        Assert.Equal(MailFault.AuthenticationFailed, await KindOfFaultAsync(() => Connector(Trust).OpenAsync(access, Limit)));
    }

    [SkippableTheory]
    [InlineData(MailSecurity.Tls)]
    [InlineData(MailSecurity.StartTls)]
    public async Task Open_CertificateOfAnUnknownAuthority_IsNotSecure(MailSecurity security)
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox();

        var fault = await FaultAsync(() => Connector().OpenAsync(Access(security, Password(mailbox)), Limit));

        Assert.Equal(MailFault.NotSecure, fault.Fault);
        Assert.Equal(0, _dovecot.CountSignIns(mailbox));
    }

    [SkippableTheory]
    [InlineData(MailSecurity.Tls)]
    [InlineData(MailSecurity.StartTls)]
    public async Task Open_CertificateForAnotherName_IsNotSecure(MailSecurity security)
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox();

        var access = Access(security, Password(mailbox), DovecotServer.WrongNameHost);

        Assert.Equal(MailFault.NotSecure, await KindOfFaultAsync(() => Connector(Trust).OpenAsync(access, Limit)));
    }

    [SkippableFact]
    public async Task Open_StartTlsThatIsNotOffered_IsNotSecure()
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox();

        var access = Access(MailSecurity.StartTls, Password(mailbox), DovecotServer.NoTlsHost);

        Assert.Equal(MailFault.NotSecure, await KindOfFaultAsync(() => Connector(Trust).OpenAsync(access, Limit)));
        Assert.Equal(0, _dovecot.CountSignIns(mailbox));
    }

    [SkippableFact]
    public async Task Open_TlsWhereThereIsNone_EndsWithAFault()
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var access = new MailAccess(new MailServer(DovecotServer.Host, _dovecot.ImapPort, MailSecurity.Tls), Password(_dovecot.AddMailbox()));

        var fault = await KindOfFaultAsync(() => Connector(Trust).OpenAsync(access, Limit));

        Assert.Contains(fault, new[] { MailFault.NotSecure, MailFault.Unreachable });
    }

    [Fact]
    public async Task Open_WhereNobodyListens_IsUnreachable()
    {
        var access = new MailAccess(new MailServer("127.0.0.1", Ports.Free(), MailSecurity.Tls), new MailPassword("ann@example.test", "open sesame"));

        Assert.Equal(MailFault.Unreachable, await KindOfFaultAsync(() => Connector().OpenAsync(access, Limit)));
    }

    [Theory]
    [InlineData("IMAP4rev1 AUTH=PLAIN AUTH=LOGIN SASL-IR", "AUTHENTICATE PLAIN AGFubkBleGFtcGxlLnRlc3QAb3BlbiBzZXNhbWU=")]
    [InlineData("IMAP4rev1 AUTH=PLAIN", "AUTHENTICATE PLAIN")]
    [InlineData("IMAP4rev1 AUTH=LOGIN SASL-IR", "AUTHENTICATE LOGIN")]
    [InlineData("IMAP4rev1", "LOGIN ")]
    [InlineData("IMAP4rev1 AUTH=CRAM-MD5 AUTH=XOAUTH2", "LOGIN ")]
    public async Task Open_PasswordWhereLessIsOffered_SignsInWithWhatThereIs(string capabilities, string command)
    {
        var imap = new ScriptedImap { Capabilities = capabilities };
        await using var server = imap.Start();

        await using var connection = await Connector().OpenAsync(At(server), Limit);

        Assert.Contains(server.Heard, line => line.Contains(command, StringComparison.Ordinal));
        Assert.True(imap.IsSignedIn);
    }

    [Theory]
    [InlineData("IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR", "AUTHENTICATE OAUTHBEARER ")]
    [InlineData("IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR", "AUTHENTICATE XOAUTH2 dXNlcj1hbm5AZXhhbXBsZS50ZXN0AWF1dGg9QmVhcmVyIHRoZS10b2tlbgEB")]
    public async Task Open_Token_PrefersTheStandard(string capabilities, string command)
    {
        await using var server = new ScriptedImap { Capabilities = capabilities }.Start();
        var access = At(server) with { Credential = new MailToken("ann@example.test", "the-token") };

        await using var connection = await Connector().OpenAsync(access, Limit);

        Assert.Contains(server.Heard, line => line.Contains(command, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("IMAP4rev1 LOGINDISABLED AUTH=GSSAPI", false)]
    [InlineData("IMAP4rev1 AUTH=PLAIN AUTH=LOGIN", true)]
    public async Task Open_NothingToSignInWith_IsRefusedAndSaysNoSecret(string capabilities, bool isToken)
    {
        await using var server = new ScriptedImap { Capabilities = capabilities }.Start();
        var access = isToken ? At(server) with { Credential = new MailToken("ann@example.test", "the-token") } : At(server);

        Assert.Equal(MailFault.AuthenticationFailed, await KindOfFaultAsync(() => Connector().OpenAsync(access, Limit)));
        Assert.DoesNotContain(server.Heard, line => line.Contains("LOGIN", StringComparison.Ordinal) || line.Contains("AUTHENTICATE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("NO [AUTHENTICATIONFAILED] no", MailFault.AuthenticationFailed)]
    [InlineData("NO no", MailFault.AuthenticationFailed)]
    [InlineData("BAD no", MailFault.AuthenticationFailed)]
    [InlineData("NO [UNAVAILABLE] the directory is down", MailFault.Unreachable)]
    [InlineData("NO [INUSE] somebody else reads it", MailFault.Unreachable)]
    public async Task Open_SignInRefused_IsForGoodOrForNow(string answer, MailFault expected)
    {
        await using var server = new ScriptedImap().On("AUTHENTICATE", (peer, line) => peer.SendLineAsync($"{line.Tag} {answer}")).Start();

        Assert.Equal(expected, await KindOfFaultAsync(() => Connector().OpenAsync(At(server), Limit)));
    }

    [Theory]
    [InlineData(MailSecurity.StartTls, MailFault.NotSecure)]
    [InlineData(MailSecurity.None, MailFault.AuthenticationFailed)]
    public async Task Open_ServerThatLetsEverybodyIn_ProvesNothing(MailSecurity security, MailFault expected)
    {
        await using var server = new ScriptedImap { Greeting = "* PREAUTH welcome", Capabilities = "IMAP4rev1 STARTTLS" }.Start();

        Assert.Equal(expected, await KindOfFaultAsync(() => Connector().OpenAsync(At(server, security), Limit)));
    }

    [SkippableFact]
    public async Task Open_AnswersBeforeStartTls_AreForgotten()
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        using var certificate = _dovecot.Authority.Issue("127.0.0.1");
        var imap = new ScriptedImap { Capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN", Certificate = certificate };
        imap.On("STARTTLS", async (peer, line) =>
        {
            // Somebody in the middle adds what the client is to take for the server's answer to its next commands.
            await peer.SendAsync($"{line.Tag} OK go ahead\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n* BYE bye\r\n");
            await peer.StartTlsAsync(certificate);
        });
        await using var server = imap.Start();

        // Whether it goes on or gives up: what was said outside is not believed, and no secret is said there.
        try
        {
            await using var connection = await Connector(Trust).OpenAsync(At(server, MailSecurity.StartTls), Limit);
        }
        catch (MailException fault)
        {
            Assert.Contains(fault.Fault, new[] { MailFault.NotSecure, MailFault.Unreachable, MailFault.Garbage });
        }
    }

    private static MailPassword Password(TestMailbox mailbox) => new(mailbox.Address, mailbox.Password);

    private MailAccess Access(MailSecurity security, MailCredential credential, string host = DovecotServer.Host)
        => new(new MailServer(host, security == MailSecurity.Tls ? _dovecot.ImapsPort : _dovecot.ImapPort, security), credential);
}
