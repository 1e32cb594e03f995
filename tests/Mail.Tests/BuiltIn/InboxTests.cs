using System.Globalization;
using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.Mail.Tests.BuiltIn;

public sealed class InboxTests
{
    private static CancellationToken Soon => BuiltInClient.Soon;

    [Theory]
    [InlineData("IDLE")]
    [InlineData("IDLE ESEARCH")]
    public async Task Summarize_SomeUnread_ShowsTheNewest(string extensions)
    {
        await using var server = ScriptedInbox.With([3, 5, 8, 13, 21], extensions, static uid => uid != 13).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        var summary = await mailbox.SummarizeAsync(2, Soon);
        Assert.Equal((4, 1u), (summary.Unread, summary.UidValidity));
        Assert.Equal(["21 mail 21: text of 21", "8 mail 8: text of 8"], summary.Mails.Select(static mail => $"{mail.Uid} {mail.Subject}: {mail.Preview}"));
        Assert.Equal(new MailAddress("bob@x.test", "Bob"), summary.Mails[0].From);
        Assert.True(summary.Mails[0].IsUnread);
        Assert.Equal(2020, summary.Mails[0].Date.Year);
    }

    [Fact]
    public async Task Summarize_Again_FetchesOnlyWhatIsNew()
    {
        var uids = new List<int> { 3, 5 };
        await using var server = ScriptedInbox.With(uids).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        await mailbox.SummarizeAsync(2, Soon);
        uids.Add(8);
        Assert.Equal([8u, 5u], (await mailbox.SummarizeAsync(2, Soon)).Mails.Select(static mail => mail.Uid));
        Assert.Equal(["5,3", "8"], server.Heard.Where(static line => line.Contains("ENVELOPE", StringComparison.Ordinal)).Select(static line => line.Split(' ')[3]));
    }

