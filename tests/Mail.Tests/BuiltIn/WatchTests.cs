using OrleansIM.Mail.Tests.Scripted;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.BuiltIn;

public sealed class WatchTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("* 6 EXISTS")]
    [InlineData("* 1 EXPUNGE")]
    [InlineData("* 1 FETCH (FLAGS (\\Seen))")]
    [InlineData("* VANISHED 4")]
    public async Task Wait_News_ReturnsTrueAndEndsIdle(string news)
    {
        await using var server = ScriptedInbox.With([1, 2, 3]).On("IDLE", async (peer, line) =>
        {
            await peer.SendLineAsync("+ idling");
            await peer.SendAsync($"* OK still here\r\n* 0 RECENT\r\n{news}\r\n");
            Assert.Equal("DONE", await peer.ReadLineAsync());
            await peer.SendLineAsync($"{line.Tag} OK done");
        }).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.True(await mailbox.WaitForChangeAsync(s_long, BuiltInClient.Soon));
        Assert.Equal(3, (await mailbox.SummarizeAsync(1, BuiltInClient.Soon)).Unread);
    }

    [Fact]
    public async Task Wait_NoNews_ReturnsFalseWhenTimeIsUp()
    {
        await using var server = ScriptedInbox.With([1]).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        Assert.False(await mailbox.WaitForChangeAsync(TimeSpan.FromMilliseconds(30), BuiltInClient.Soon));
        Assert.Contains("DONE", server.Heard);
    }

    [Fact]
    public async Task Wait_Long_BeginsIdleAnew()
    {
        await using var server = ScriptedInbox.With([1]).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server, options: new MailOptions { IdleRenewal = TimeSpan.FromMilliseconds(20) });
        using var stop = new CancellationTokenSource();
        var wait = mailbox.WaitForChangeAsync(s_long, stop.Token);
        await Eventually.TrueAsync(() => server.Heard.Count(static line => line == "DONE") >= 3, "IDLE to be begun anew");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_Cancelled_LeavesTheConnectionUsable(bool isAccepted)
    {
        using var goOn = new SemaphoreSlim(0);
        await using var server = ScriptedInbox.With([1, 2]).On("IDLE", async (peer, line) =>
        {
            if (!isAccepted)
            {
                await goOn.WaitAsync();
            }

            await peer.SendAsync("+ idling\r\n* 3 EXI");
            await goOn.WaitAsync();
            await peer.SendLineAsync("STS");
            Assert.Equal("DONE", await peer.ReadLineAsync());
            await peer.SendLineAsync($"{line.Tag} OK done");
        }).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        using (var cancellation = new CancellationTokenSource())
        {
            var wait = mailbox.WaitForChangeAsync(s_long, cancellation.Token);
            await Eventually.TrueAsync(() => server.Heard.Any(static line => line.EndsWith("IDLE", StringComparison.Ordinal)), "IDLE");
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(s_long));
        }

        goOn.Release(2);
        Assert.Equal(2, (await mailbox.SummarizeAsync(1, BuiltInClient.Soon)).Unread);
    }

    [Fact]
    public async Task Wait_ServerRefusesIdle_AsksInstead()
    {
        var inbox = ScriptedInbox.With([1]).On("IDLE", static (peer, line) => peer.SendLineAsync($"{line.Tag} NO not here"));
        inbox.On("NOOP", "* 9 EXISTS");
        await using var server = inbox.Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server, options: new MailOptions { PollEvery = TimeSpan.FromMilliseconds(10) });
        Assert.True(await mailbox.WaitForChangeAsync(s_long, BuiltInClient.Soon));
    }

    [Fact]
    public async Task Wait_ServerWithoutIdle_AsksUntilThereIsSomething()
    {
        var asked = 0;
        await using var server = ScriptedInbox.With([1], extensions: "")
            .On("NOOP", (peer, line) => peer.SendAsync($"{(++asked == 3 ? "* 9 EXISTS\r\n" : "")}{line.Tag} OK done\r\n")).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server, options: new MailOptions { PollEvery = TimeSpan.FromMilliseconds(10) });
        Assert.True(await mailbox.WaitForChangeAsync(s_long, BuiltInClient.Soon));
        Assert.Equal(3, asked);
        Assert.DoesNotContain(server.Heard, static line => line.EndsWith("IDLE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("* BYE idle for too long\r\n")]
    [InlineData("")]
    public async Task Wait_ServerEndsIt_IsUnreachable(string said)
    {
        await using var server = ScriptedInbox.With([1]).On("IDLE", async (peer, _) =>
        {
            await peer.SendAsync("+ idling\r\n" + said);
            peer.Close();
        }).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        var failure = await Assert.ThrowsAsync<MailException>(() => mailbox.WaitForChangeAsync(s_long, BuiltInClient.Soon));
        Assert.Equal(MailFault.Unreachable, failure.Fault);
    }

    [Fact]
    public async Task Wait_ServerVanishes_IsNoticedWhenIdleIsBegunAnew()
    {
        await using var server = ScriptedInbox.With([1]).On("IDLE", static async (peer, _) =>
        {
            await peer.SendLineAsync("+ idling");
            await peer.FallSilentAsync();
        }).Start();
        var options = new MailOptions { IdleRenewal = TimeSpan.FromMilliseconds(20), AnswerTimeout = TimeSpan.FromMilliseconds(200) };
        await using var mailbox = await BuiltInClient.OpenAsync(server, options: options);
        var failure = await Assert.ThrowsAsync<MailException>(() => mailbox.WaitForChangeAsync(s_long, BuiltInClient.Soon));
        Assert.Equal(MailFault.Unreachable, failure.Fault);
    }

    [Fact]
    public async Task Wait_NewsWhileSomethingElseWasDone_ReturnsAtOnce()
    {
        await using var server = ScriptedInbox.With([1, 2])
            .On("UID SEARCH", static (peer, line) => peer.SendAsync($"* SEARCH 1\r\n* 3 EXISTS\r\n{line.Tag} OK done\r\n")).Start();
        await using var mailbox = await BuiltInClient.OpenAsync(server);
        await mailbox.SummarizeAsync(1, BuiltInClient.Soon);
        Assert.True(await mailbox.WaitForChangeAsync(s_long, BuiltInClient.Soon));
        Assert.DoesNotContain(server.Heard, static line => line.EndsWith("IDLE", StringComparison.Ordinal));
    }
}
