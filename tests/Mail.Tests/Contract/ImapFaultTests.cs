using System.Diagnostics;
using System.Globalization;
using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.Mail.Tests.Contract;

/// <summary>IMAP servers on their bad days.</summary>
public sealed class ImapFaultTests : ContractTest
{
    private const int Block = 64 * 1024;

    [Fact]
    public async Task Summarize_ServerFallsSilent_IsUnreachableInTime()
    {
        await using var server = new ScriptedImap().On("UID SEARCH", (peer, _) => peer.FallSilentAsync()).Start();
        await using var connection = await Connector("AnswerTimeout=00:00:01").OpenAsync(At(server), Limit);
        var watch = Stopwatch.StartNew();

        Assert.Equal(MailFault.Unreachable, await KindOfFaultAsync(() => connection.SummarizeAsync(5, Limit)));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        Assert.Equal(MailFault.Unreachable, await KindOfFaultAsync(() => connection.SummarizeAsync(5, Limit)));
    }

    [Fact]
    public async Task Open_ServerThatNeverGreets_IsUnreachableInTime()
    {
        await using var server = ScriptedServer.Start(peer => peer.FallSilentAsync());

        Assert.Equal(MailFault.Unreachable, await KindOfFaultAsync(() => Connector("ConnectTimeout=00:00:01").OpenAsync(At(server), Limit)));
    }

