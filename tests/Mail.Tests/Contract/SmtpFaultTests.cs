using System.Diagnostics;
using System.Text;
using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.Mail.Tests.Contract;

/// <summary>Submission servers on their bad days.</summary>
public sealed class SmtpFaultTests : ContractTest
{
    [Fact]
    public async Task Submit_HealthyServer_GetsTheBytes()
    {
        var smtp = new ScriptedSmtp();
        await using var server = smtp.Start();
        var submission = Submission("bob@example.test");

        Assert.Empty((await Connector().SubmitAsync(At(server), submission, Limit)).Refused);

        Assert.Equal(Encoding.ASCII.GetString(submission.Message), Assert.Single(smtp.Messages));
    }

    [Theory]
    [InlineData("451 4.3.0 try later", true)]
    [InlineData("550 5.7.1 no", false)]
    public async Task Submit_MessageRefused_IsForGoodOrForNow(string reply, bool isTemporary)
    {
        var replies = new Queue<string>([reply, "250 2.0.0 queued"]);
        var smtp = new ScriptedSmtp { AfterData = peer => peer.SendLineAsync(replies.Dequeue()) };
        await using var server = smtp.Start();

        var refused = (await Connector().SubmitAsync(At(server), Submission("bob@example.test", "carl@example.test"), Limit)).Refused;

        Assert.Equal(["bob@example.test", "carl@example.test"], refused.Select(one => one.Address));
        Assert.All(refused, one => Assert.Equal((isTemporary, reply), (one.IsTemporary, one.Reply)));

        // The next try may be better.
        Assert.Empty((await Connector().SubmitAsync(At(server), Submission("bob@example.test"), Limit)).Refused);
    }