    [Fact]
    public async Task List_ReadAndUnread_ShowsTheNewest()
    {
        await using var server = ScriptedInbox.With([3, 5, 8, 13, 21], isUnread: static uid => uid != 13).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        var list = await mailbox.ListAsync(3, Soon);
        Assert.Equal(4, list.Unread);
        Assert.Equal([(21u, true), (13u, false), (8u, true)], list.Mails.Select(static mail => (mail.Uid, mail.IsUnread)));
        Assert.Contains(server.Heard, static line => line.Contains(" FETCH 3:* ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Summarize_EmptyInbox_FetchesNothing()
    {
        await using var server = ScriptedInbox.With([]).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.Empty((await mailbox.SummarizeAsync(20, Soon)).Mails);
        Assert.Empty((await mailbox.ListAsync(20, Soon)).Mails);
        Assert.DoesNotContain(server.Heard, static line => line.Contains("FETCH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("IDLE")]
    [InlineData("IDLE ESEARCH")]
    public async Task Summarize_200000Unread_CostsOnlyWhatIsShown(string extensions)
    {
        var uids = Enumerable.Range(1, 200_000).Select(static i => i * 2).ToList();
        await using var server = ScriptedInbox.With(uids, extensions).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        var summary = await mailbox.SummarizeAsync(20, Soon);
        Assert.Equal(200_000, summary.Unread);
        Assert.Equal(20, summary.Mails.Count);
        Assert.Equal(400_000u, summary.Mails[0].Uid);
    }

    [Fact]
    public async Task Summarize_SubjectOfAMegabyte_IsCut()
    {
        await using var server = ScriptedInbox.With([1]).On("UID FETCH", async (peer, line) =>
        {
            await peer.SendAsync($"* 1 FETCH (UID 1 ENVELOPE (NIL {{1000000}}\r\n{new string('s', 1_000_000)} NIL NIL NIL NIL NIL NIL NIL NIL) INTERNALDATE \"01-Jan-2020 00:00:00 +0000\")\r\n");
            await peer.SendLineAsync($"{line.Tag} OK done");
        }).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        var mail = Assert.Single((await mailbox.SummarizeAsync(20, Soon)).Mails);
        Assert.Equal(new string('s', MailText.MaxSubject), mail.Subject);
        Assert.Equal("", mail.Preview);
    }

    [Fact]
    public async Task Summarize_MailOfWhichTheServerSaysTooMuch_ShowsTheRest()
    {
        var many = string.Concat(Enumerable.Repeat("(\"name\" NIL \"box\" \"host\")", 100_000));
        await using var server = ScriptedInbox.With([1]).On("UID FETCH", async (peer, line) =>
        {
            await peer.SendAsync($"* 1 FETCH (UID 1 ENVELOPE (NIL \"subject\" NIL NIL NIL ({many}) NIL NIL NIL NIL))\r\n");
            await peer.SendLineAsync($"{line.Tag} OK done");
        }).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.Equal("subject", Assert.Single((await mailbox.SummarizeAsync(20, Soon)).Mails).Subject);
    }

    [Fact]
    public async Task Summarize_MailGoneMeanwhile_LeavesItOut()
    {
        await using var server = ScriptedInbox.With([1, 2]).On("UID SEARCH", "* SEARCH 1 2 3").Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.Equal([2u, 1u], (await mailbox.SummarizeAsync(20, Soon)).Mails.Select(static mail => mail.Uid));
    }

    [Fact]
    public async Task Summarize_ServerAnswersInAnotherOrder_TakesItAll()
    {
        var inbox = ScriptedInbox.With([1, 2]);
        inbox.On("UID FETCH", async (peer, line) =>
        {
            if (line.Arguments.Contains("BODYSTRUCTURE", StringComparison.Ordinal))
            {
                // Texts in sections that differ, so that there are two commands for them.
                const string Text = "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 9 1)";
                await peer.SendAsync($"* 1 FETCH (UID 1 BODYSTRUCTURE {Text})\r\n* 2 FETCH (UID 2 BODYSTRUCTURE (({Text} \"mixed\") \"mixed\"))\r\n{line.Tag} OK done\r\n");
                return;
            }

            var next = await ScriptedImap.ReadCommandAsync(peer);
            await peer.SendAsync($"* 2 FETCH (UID 2 BODY[1.1] \"two\")\r\n{next.Tag} OK done\r\n* 1 FETCH (UID 1 BODY[1] \"one\")\r\n{line.Tag} OK done\r\n");
        });
        await using var server = inbox.Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.Equal(["two", "one"], (await mailbox.SummarizeAsync(2, Soon)).Mails.Select(static mail => mail.Preview));
        Assert.Equal(2, (await mailbox.SummarizeAsync(2, Soon)).Unread);
    }

    [Theory]
    [InlineData("NO [CANNOT] no search here")]
    [InlineData("BAD what")]
    public async Task Summarize_Refused_LeavesTheConnectionUsable(string answer)
    {
        var inbox = ScriptedInbox.With([1]);
        var refuses = true;
        inbox.On("UID SEARCH", (peer, line) => peer.SendAsync(refuses ? $"{line.Tag} {answer}\r\n" : $"* SEARCH 1\r\n{line.Tag} OK done\r\n"));
        await using var server = inbox.Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.Equal(MailFault.Refused, (await Assert.ThrowsAsync<MailException>(() => mailbox.SummarizeAsync(1, Soon))).Fault);
        refuses = false;
        Assert.Equal(1, (await mailbox.SummarizeAsync(1, Soon)).Unread);
    }

    [Theory]
    [InlineData("* BYE server goes down\r\n", MailFault.Unreachable)]
    [InlineData("\x16\x03\x01 garbage here\r\n", MailFault.Garbage)]
    [InlineData("zz OK not yours\r\n", MailFault.Garbage)]
    [InlineData("\r\n", MailFault.Garbage)]
    public async Task Summarize_ServerFails_SaysHowAndEndsTheConnection(string said, MailFault fault)
    {
        await using var server = ScriptedInbox.With([1]).On("UID SEARCH", async (peer, _) =>
        {
            await peer.SendAsync(said);
            await peer.FallSilentAsync();
        }).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.Equal(fault, (await Assert.ThrowsAsync<MailException>(() => mailbox.SummarizeAsync(1, Soon))).Fault);
        Assert.Equal(MailFault.Unreachable, (await Assert.ThrowsAsync<MailException>(() => mailbox.SummarizeAsync(1, Soon))).Fault);
    }

    [Fact]
    public async Task Summarize_ConnectionCut_IsUnreachable()
    {
        await using var server = ScriptedInbox.With([1]).On("UID SEARCH", static (peer, _) =>
        {
            peer.Reset();
            return Task.CompletedTask;
        }).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.Equal(MailFault.Unreachable, (await Assert.ThrowsAsync<MailException>(() => mailbox.SummarizeAsync(1, Soon))).Fault);
    }

    [Fact]
    public async Task Summarize_UidValidityChanges_FetchesAnew()
    {
        var inbox = ScriptedInbox.With([1]);
        await using var server = inbox.Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        await mailbox.SummarizeAsync(1, Soon);
        inbox.On("NOOP", "* OK [UIDVALIDITY 77] new");
        Assert.Equal(77u, (await mailbox.SummarizeAsync(1, Soon)).UidValidity);
        Assert.Equal(2, server.Heard.Count(static line => line.Contains("ENVELOPE", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Dispose_SilentServer_EndsInTime()
    {
        await using var server = ScriptedInbox.With([1]).On("LOGOUT", static (peer, _) => peer.FallSilentAsync()).Start();
        var mailbox = await BuiltInClient.OpenAsync(server);
        await mailbox.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Contains(server.Heard, static line => line.EndsWith("LOGOUT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReadThread_OfAMail_AsksForThoseHeadersAlone()
    {
        await using var server = ScriptedInbox.With([7]).On("UID FETCH", static async (peer, line) =>
        {
            const string Headers = "Message-ID: <7@x>\r\nReferences: <1@x>\r\n <2@x>\r\n\r\n";
            await peer.SendAsync($"* 1 FETCH (UID 7 BODY[HEADER.FIELDS (Message-ID References In-Reply-To)]<0> {{{Headers.Length}}}\r\n{Headers})\r\n{line.Tag} OK done\r\n");
        }).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        var thread = await mailbox.ReadThreadAsync(7, Soon);
        Assert.Equal("<7@x> <1@x> <2@x>", string.Create(CultureInfo.InvariantCulture, $"{thread!.MessageId} {string.Join(' ', thread.References)}"));
        Assert.Null(await mailbox.ReadThreadAsync(8, Soon));
    }
}