    [Fact]
    public async Task Open_ServerThatSaysAByteNowAndThen_IsUnreachableInTime()
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            foreach (var letter in string.Concat(Enumerable.Repeat("* OK [CAPABILITY IMAP4rev1] slow ", 100)))
            {
                await peer.SendAsync(letter.ToString());
                await Task.Delay(100, peer.Stopping);
            }
        });

        Assert.Equal(MailFault.Unreachable, await KindOfFaultAsync(() => Connector("ConnectTimeout=00:00:01").OpenAsync(At(server), Limit)));
    }

    [Fact]
    public async Task Summarize_Cancelled_EndsWhileTheServerIsSilent()
    {
        await using var server = new ScriptedImap().On("UID SEARCH", (peer, _) => peer.FallSilentAsync()).Start();
        await using var connection = await Connector().OpenAsync(At(server), Limit);
        using var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var watch = Stopwatch.StartNew();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.SummarizeAsync(5, impatience.Token));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("220 mail.example.test ESMTP\r\n")]
    [InlineData("\0\u0001\u0002\u0003\r\n\r\n\r\n")]
    [InlineData("* BYE too many connections\r\n")]
    [InlineData("")]
    public async Task Open_NoImapServer_EndsWithAFault(string greeting)
    {
        await using var server = ScriptedServer.Start(peer => peer.SendAsync(greeting));

        var fault = await KindOfFaultAsync(() => Connector("ConnectTimeout=00:00:05").OpenAsync(At(server), Limit));

        Assert.Contains(fault, new[] { MailFault.Garbage, MailFault.Unreachable });
    }

    [Theory]
    [InlineData("* SEARCH 1 2 x\r\n")]
    [InlineData("* ESEARCH (TAG \"?\") UID COUNT lots\r\n")]
    [InlineData("* ESEARCH (((((\r\n")]
    [InlineData("what now\r\n")]
    [InlineData("* 1 FETCH (UID 1 BODY[1] {99999999999999999999}\r\n")]
    [InlineData("* 1 FETCH (UID 1 FLAGS (\\Seen\r\n")]
    [InlineData("* LIST (\r\n")]
    [InlineData("+ go on\r\n")]
    [InlineData("* \r\n\r\n*\r\n")]
    public async Task Summarize_GarbageInTheAnswer_EndsInTimeWithAFaultOrWithoutIt(string garbage)
    {
        await using var server = new ScriptedImap().On("UID SEARCH", async (peer, line) =>
        {
            await peer.SendAsync(garbage.Replace("?", line.Tag, StringComparison.Ordinal));
            await peer.SendLineAsync($"{line.Tag} OK done");
        }).Start();
        await using var connection = await Connector("AnswerTimeout=00:00:03").OpenAsync(At(server), Limit);

        try
        {
            Assert.Empty((await connection.SummarizeAsync(5, Limit)).Mails);
        }
        catch (MailException fault)
        {
            Assert.Contains(fault.Fault, new[] { MailFault.Garbage, MailFault.Unreachable });
        }
    }

    [Theory]
    [InlineData("NO [SERVERBUG] not today", MailFault.Refused)]
    [InlineData("NO not today", MailFault.Refused)]
    [InlineData("BAD what", MailFault.Refused)]
    public async Task Summarize_Refused_LeavesTheConnectionUsable(string answer, MailFault expected)
    {
        var searches = 0;
        await using var server = new ScriptedImap().On("UID SEARCH", (peer, line) => Interlocked.Increment(ref searches) == 1
            ? peer.SendLineAsync($"{line.Tag} {answer}")
            : peer.SendAsync($"* ESEARCH (TAG \"{line.Tag}\") UID COUNT 0\r\n{line.Tag} OK done\r\n")).Start();
        await using var connection = await Connector().OpenAsync(At(server), Limit);

        var fault = await FaultAsync(() => connection.SummarizeAsync(5, Limit));

        Assert.Equal(expected, fault.Fault);
        Assert.True(fault.IsAnswer);
        Assert.Equal(0, (await connection.SummarizeAsync(5, Limit)).Unread);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Summarize_CutInTheMiddle_IsUnreachable(bool isReset)
    {
        await using var server = new ScriptedImap().On("UID SEARCH", async (peer, _) =>
        {
            await peer.SendAsync("* ESEARCH (TAG ");
            (isReset ? (Action)peer.Reset : peer.Close)();
        }).Start();
        await using var connection = await Connector().OpenAsync(At(server), Limit);

        Assert.Equal(MailFault.Unreachable, await KindOfFaultAsync(() => connection.SummarizeAsync(5, Limit)));
    }

    [Theory]
    [InlineData("SELECT")]
    [InlineData("EXAMINE")]
    public async Task Open_NoInbox_IsRefused(string _)
    {
        await using var server = new ScriptedImap()
            .On("SELECT", (peer, line) => peer.SendLineAsync($"{line.Tag} NO [NONEXISTENT] no inbox"))
            .On("EXAMINE", (peer, line) => peer.SendLineAsync($"{line.Tag} NO [NONEXISTENT] no inbox")).Start();

        Assert.Equal(MailFault.Refused, await KindOfFaultAsync(() => Connector().OpenAsync(At(server), Limit)));
    }

    [Fact]
    public async Task Fault_WhatTheServerSays_IsOneShortLine()
    {
        var answer = "NO " + new string('x', 5000) + "\u202Eevil";
        await using var server = new ScriptedImap().On("UID SEARCH", (peer, line) => peer.SendLineAsync($"{line.Tag} {answer}")).Start();
        await using var connection = await Connector().OpenAsync(At(server), Limit);

        var fault = await FaultAsync(() => connection.SummarizeAsync(5, Limit));

        Assert.InRange(fault.Message.Length, 1, 400);
        Assert.DoesNotContain('\u202E', fault.Message);
    }

    [Fact]
    public async Task Summarize_LineWithoutEnd_CostsNoMoreThanTheBudget()
    {
        await using var server = new ScriptedImap().On("UID SEARCH", (peer, _) => SendForeverAsync(peer)).Start();
        await using var connection = await Connector("MaxAnswerBytes=1000000").OpenAsync(At(server), Limit);

        Assert.Equal(MailFault.Garbage, await KindOfFaultAsync(() => connection.SummarizeAsync(5, Limit)));
    }

    [Fact]
    public async Task Summarize_MailOfAGigabyte_CostsNoMoreThanTheBudget()
    {
        // It is asked for 8 KB and sends all there is.
        long sent = 0;
        await using var server = OneMail().On("UID FETCH", async (peer, line) =>
        {
            if (line.Arguments.Contains("<0.", StringComparison.Ordinal))
            {
                await peer.SendAsync("* 1 FETCH (UID 1 BODY[1]<0> {1000000000}\r\n");
                await SendForeverAsync(peer, () => sent += Block);
            }
            else
            {
                await FetchAsync(peer, line);
            }
        }).Start();
        await using var connection = await Connector("MaxAnswerBytes=1000000").OpenAsync(At(server), Limit);

        Assert.Equal(MailFault.Garbage, await KindOfFaultAsync(() => connection.SummarizeAsync(5, Limit)));

        // What is more than the budget is what the system holds on both sides.
        Assert.InRange(Interlocked.Read(ref sent), 1, 50_000_000);
    }

    [Theory]
    [InlineData("1:4294967295", "4294967295")]
    [InlineData("1:4294967295", "-1")]
    [InlineData("1:200000", "200000")]
    public async Task Summarize_ServerThatCountsMuch_AsksForTheNewestOnly(string all, string count)
    {
        await using var server = new ScriptedImap { Exists = 200_000 }
            .On("UID SEARCH", (peer, line) => peer.SendAsync($"* ESEARCH (TAG \"{line.Tag}\") UID ALL {all} COUNT {count}\r\n{line.Tag} OK done\r\n")).Start();
        await using var connection = await Connector().OpenAsync(At(server), Limit);
        var watch = Stopwatch.StartNew();

        try
        {
            var summary = await connection.SummarizeAsync(3, Limit);
            Assert.Empty(summary.Mails);
            Assert.True(summary.Unread >= 0);
            Assert.Contains(server.Heard, line => count != "200000" || line.Contains("UID FETCH", StringComparison.Ordinal)
                && line.Contains("199998", StringComparison.Ordinal) && line.Contains("200000", StringComparison.Ordinal));
        }
        catch (MailException fault)
        {
            Assert.Equal(MailFault.Garbage, fault.Fault);
            Assert.Equal("-1", count);
        }

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Summarize_MoreThanWasAskedFor_IsNotRead()
    {
        var fetches = 0;
        await using var server = OneMail().On("UID FETCH", async (peer, line) =>
        {
            Interlocked.Increment(ref fetches);
            if (!line.Arguments.Contains("<0.", StringComparison.Ordinal))
            {
                foreach (var uid in Enumerable.Range(2, 200))
                {
                    await SendMailAsync(peer, uid, uid);
                }
            }

            await FetchAsync(peer, line);
        }).Start();
        await using var connection = await Connector().OpenAsync(At(server), Limit);

        Assert.Equal("One", Assert.Single((await connection.SummarizeAsync(5, Limit)).Mails).Subject);
        Assert.InRange(fetches, 1, 3);
    }

    [Theory]
    [InlineData("BODYSTRUCTURE ", "(", 20_000)]
    [InlineData("BODYSTRUCTURE ", "(", 2_000_000)]
    [InlineData("BODYSTRUCTURE ", "(\"))\" ", 1_000_000)]
    [InlineData("ENVELOPE ", "(", 2_000_000)]
    [InlineData("X ", "(", 2_000_000)]
    public async Task Summarize_ListsInListsInLists_AreAFaultOrSkippedAndNotTheEndOfTheProcess(string item, string open, int levels)
    {
        await using var server = OneMail().On("UID FETCH", async (peer, line) =>
        {
            await peer.SendAsync("* 1 FETCH (UID 1 " + item);
            await peer.SendAsync(string.Concat(Enumerable.Repeat(open, levels)));
            await peer.SendLineAsync($"\r\n{line.Tag} OK done");
        }).Start();
        await using var connection = await Connector("AnswerTimeout=00:00:20").OpenAsync(At(server), Limit);

        // One library refuses the answer, the other skips what is too deep in it: what a page shows is its unread count.
        var thrown = await Record.ExceptionAsync(() => connection.SummarizeAsync(5, Limit));

        Assert.True(thrown is null or MailException { Fault: MailFault.Garbage or MailFault.Unreachable }, $"{thrown}");
    }

    [Fact]
    public async Task Summarize_MailGoneMeanwhile_IsLeftOut()
    {
        await using var server = new ScriptedImap { Exists = 2 }
            .On("UID SEARCH", (peer, line) => peer.SendAsync($"* ESEARCH (TAG \"{line.Tag}\") UID ALL 1:2 COUNT 2\r\n{line.Tag} OK done\r\n"))
            .On("UID FETCH", async (peer, line) =>
            {
                if (!line.Arguments.Contains("<0.", StringComparison.Ordinal))
                {
                    await peer.SendLineAsync("* 2 EXPUNGE");
                }

                await FetchAsync(peer, line);
            }).Start();
        await using var connection = await Connector().OpenAsync(At(server), Limit);

        Assert.Equal("One", Assert.Single((await connection.SummarizeAsync(5, Limit)).Mails).Subject);
        Assert.True(await connection.WaitForChangeAsync(TimeSpan.FromSeconds(5), Limit));
    }

    [Fact]
    public async Task Dispose_ServerThatDoesNotSayGoodbye_Ends()
    {
        await using var server = new ScriptedImap().On("LOGOUT", (peer, _) => peer.FallSilentAsync()).Start();
        var connection = await Connector().OpenAsync(At(server), Limit);
        var watch = Stopwatch.StartNew();

        await connection.DisposeAsync();

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    private static ScriptedImap OneMail() => new ScriptedImap { Exists = 1 }
        .On("UID SEARCH", (peer, line) => peer.SendAsync($"* ESEARCH (TAG \"{line.Tag}\") UID ALL 1 COUNT 1\r\n{line.Tag} OK done\r\n"));

    /// <summary>What a healthy server says of mail 1, whichever way a client asks.</summary>
    private static async Task FetchAsync(ScriptedPeer peer, ImapCommandLine line)
    {
        if (line.Arguments.Contains("<0.", StringComparison.Ordinal))
        {
            await peer.SendAsync("* 1 FETCH (UID 1 BODY[1]<0> {5}\r\nHello)\r\n");
        }
        else
        {
            await SendMailAsync(peer, 1, 1);
        }

        await peer.SendLineAsync($"{line.Tag} OK done");
    }

    private static Task SendMailAsync(ScriptedPeer peer, int number, int uid)
    {
        const string Header = "Subject: One\r\nFrom: Bob <bob@example.test>\r\nDate: Thu, 26 Nov 2026 09:30:00 +0100\r\n\r\n";
        const string Bob = "((\"Bob\" NIL \"bob\" \"example.test\"))";
        return peer.SendAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"* {number} FETCH (UID {uid} INTERNALDATE \"26-Nov-2026 09:30:00 +0100\" "
            + $"ENVELOPE (\"Thu, 26 Nov 2026 09:30:00 +0100\" \"One\" {Bob} {Bob} {Bob} NIL NIL NIL NIL NIL) "
            + $"BODYSTRUCTURE (\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 5 1 NIL NIL NIL NIL) "
            + $"BODY[HEADER.FIELDS (SUBJECT FROM SENDER DATE)] {{{Header.Length}}}\r\n{Header})\r\n"));
    }

    private static async Task SendForeverAsync(ScriptedPeer peer, Action? sent = null)
    {
        var block = new string('x', Block);
        while (!peer.IsClosed)
        {
            await peer.SendAsync(block);
            sent?.Invoke();
        }
    }
}
