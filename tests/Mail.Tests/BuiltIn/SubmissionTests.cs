using System.Text;
using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.Mail.Tests.BuiltIn;

public sealed class SubmissionTests
{
    private static readonly byte[] s_message = "Subject: x\r\n\r\n.dot\r\n..\r\nend\r\n"u8.ToArray();

    private static Task<MailSubmitted> SubmitAsync(
        ScriptedServer server, byte[]? message = null, string from = "ann@x.test", MailCredential? credential = null,
        MailSecurity security = MailSecurity.None, params string[] recipients)
        => BuiltInClient.Connector().SubmitAsync(
            BuiltInClient.Access(server, credential, security),
            new MailSubmission(from, recipients.Length > 0 ? recipients : ["bob@x.test"], message ?? s_message),
            BuiltInClient.Soon);

    [Fact]
    public async Task Submit_Taken_HandsItOverWithDotsDoubled()
    {
        var smtp = new ScriptedSmtp();
        await using var server = smtp.Start();
        Assert.Empty((await SubmitAsync(server)).Refused);
        Assert.Equal("Subject: x\r\n\r\n..dot\r\n...\r\nend\r\n", Assert.Single(smtp.Messages));
        Assert.Equal(
            ["EHLO [127.0.0.1]", "AUTH PLAIN AGFubgBzZWNyZXQ=", "MAIL FROM:<ann@x.test> SIZE=29", "RCPT TO:<bob@x.test>", "DATA"],
            server.Heard.Take(5));
        Assert.Equal("QUIT", server.Heard[^1]);
    }

    [Theory]
    [InlineData("a\n.\nMAIL FROM:<x>\r\n", "a\r\n..\r\nMAIL FROM:<x>\r\n")]
    [InlineData("a\r.\rb", "a\r\n..\r\nb\r\n")]
    [InlineData("a\r\n.\r\n", "a\r\n..\r\n")]
    public async Task Submit_LoneLineBreaks_CannotEndIt(string message, string sent)
    {
        var smtp = new ScriptedSmtp();
        await using var server = smtp.Start();
        await SubmitAsync(server, Encoding.ASCII.GetBytes(message));
        Assert.Equal(sent, Assert.Single(smtp.Messages));
    }

    [Fact]
    public async Task Submit_OneOfThreeRefused_ReportsItAndTheOthersGetIt()
    {
        var smtp = new ScriptedSmtp().On("RCPT", (peer, line) => peer.SendLineAsync(
            line.Contains("two", StringComparison.Ordinal) ? "550-5.1.1 nobody\r\n550 5.1.1 of that name"
            : line.Contains("three", StringComparison.Ordinal) ? "450 4.2.1 later" : "250 2.1.5 ok"));
        await using var server = smtp.Start();
        var refused = (await SubmitAsync(server, recipients: ["one@x.test", "two@x.test", "three@x.test"])).Refused;
        Assert.Equal(
            [new("two@x.test", false, "550 5.1.1 nobody 5.1.1 of that name"), new RefusedRecipient("three@x.test", true, "450 4.2.1 later")],
            refused);
        Assert.Single(smtp.Messages);
    }

    [Theory]
    [InlineData("MAIL", "550 5.7.1 not yours", false)]
    [InlineData("MAIL", "451 4.3.0 later", true)]
    [InlineData("DATA", "554 5.5.1 no", false)]
    public async Task Submit_MessageRefused_ReportsAllRecipients(string command, string answer, bool isTemporary)
    {
        await using var server = new ScriptedSmtp().On(command, answer).Start();
        var refused = (await SubmitAsync(server, recipients: ["one@x.test", "two@x.test"])).Refused;
        Assert.Equal([new("one@x.test", isTemporary, answer), new RefusedRecipient("two@x.test", isTemporary, answer)], refused);
        Assert.Equal("QUIT", server.Heard[^1]);
    }

    [Theory]
    [InlineData("552 5.2.2 mailbox full", false)]
    [InlineData("451 4.3.0 later", true)]
    [InlineData("421 4.3.2 going down", true)]
    public async Task Submit_RefusedAfterItWasSent_ReportsAllRecipients(string answer, bool isTemporary)
    {
        await using var server = new ScriptedSmtp { AfterData = peer => peer.SendLineAsync(answer) }.Start();
        Assert.Equal(new RefusedRecipient("bob@x.test", isTemporary, answer), Assert.Single((await SubmitAsync(server)).Refused));
    }

    [Fact]
    public async Task Submit_DomainBeyondAscii_GoesInItsOtherForm()
    {
        await using var server = new ScriptedSmtp().Start();
        Assert.Empty((await SubmitAsync(server, recipients: ["bob@bücher.test"])).Refused);
        Assert.Contains("RCPT TO:<bob@xn--bcher-kva.test>", server.Heard);
    }

