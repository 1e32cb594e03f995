using System.Diagnostics;
using OrleansIM.Mail.Tests.Scripted;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Contract;

[Collection(MailServersCollection.Name)]
public sealed class WatchTests(MailServers servers) : ContractTest
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(40);

    private readonly DovecotServer _dovecot = servers.Dovecot;

    [SkippableFact]
    public async Task Wait_MailArrives_Wakes()
    {
        var (mailbox, connection) = await OpenAsync(1);
        await using var _ = connection;
        var wait = connection.WaitForChangeAsync(s_long, Limit);

        await _dovecot.DeliverAsync(mailbox, Mail("News"));

        Assert.True(await wait);
        Assert.Equal("News", (await connection.SummarizeAsync(5, Limit)).Mails[0].Subject);
    }

    [SkippableTheory]
    [InlineData("STORE 1 +FLAGS (\\Seen)")]
    [InlineData("STORE 1 +FLAGS (\\Deleted)|EXPUNGE")]
    public async Task Wait_AnotherProgramChangesSomething_Wakes(string commands)
    {
        var (mailbox, connection) = await OpenAsync(2);
        await using var _ = connection;
        var wait = connection.WaitForChangeAsync(s_long, Limit);

        await _dovecot.RunImapAsync(mailbox, ["SELECT INBOX", .. commands.Split('|')]);

        Assert.True(await wait);
    }

    [SkippableFact]
    public async Task Wait_NothingHappens_EndsWhenTheTimeIsUp()
    {
        var (_, connection) = await OpenAsync(1);
        await using var ___ = connection;
        var watch = Stopwatch.StartNew();

        Assert.False(await connection.WaitForChangeAsync(TimeSpan.FromSeconds(1.5), Limit));

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.Equal(1, (await connection.SummarizeAsync(5, Limit)).Unread);
        Assert.False(await connection.WaitForChangeAsync(TimeSpan.Zero, Limit));
    }

    [SkippableFact]
    public async Task Wait_Cancelled_LeavesTheConnectionUsable()
    {
        var (mailbox, connection) = await OpenAsync(1);
        await using var _ = connection;
        for (var round = 0; round < 3; round++)
        {
            using var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100 * round));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.WaitForChangeAsync(s_long, impatience.Token));
        }

        await _dovecot.DeliverAsync(mailbox, Mail("News"));
        Assert.Equal(2, (await connection.SummarizeAsync(5, Limit)).Unread);
        Assert.Equal(1, _dovecot.CountSignIns(mailbox));
    }

    [SkippableFact]
    public async Task Wait_ChangedWhileNobodyWaited_WakesAtOnce()
    {
        var (mailbox, connection) = await OpenAsync(1);
        await using var _ = connection;

        await _dovecot.DeliverAsync(mailbox, Mail("News"));

        Assert.True(await connection.WaitForChangeAsync(s_long, Limit));
        Assert.Equal(2, (await connection.SummarizeAsync(5, Limit)).Unread);
    }

    [SkippableFact]
    public async Task Wait_ChangedWhileSentMailWasKept_Wakes()
    {
        var (mailbox, connection) = await OpenAsync(1);
        await using var _ = connection;
        await _dovecot.DeliverAsync(mailbox, Mail("News"));

        await connection.AppendToSentAsync(Connector().Compose(Draft()), "<one@example.test>", Limit);

        Assert.True(await connection.WaitForChangeAsync(s_long, Limit));
        Assert.Equal(2, (await connection.SummarizeAsync(5, Limit)).Unread);
    }

    [SkippableFact]
    public async Task Wait_KickedOut_IsUnreachable()
    {
        var (mailbox, connection) = await OpenAsync(1);
        await using var _ = connection;
        var wait = connection.WaitForChangeAsync(s_long, Limit);

        await _dovecot.KickAsync(mailbox);

        Assert.Equal(MailFault.Unreachable, await KindOfFaultAsync(() => wait));
    }

    [Fact]
    public async Task Wait_LongIdle_IsBegunAnew()
    {
        await using var server = new ScriptedImap().Start();
        await using var connection = await Connector("IdleRenewal=00:00:00.2").OpenAsync(At(server), Limit);

        Assert.False(await connection.WaitForChangeAsync(TimeSpan.FromSeconds(1.5), Limit));

        Assert.InRange(server.Heard.Count(line => line.EndsWith(" IDLE", StringComparison.Ordinal)), 2, 20);
        Assert.Equal(
            server.Heard.Count(line => line.EndsWith(" IDLE", StringComparison.Ordinal)), server.Heard.Count(line => line == "DONE"));
    }

    [Fact]
    public async Task Wait_ServerWithoutIdle_IsAsked()
    {
        var asked = 0;
        await using var server = new ScriptedImap { Capabilities = "IMAP4rev1 AUTH=PLAIN" }
            .On("NOOP", async (peer, line) =>
            {
                if (Interlocked.Increment(ref asked) == 3)
                {
                    await peer.SendLineAsync("* 1 EXISTS");
                }

                await peer.SendLineAsync($"{line.Tag} OK done");
            }).Start();
        await using var connection = await Connector("PollEvery=00:00:00.1").OpenAsync(At(server), Limit);

        Assert.True(await connection.WaitForChangeAsync(s_long, Limit));

        Assert.True(asked >= 3);
        Assert.DoesNotContain(server.Heard, line => line.Contains("IDLE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wait_ServerThatOnlyTalks_SleepsOn()
    {
        await using var server = new ScriptedImap { Exists = 3 }.On("IDLE", async (peer, line) =>
        {
            await peer.SendAsync("+ idling\r\n* OK Still here\r\n* 3 EXISTS\r\n* 0 RECENT\r\n");
            await peer.ReadLineAsync();
            await peer.SendLineAsync($"{line.Tag} OK done");
        }).Start();
        await using var connection = await Connector().OpenAsync(At(server), Limit);

        Assert.False(await connection.WaitForChangeAsync(TimeSpan.FromSeconds(1), Limit));
    }

    [Fact]
    public async Task Wait_ServerThatHasVanished_IsNoticedAtTheNextRenewal()
    {
        await using var server = new ScriptedImap().On("IDLE", async (peer, _) =>
        {
            await peer.SendLineAsync("+ idling");
            await peer.FallSilentAsync();
        }).Start();
        await using var connection = await Connector("IdleRenewal=00:00:00.2", "AnswerTimeout=00:00:01").OpenAsync(At(server), Limit);

        Assert.Equal(MailFault.Unreachable, await KindOfFaultAsync(() => connection.WaitForChangeAsync(s_long, Limit)));
    }

    [Fact]
    public async Task Wait_CancelledWhileTheServerIsSilent_Ends()
    {
        await using var server = new ScriptedImap().On("IDLE", (peer, _) => peer.FallSilentAsync()).Start();
        await using var connection = await Connector().OpenAsync(At(server), Limit);
        using var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var watch = Stopwatch.StartNew();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.WaitForChangeAsync(s_long, impatience.Token));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    private async Task<(TestMailbox Mailbox, IMailboxConnection Connection)> OpenAsync(int mails)
    {
        Skip.IfNot(_dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = _dovecot.AddMailbox();
        for (var i = 0; i < mails; i++)
        {
            await _dovecot.DeliverAsync(mailbox, Mail("Old"));
        }

        var connection = await OpenAsync(_dovecot, mailbox);
        await connection.SummarizeAsync(5, Limit);
        return (mailbox, connection);
    }
}
