using System.Text;
using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.Mail.Tests.BuiltIn;

public sealed class SentFolderTests
{
    private static readonly byte[] s_message = "Subject: x\r\n\r\na2 DELETE INBOX\r\n"u8.ToArray();

    [Theory]
    [InlineData("LITERAL+", "APPEND \"Sent\" (\\Seen) {31+}")]
    [InlineData("LITERAL-", "APPEND \"Sent\" (\\Seen) {31+}")]
    [InlineData("", "APPEND \"Sent\" (\\Seen) {31}")]
    public async Task Append_NotThereYet_PutsItThere(string extensions, string said)
    {
        var got = "";
        await using var server = ScriptedInbox.With([1], extensions).On("UID SEARCH", "* SEARCH").On("APPEND", async (peer, line) =>
        {
            got = line.Arguments;
            await peer.SendLineAsync($"{line.Tag} OK done");
        }).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.True(await mailbox.AppendToSentAsync(s_message, "<1@x>", BuiltInClient.Soon));
        Assert.Contains(server.Heard, line => line.EndsWith(said, StringComparison.Ordinal));
        Assert.Contains(server.Heard, static line => line.EndsWith("UID SEARCH HEADER MESSAGE-ID \"<1@x>\"", StringComparison.Ordinal));
        Assert.EndsWith(Encoding.ASCII.GetString(s_message), got, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Append_ThereAlready_DoesNothing()
    {
        await using var server = ScriptedInbox.With([1]).On("UID SEARCH", "* SEARCH 5").Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.False(await mailbox.AppendToSentAsync(s_message, "<1@x>", BuiltInClient.Soon));
        Assert.True(await mailbox.IsSentAsync("<1@x>", BuiltInClient.Soon));
        Assert.DoesNotContain(server.Heard, static line => line.Contains("APPEND", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "\"Sent\"")]
    [InlineData("NAMESPACE", "\"INBOX.Sent\"")]
    [InlineData("NAMESPACE CREATE-SPECIAL-USE", "\"INBOX.Sent\" (USE (\\Sent))")]
    public async Task Append_NoSuchFolder_MakesOne(string extensions, string created)
    {
        await using var server = ScriptedInbox.With([1], extensions)
            .On("LIST", "* LIST () \".\" INBOX")
            .On("NAMESPACE", "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL").Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.True(await mailbox.AppendToSentAsync(s_message, "<1@x>", BuiltInClient.Soon));
        Assert.Contains(server.Heard, line => line.EndsWith("CREATE " + created, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Append_FolderGoneMeanwhile_MakesItAgain()
    {
        var exists = false;
        await using var server = ScriptedInbox.With([1]).On("UID SEARCH", "* SEARCH")
            .On("CREATE", async (peer, line) =>
            {
                exists = true;
                await peer.SendLineAsync($"{line.Tag} OK done");
            })
            .On("APPEND", (peer, line) => peer.SendLineAsync(exists ? $"{line.Tag} OK done" : $"{line.Tag} NO [TRYCREATE] no such folder")).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.True(await mailbox.AppendToSentAsync(s_message, "<1@x>", BuiltInClient.Soon));
        Assert.True(exists);
    }

    [Theory]
    [InlineData("LITERAL+")]
    [InlineData("")]
    public async Task Append_MailboxFull_SaysSoAndGoesOn(string extensions)
    {
        var inbox = ScriptedInbox.With([1], extensions);
        await using var server = inbox.On("APPEND", static (peer, line) => peer.SendLineAsync($"{line.Tag} NO [OVERQUOTA] too much")).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        inbox.On("UID SEARCH", "* SEARCH");
        var failure = await Assert.ThrowsAsync<MailException>(() => mailbox.AppendToSentAsync(s_message, "<1@x>", BuiltInClient.Soon));
        Assert.Equal(MailFault.Refused, failure.Fault);
        Assert.Contains("full", failure.Message, StringComparison.Ordinal);
        Assert.False(await mailbox.IsSentAsync("<1@x>", BuiltInClient.Soon));
    }

    [Fact]
    public async Task IsSent_IdThatHoldsACommand_CannotSayIt()
    {
        await using var server = ScriptedInbox.With([1]).On("UID SEARCH", "* SEARCH").Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.False(await mailbox.IsSentAsync("<1@x>\r\na9 DELETE INBOX", BuiltInClient.Soon));
        Assert.DoesNotContain(server.Heard, static line => line.StartsWith("a9 DELETE", StringComparison.Ordinal));
        Assert.Equal(MailFault.Refused, (await Assert.ThrowsAsync<MailException>(() => mailbox.IsSentAsync("a\0b", BuiltInClient.Soon))).Fault);
        Assert.False(await mailbox.IsSentAsync("<2@x>", BuiltInClient.Soon));
    }

    [Fact]
    public async Task Append_FolderThatIsNotAscii_IsNamedAsTheServerNamesIt()
    {
        await using var server = ScriptedInbox.With([1]).On("UID SEARCH", "* SEARCH")
            .On("LIST", "* LIST (\\Sent) \"/\" \"Entw&APw-rfe\"", "* LIST () \"/\" Sent").Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.True(await mailbox.AppendToSentAsync(s_message, "<1@x>", BuiltInClient.Soon));
        Assert.Contains(server.Heard, static line => line.Contains("APPEND \"Entw&APw-rfe\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Correspondents_OfInboxAndSent_AreEachOnceNewestFirst()
    {
        var envelopes = new Dictionary<string, string>
        {
            ["INBOX"] = "* 1 FETCH (UID 1 INTERNALDATE \"01-Jan-2020 00:00:00 +0000\" ENVELOPE (NIL \"x\" ((\"Bob\" NIL \"bob\" \"x.test\")) NIL NIL ((NIL NIL \"me\" \"x.test\")(\"Cy\" NIL \"cy\" \"x.test\")) NIL NIL NIL NIL))",
            ["Sent"] = "* 1 FETCH (UID 1 INTERNALDATE \"01-Jan-2021 00:00:00 +0000\" ENVELOPE (NIL \"x\" ((NIL NIL \"me\" \"x.test\")) NIL NIL ((\"Bob\" NIL \"BOB\" \"x.test\")(\"Cy\" NIL \"cy\" \"x.test\")) NIL NIL NIL NIL))",
        };
        var selected = "";
        await using var server = new ScriptedImap { Exists = 1 }
            .On("EXAMINE", async (peer, line) =>
            {
                selected = line.Arguments.Trim('"');
                await peer.SendAsync($"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n{line.Tag} OK done\r\n");
            })
            .On("FETCH", (peer, line) => peer.SendAsync($"{envelopes[selected]}\r\n{line.Tag} OK done\r\n")).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        var found = await mailbox.ReadCorrespondentsAsync(10, BuiltInClient.Soon);
        Assert.Equal(["BOB@x.test Bob 2021", "me@x.test  2021", "cy@x.test Cy 2021"], found.Select(static who => $"{who.Who.Address} {who.Who.Name} {who.At.Year}"));
        await mailbox.SummarizeAsync(1, BuiltInClient.Soon);
        Assert.Equal("INBOX", selected);
    }

    [Fact]
    public async Task Correspondents_MailToMoreThanAnybodyKnows_AreThoseThatFit()
    {
        var many = string.Concat(Enumerable.Range(0, 60_000).Select(static i => $"(\"Person {i}\" NIL \"p{i}\" \"example.test\")"));
        await using var server = ScriptedInbox.With([1]).On("LIST", "* LIST () NIL INBOX").On("FETCH", async (peer, line) =>
        {
            await peer.SendAsync($"* 1 FETCH (UID 1 INTERNALDATE \"01-Jan-2020 00:00:00 +0000\" ENVELOPE (NIL NIL NIL NIL NIL ({many}) NIL NIL NIL NIL))\r\n");
            await peer.SendLineAsync($"{line.Tag} OK done");
        }).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.InRange((await mailbox.ReadCorrespondentsAsync(10, BuiltInClient.Soon)).Count, 10_000, 20_000);
    }
}