    [Fact]
    public async Task Check_ServerThatWouldTakeMail_SendsNone()
    {
        await using var server = new ScriptedSmtp().Start();
        await BuiltInClient.Connector().CheckSubmissionAsync(BuiltInClient.Access(server), BuiltInClient.Soon);
        Assert.Equal(["EHLO [127.0.0.1]", "AUTH PLAIN AGFubgBzZWNyZXQ=", "QUIT"], server.Heard);
    }

    [Fact]
    public async Task Check_SignInRefused_SaysSo()
    {
        await using var server = new ScriptedSmtp().On("AUTH", "535 5.7.8 wrong").Start();
        var check = BuiltInClient.Connector().CheckSubmissionAsync(BuiltInClient.Access(server), BuiltInClient.Soon);
        Assert.Equal(MailFault.AuthenticationFailed, (await Assert.ThrowsAsync<MailException>(() => check)).Fault);
    }

    [Fact]
    public async Task Submit_CutAfterTheLastByte_IsUnknown()
    {
        await using var server = new ScriptedSmtp { AfterData = static peer => Reset(peer) }.Start();
        Assert.Equal(MailFault.OutcomeUnknown, await FaultAsync(server));
    }

    [Fact]
    public async Task Submit_GarbageAfterTheLastByte_IsUnknown()
    {
        await using var server = new ScriptedSmtp { AfterData = static peer => peer.SendLineAsync("what?") }.Start();
        Assert.Equal(MailFault.OutcomeUnknown, await FaultAsync(server));
    }

    [Fact]
    public async Task Submit_ServerClosesInsteadOfTaking_IsUnreachable()
    {
        await using var server = new ScriptedSmtp().On("DATA", static (peer, _) => Reset(peer)).Start();
        Assert.Equal(MailFault.Unreachable, await FaultAsync(server));
    }

