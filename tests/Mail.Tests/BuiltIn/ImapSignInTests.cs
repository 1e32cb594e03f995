using System.Text;
using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.Mail.Tests.BuiltIn;

public sealed class ImapSignInTests
{
    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("AUTH=PLAIN AUTH=LOGIN SASL-IR", "AUTHENTICATE PLAIN AGFubgBzZWNyZXQ=")]
    [InlineData("AUTH=PLAIN", "AUTHENTICATE PLAIN|AGFubgBzZWNyZXQ=")]
    [InlineData("AUTH=LOGIN SASL-IR", "AUTHENTICATE LOGIN|YW5u|c2VjcmV0")]
    [InlineData("", "LOGIN \"ann\" \"secret\"")]
    public async Task Open_WithAPassword_UsesTheBestThatIsOffered(string capabilities, string said)
    {
        await using var server = new ScriptedImap { Capabilities = "IMAP4rev1 " + capabilities }.Start();
        await using var connection = await BuiltInClient.OpenAsync(server);
        Assert.Contains(said, Said(server), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AUTH=OAUTHBEARER AUTH=XOAUTH2 SASL-IR", "AUTHENTICATE OAUTHBEARER ", "n,a=ann,\u0001host=127.0.0.1\u0001port=PORT\u0001auth=Bearer t0k\u0001\u0001")]
    [InlineData("AUTH=XOAUTH2 SASL-IR", "AUTHENTICATE XOAUTH2 ", "user=ann\u0001auth=Bearer t0k\u0001\u0001")]
    [InlineData("AUTH=XOAUTH2 AUTH=PLAIN", "AUTHENTICATE XOAUTH2|", "user=ann\u0001auth=Bearer t0k\u0001\u0001")]
    public async Task Open_WithAToken_UsesTheBestThatIsOffered(string capabilities, string command, string secret)
    {
        await using var server = new ScriptedImap { Capabilities = "IMAP4rev1 " + capabilities }.Start();
        await using var connection = await BuiltInClient.OpenAsync(server, new MailToken("ann", "t0k"));
        var said = command + Base64(secret.Replace("PORT", $"{server.Port}", StringComparison.Ordinal));
        Assert.Contains(said, Said(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_PasswordThatIsNoWord_GoesAsALiteral()
    {
        const string Password = "a\"b\\\r\na2 DELETE \"Sent\"\r\ngrün";
        await using var server = new ScriptedImap { Capabilities = "IMAP4rev1" }.Start();
        await using var connection = await BuiltInClient.OpenAsync(server, new MailPassword("a\"\\nn", Password));
        Assert.Contains("LOGIN \"a\\\"\\\\nn\" {" + Encoding.UTF8.GetByteCount(Password) + "}", Said(server), StringComparison.Ordinal);
        Assert.DoesNotContain(server.Heard, static line => line.StartsWith("a2 DELETE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("NO [AUTHENTICATIONFAILED] no such user", MailFault.AuthenticationFailed, "no such user")]
    [InlineData("NO", MailFault.AuthenticationFailed, "refused the user name or the password")]
    [InlineData("NO [UNAVAILABLE] later", MailFault.Unreachable, "later")]
    [InlineData("BAD what", MailFault.AuthenticationFailed, "what")]
    public async Task Open_Refused_SaysWhy(string answer, MailFault fault, string message)
    {
        await using var server = new ScriptedImap()
            .On("AUTHENTICATE", (peer, line) => peer.SendLineAsync($"{line.Tag} {answer}")).Start();
        var failure = await Assert.ThrowsAsync<MailException>(() => BuiltInClient.OpenAsync(server));
        Assert.Equal(fault, failure.Fault);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AUTH=OAUTHBEARER", "AQ==")]
    [InlineData("AUTH=XOAUTH2", "")]
    public async Task Open_TokenRefused_HearsTheServerOut(string capabilities, string answer)
    {
        await using var server = new ScriptedImap { Capabilities = "IMAP4rev1 SASL-IR " + capabilities }
            .On("AUTHENTICATE", async (peer, line) =>
            {
                await peer.SendLineAsync("+ eyJzdGF0dXMiOiI0MDEifQ==");
                Assert.Equal(answer, await peer.ReadLineAsync());
                await peer.SendLineAsync($"{line.Tag} NO SASL authentication failed");
            }).Start();
        var failure = await Assert.ThrowsAsync<MailException>(() => BuiltInClient.OpenAsync(server, new MailToken("ann", "t0k")));
        Assert.Equal(MailFault.AuthenticationFailed, failure.Fault);
    }

    [Theory]
    [InlineData("IMAP4rev1 LOGINDISABLED")]
    [InlineData("IMAP4rev1 LOGINDISABLED AUTH=GSSAPI")]
    public async Task Open_NothingItCanUse_SendsNoSecret(string capabilities)
    {
        await using var server = new ScriptedImap { Capabilities = capabilities }.Start();
        var failure = await Assert.ThrowsAsync<MailException>(() => BuiltInClient.OpenAsync(server));
        Assert.Equal(MailFault.AuthenticationFailed, failure.Fault);
        Assert.DoesNotContain("secret", Said(server), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("* BYE too many connections", MailFault.Unreachable)]
    [InlineData("* PREAUTH welcome", MailFault.AuthenticationFailed)]
    [InlineData("220 smtp here", MailFault.Garbage)]
    [InlineData("HTTP/1.1 400 Bad Request", MailFault.Garbage)]
    [InlineData("* NO not today", MailFault.Garbage)]
    public async Task Open_GreetingThatIsNone_SaysSo(string greeting, MailFault fault)
    {
        await using var server = new ScriptedImap { Greeting = greeting }.Start();
        Assert.Equal(fault, (await Assert.ThrowsAsync<MailException>(() => BuiltInClient.OpenAsync(server))).Fault);
    }

    [Theory]
    [InlineData("* OK ready", "IMAP4rev1 AUTH=PLAIN")]
    [InlineData("* PREAUTH welcome", "IMAP4rev1 STARTTLS")]
    [InlineData("* OK ready", "IMAP4rev1 AUTH=PLAIN STARTTLS")]
    public async Task Open_StartTlsTalkedAway_SendsNoSecret(string greeting, string capabilities)
    {
        await using var server = new ScriptedImap { Greeting = greeting, Capabilities = capabilities }.Start();
        var failure = await Assert.ThrowsAsync<MailException>(() => BuiltInClient.OpenAsync(server, security: MailSecurity.StartTls));
        Assert.Equal(MailFault.NotSecure, failure.Fault);
        Assert.DoesNotContain("AUTHENTICATE", Said(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_SomethingSaidBeforeTls_IsRefused()
    {
        await using var server = new ScriptedImap { Capabilities = "IMAP4rev1 STARTTLS" }
            .On("STARTTLS", (peer, line) => peer.SendAsync($"{line.Tag} OK go ahead\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n")).Start();
        var failure = await Assert.ThrowsAsync<MailException>(() => BuiltInClient.OpenAsync(server, security: MailSecurity.StartTls));
        Assert.Equal(MailFault.NotSecure, failure.Fault);
    }

    [Theory]
    [InlineData(MailSecurity.Tls)]
    [InlineData(MailSecurity.StartTls)]
    public async Task Open_CertificateNobodyKnows_SendsNoSecret(MailSecurity security)
    {
        using var certificate = ScriptedCertificate.For("127.0.0.1");
        await using var server = new ScriptedImap { Capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN", Certificate = certificate }
            .Start(security == MailSecurity.Tls ? certificate : null);
        var failure = await Assert.ThrowsAsync<MailException>(() => BuiltInClient.OpenAsync(server, security: security));
        Assert.Equal(MailFault.NotSecure, failure.Fault);
        Assert.DoesNotContain("AUTHENTICATE", Said(server), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MailSecurity.Tls)]
    [InlineData(MailSecurity.StartTls)]
    public async Task Open_Protected_AsksAgainWhatTheServerCan(MailSecurity security)
    {
        using var certificate = ScriptedCertificate.For("127.0.0.1");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        try
        {
            await using var server = new ScriptedImap { Capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR", Certificate = certificate }
                .Start(security == MailSecurity.Tls ? certificate : null);
            var options = new MailOptions { TrustedAuthorities = file };
            await using var connection = await BuiltInClient.OpenAsync(server, security: security, options: options);
            Assert.Equal(security == MailSecurity.Tls ? 2 : 3, server.Heard.Count(static line => line.EndsWith("CAPABILITY", StringComparison.Ordinal)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Open_Cancelled_EndsThoughTheServerIsSilent()
    {
        await using var server = ScriptedServer.Start(static peer => peer.FallSilentAsync());
        using var cancellation = new CancellationTokenSource(50);
        var open = BuiltInClient.Connector().OpenAsync(BuiltInClient.Access(server), cancellation.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => open.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    /// <summary>All lines in one, tags taken off.</summary>
    private static string Said(ScriptedServer server)
        => string.Join('|', server.Heard.Select(static line => line is ['i', 'm', >= '0' and <= '9', ..] ? line[(line.IndexOf(' ') + 1)..] : line));
}