    [Theory]
    [InlineData("MAIL", "451 4.3.0 later", true)]
    [InlineData("MAIL", "553 5.7.1 not you", false)]
    [InlineData("DATA", "452 4.3.1 full", true)]
    [InlineData("DATA", "554 5.5.1 no", false)]
    public async Task Submit_CommandRefused_IsForAll(string command, string reply, bool isTemporary)
    {
        var smtp = new ScriptedSmtp().On(command, reply);
        await using var server = smtp.Start();

        var refused = (await Connector().SubmitAsync(At(server), Submission("bob@example.test", "carl@example.test"), Limit)).Refused;

        Assert.Equal(2, refused.Count);
        Assert.All(refused, one => Assert.Equal((isTemporary, reply), (one.IsTemporary, one.Reply)));
        Assert.Empty(smtp.Messages);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Submit_CutAfterTheLastByte_MayHaveBeenSent(bool isReset)
    {
        var smtp = new ScriptedSmtp
        {
            AfterData = peer =>
            {
                (isReset ? (Action)peer.Reset : peer.Close)();
                return Task.CompletedTask;
            },
        };
        await using var server = smtp.Start();

        Assert.Equal(MailFault.OutcomeUnknown, await KindOfFaultAsync(() => Connector().SubmitAsync(At(server), Submission("bob@example.test"), Limit)));
        Assert.Single(smtp.Messages);
    }

    [Fact]
    public async Task Submit_SilentAfterTheLastByte_MayHaveBeenSent()
    {
        await using var server = new ScriptedSmtp { AfterData = peer => peer.FallSilentAsync() }.Start();
        var connector = Connector("ConnectTimeout=00:00:01", "AnswerTimeout=00:00:01");

        Assert.Equal(MailFault.OutcomeUnknown, await KindOfFaultAsync(() => connector.SubmitAsync(At(server), Submission("bob@example.test"), Limit)));
    }

    [Fact]
    public async Task Submit_CutBeforeTheMessage_WasNotSent()
    {
        await using var server = new ScriptedSmtp().On("DATA", (peer, _) =>
        {
            peer.Close();
            return Task.CompletedTask;
        }).Start();

        Assert.Equal(MailFault.Unreachable, await KindOfFaultAsync(() => Connector().SubmitAsync(At(server), Submission("bob@example.test"), Limit)));
    }

    [Fact]
    public async Task Submit_ServerThatGoesAway_WasNotSent()
    {
        await using var server = new ScriptedSmtp().On("RCPT", async (peer, _) =>
        {
            await peer.SendLineAsync("421 4.3.2 shutting down");
            peer.Close();
        }).Start();

        Assert.Equal(MailFault.Unreachable, await KindOfFaultAsync(() => Connector().SubmitAsync(At(server), Submission("bob@example.test"), Limit)));
    }

    [Theory]
    [InlineData("554 5.3.2 no service here")]
    [InlineData("421 4.3.2 too busy")]
    [InlineData("* OK IMAP4rev1 ready")]
    [InlineData("")]
    public async Task Submit_NoSubmissionServer_EndsWithAFault(string greeting)
    {
        await using var server = ScriptedServer.Start(peer => peer.SendLineAsync(greeting));

        var fault = await KindOfFaultAsync(() => Connector("ConnectTimeout=00:00:02", "AnswerTimeout=00:00:02").CheckSubmissionAsync(At(server), Limit));

        Assert.Contains(fault, new[] { MailFault.Garbage, MailFault.Unreachable, MailFault.Refused });
    }

    [Fact]
    public async Task Submit_LineWithoutEnd_CostsNoMoreThanTheBudget()
    {
        await using var server = new ScriptedSmtp().On("MAIL", async (peer, _) =>
        {
            var block = new string('2', 64 * 1024);
            while (!peer.IsClosed)
            {
                await peer.SendAsync(block);
            }
        }).Start();

        Assert.Equal(
            MailFault.Garbage, await KindOfFaultAsync(() => Connector("MaxAnswerBytes=1000000").SubmitAsync(At(server), Submission("bob@example.test"), Limit)));
    }

    [Theory]
    [InlineData("535 5.7.8 wrong", MailFault.AuthenticationFailed)]
    [InlineData("454 4.7.0 the directory is down", MailFault.Unreachable)]
    public async Task Submit_SignInRefused_IsForGoodOrForNow(string reply, MailFault expected)
    {
        await using var server = new ScriptedSmtp().On("AUTH", reply).Start();

        Assert.Equal(expected, await KindOfFaultAsync(() => Connector().CheckSubmissionAsync(At(server), Limit)));
    }

    [Theory]
    [InlineData("AUTH PLAIN LOGIN", "AUTH PLAIN AGFubkBleGFtcGxlLnRlc3QAb3BlbiBzZXNhbWU=")]
    [InlineData("AUTH CRAM-MD5 LOGIN", "AUTH LOGIN")]
    public async Task Submit_Password_UsesWhatThereIs(string offered, string command)
    {
        await using var server = new ScriptedSmtp { Extensions = [offered] }.Start();

        await Connector().CheckSubmissionAsync(At(server), Limit);

        Assert.Contains(server.Heard, line => line.StartsWith(command, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Submit_NothingToSignInWith_IsRefusedAndSaysNoSecret()
    {
        await using var server = new ScriptedSmtp { Extensions = ["AUTH GSSAPI"] }.Start();

        Assert.Equal(MailFault.AuthenticationFailed, await KindOfFaultAsync(() => Connector().CheckSubmissionAsync(At(server), Limit)));
        Assert.DoesNotContain(server.Heard, line => line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Submit_AddressBeyondAscii_TakesAServerThatKnowsThem(bool isKnown)
    {
        var smtp = new ScriptedSmtp { Extensions = isKnown ? ["8BITMIME", "SMTPUTF8", "AUTH PLAIN"] : ["8BITMIME", "AUTH PLAIN"] };
        await using var server = smtp.Start();
        var draft = Draft(to: "jürgen@example.test");

        var submitted = await Connector().SubmitAsync(
            At(server), new MailSubmission("ann@example.test", ["jürgen@example.test"], Connector().Compose(draft)), Limit);

        if (isKnown)
        {
            Assert.Empty(submitted.Refused);
            Assert.Contains(server.Heard, line => line.StartsWith("MAIL", StringComparison.Ordinal) && line.Contains("SMTPUTF8", StringComparison.Ordinal));
            Assert.Contains(server.Heard, line => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(line)).StartsWith("RCPT TO:<jürgen@example.test>", StringComparison.Ordinal));
        }
        else
        {
            Assert.False(Assert.Single(submitted.Refused).IsTemporary);
            Assert.Empty(smtp.Messages);
        }
    }

    [Theory]
    [InlineData("bob@example.test>\r\nRCPT TO:<eve@example.test")]
    [InlineData("bob@example.test> NOTIFY=NEVER <x@example.test")]
    [InlineData("bob@example.test\nDATA")]
    [InlineData("")]
    [InlineData("bob")]
    public async Task Submit_EvilAddress_IsRefusedAndNotSaid(string address)
    {
        await using var server = new ScriptedSmtp().Start();
        var message = Connector().Compose(Draft());

        var recipient = await Connector().SubmitAsync(At(server), new MailSubmission("ann@example.test", [address], message), Limit);
        var sender = await Connector().SubmitAsync(At(server), new MailSubmission(address, ["bob@example.test"], message), Limit);

        Assert.Equal(address, Assert.Single(recipient.Refused).Address);
        Assert.Equal("bob@example.test", Assert.Single(sender.Refused).Address);
        Assert.DoesNotContain(server.Heard, line => line.Contains("eve@", StringComparison.Ordinal) || line.Contains("NOTIFY", StringComparison.Ordinal));
        Assert.DoesNotContain("DATA", server.Heard);
    }

    [Fact]
    public async Task Submit_ManyRecipients_NamesThoseThatAreRefused()
    {
        var smtp = new ScriptedSmtp { Extensions = ["PIPELINING", "AUTH PLAIN"] }
            .On("RCPT", (peer, line) => peer.SendLineAsync(line.Contains("even", StringComparison.Ordinal) ? "250 ok" : "550 5.1.1 odd"));
        await using var server = smtp.Start();
        string[] to = [.. Enumerable.Range(1, 50).Select(static number => $"{(number % 2 == 0 ? "even" : "odd")}{number}@example.test")];

        var refused = (await Connector().SubmitAsync(At(server), Submission(to), Limit)).Refused;

        Assert.Equal(to.Where(static one => one.StartsWith("odd", StringComparison.Ordinal)), refused.Select(one => one.Address));
        Assert.Single(smtp.Messages);
    }

    [Fact]
    public async Task Submit_RecipientNamedTwice_IsNoFault()
    {
        var smtp = new ScriptedSmtp();
        await using var server = smtp.Start();

        Assert.Empty((await Connector().SubmitAsync(At(server), Submission("bob@example.test", "bob@example.test"), Limit)).Refused);

        Assert.Single(smtp.Messages);
    }

    [Fact]
    public async Task Submit_ServerThatDoesNotSayGoodbye_IsDone()
    {
        await using var server = new ScriptedSmtp().On("QUIT", (peer, _) => peer.FallSilentAsync()).Start();
        var watch = Stopwatch.StartNew();

        Assert.Empty((await Connector().SubmitAsync(At(server), Submission("bob@example.test"), Limit)).Refused);

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    private MailSubmission Submission(params string[] to) => new("ann@example.test", to, Connector().Compose(Draft(to: to)));
}