    [Fact]
    public async Task Submit_CancelledAfterTheLastByte_IsUnknown()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = new ScriptedSmtp
        {
            AfterData = async peer =>
            {
                await cancellation.CancelAsync();
                await peer.FallSilentAsync();
            },
        }.Start();
        var submit = BuiltInClient.Connector().SubmitAsync(
            BuiltInClient.Access(server), new MailSubmission("ann@x.test", ["bob@x.test"], s_message), cancellation.Token);
        Assert.Equal(MailFault.OutcomeUnknown, (await Assert.ThrowsAsync<MailException>(() => submit.WaitAsync(TimeSpan.FromSeconds(20)))).Fault);
    }

    [Theory]
    [InlineData("421 4.3.2 going down", MailFault.Unreachable)]
    [InlineData("554 5.7.1 not you", MailFault.Refused)]
    [InlineData("* OK imap here", MailFault.Garbage)]
    [InlineData("9", MailFault.Garbage)]
    public async Task Submit_GreetingThatIsNone_SaysSo(string greeting, MailFault fault)
    {
        await using var server = new ScriptedSmtp { Greeting = greeting }.Start();
        Assert.Equal(fault, await FaultAsync(server));
    }

    [Fact]
    public async Task Submit_LineWithoutEnd_IsGarbage()
    {
        await using var server = new ScriptedSmtp { Greeting = "220 " + new string('x', 10_000_000) }.Start();
        Assert.Equal(MailFault.Garbage, await FaultAsync(server));
    }

    [Fact]
    public async Task Submit_ReplyWithoutEnd_IsGarbage()
    {
        await using var server = new ScriptedSmtp { Greeting = string.Concat(Enumerable.Repeat("220-x\r\n", 10_000)) }.Start();
        Assert.Equal(MailFault.Garbage, await FaultAsync(server));
    }

    [Theory]
    [InlineData("535 5.7.8 wrong", MailFault.AuthenticationFailed)]
    [InlineData("454 4.7.0 later", MailFault.Unreachable)]
    [InlineData("421 4.7.0 too often", MailFault.Unreachable)]
    public async Task Submit_SignInRefused_SaysWhy(string answer, MailFault fault)
    {
        await using var server = new ScriptedSmtp().On("AUTH", answer).Start();
        Assert.Equal(fault, await FaultAsync(server));
    }

    [Theory]
    [InlineData("AUTH PLAIN LOGIN", "AUTH PLAIN AGFubgBzZWNyZXQ=")]
    [InlineData("AUTH=LOGIN", "AUTH LOGIN|YW5u|c2VjcmV0")]
    public async Task Submit_WithAPassword_UsesTheBestThatIsOffered(string extension, string said)
    {
        await using var server = new ScriptedSmtp { Extensions = [extension] }.Start();
        await SubmitAsync(server);
        Assert.Contains(said, string.Join('|', server.Heard), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_WithALongToken_SendsItOnALineOfItsOwn()
    {
        var token = new string('t', 2000);
        await using var server = new ScriptedSmtp { Extensions = ["AUTH XOAUTH2"] }.Start();
        await SubmitAsync(server, credential: new MailToken("ann", token));
        Assert.Equal("AUTH XOAUTH2", server.Heard[1]);
        Assert.Equal($"user=ann\u0001auth=Bearer {token}\u0001\u0001", Encoding.UTF8.GetString(Convert.FromBase64String(server.Heard[2])));
    }

    [Fact]
    public async Task Submit_StartTlsNotOffered_SendsNoSecret()
    {
        await using var server = new ScriptedSmtp().Start();
        var failure = await Assert.ThrowsAsync<MailException>(() => SubmitAsync(server, security: MailSecurity.StartTls));
        Assert.Equal(MailFault.NotSecure, failure.Fault);
        Assert.DoesNotContain(server.Heard, static line => line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Submit_SomethingSaidBeforeTls_IsRefused()
    {
        await using var server = new ScriptedSmtp { Extensions = ["STARTTLS"] }.On("STARTTLS", "220 go ahead\r\n250 AUTH PLAIN").Start();
        var failure = await Assert.ThrowsAsync<MailException>(() => SubmitAsync(server, security: MailSecurity.StartTls));
        Assert.Equal(MailFault.NotSecure, failure.Fault);
    }

    [Fact]
    public async Task Submit_AddressBeyondAscii_NeedsTheExtension()
    {
        var smtp = new ScriptedSmtp();
        await using (var server = smtp.Start())
        {
            var refused = (await SubmitAsync(server, recipients: ["bob@x.test", "jörg@x.test"])).Refused;
            Assert.Equal("jörg@x.test", Assert.Single(refused).Address);
            Assert.Contains("SMTPUTF8", refused[0].Reply, StringComparison.Ordinal);
            Assert.Single(smtp.Messages);
        }

        await using var able = new ScriptedSmtp { Extensions = ["AUTH PLAIN", "SMTPUTF8", "8BITMIME"] }.Start();
        var message = Encoding.UTF8.GetBytes("To: jörg@x.test\r\n\r\nx\r\n");
        Assert.Empty((await SubmitAsync(able, message, recipients: ["jörg@x.test"])).Refused);
        Assert.Contains("MAIL FROM:<ann@x.test> BODY=8BITMIME SMTPUTF8", able.Heard);
        Assert.Contains(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("RCPT TO:<jörg@x.test>")), able.Heard);
    }

    [Fact]
    public async Task Submit_HeaderBeyondAsciiWithoutTheExtension_IsRefusedForAll()
    {
        await using var server = new ScriptedSmtp().Start();
        var refused = (await SubmitAsync(server, Encoding.UTF8.GetBytes("To: jörg@x.test\r\n\r\nx\r\n"))).Refused;
        Assert.Contains("SMTPUTF8", Assert.Single(refused).Reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_TooLongForTheServer_IsNotSent()
    {
        await using var server = new ScriptedSmtp { Extensions = ["AUTH PLAIN", "SIZE 20"] }.Start();
        Assert.StartsWith("552", Assert.Single((await SubmitAsync(server)).Refused).Reply, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Heard, static line => line.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bob@x.test>\r\nRCPT TO:<eve@x.test")]
    [InlineData("bob@x.test> NOTIFY=NEVER <x@x.test")]
    [InlineData("bob @x.test")]
    [InlineData("\"a\"b\"@x.test")]
    [InlineData("bob")]
    [InlineData("")]
    public async Task Submit_AddressThatHoldsACommand_CannotSayIt(string address)
    {
        await using var server = new ScriptedSmtp().Start();
        Assert.Equal(address, Assert.Single((await SubmitAsync(server, recipients: ["one@x.test", address])).Refused).Address);
        Assert.Single((await SubmitAsync(server, from: address)).Refused);
        Assert.DoesNotContain(server.Heard, static line => line.Contains("eve", StringComparison.Ordinal) || line.Contains("NOTIFY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Submit_QuotedLocalPart_IsAnAddress()
    {
        await using var server = new ScriptedSmtp().Start();
        Assert.Empty((await SubmitAsync(server, recipients: ["\"a b\\\"c\"@x.test"])).Refused);
    }

    private static Task Reset(ScriptedPeer peer)
    {
        peer.Reset();
        return Task.CompletedTask;
    }

    private static async Task<MailFault> FaultAsync(ScriptedServer server)
        => (await Assert.ThrowsAsync<MailException>(() => SubmitAsync(server))).Fault;
}
