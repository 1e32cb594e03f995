using OrleansIM.Client.Tests.Scripted;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Tests;

public sealed class ReconnectTests
{
    [Fact]
    public async Task Connection_Killed_ResumesAfterTheLastEventSeen()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 3), ScriptedStream.Page("ann.work", 8)]);
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 4, "bob"));
        await session.Events.NextAsync<MessageReceived>();
        session.Stream.Abort();
        var again = await session.Server.ConnectionAsync();
        var hello = await again.GreetAsync(
            ScriptedStream.Page("ann", 6, resumed: true), ScriptedStream.Page("ann.work", 8, resumed: true),
            ScriptedStream.Message("ann", 5, "bob"), ScriptedStream.Message("ann", 6, "bob"));
        Assert.Equal("""{"ann":4,"ann.work":8}""", hello.GetProperty("resume").GetRawText());
        var trying = await session.Events.NextAsync<Reconnecting>();
        Assert.Equal((1, ErrorCodes.Unavailable), (trying.Attempt, trying.Error?.Code));
        Assert.Equal(5, (await session.Events.NextAsync<MessageReceived>()).Seq);
        Assert.Equal(6, (await session.Events.NextAsync<MessageReceived>()).Seq);
        await session.Events.NextAsync<Reconnected>();
        Assert.Equal([4L, 5L, 6L], session.Client.Pages["ann"].Recent.Select(recent => recent.Seq!.Value));
        again.Abort();
    }

    [Fact]
    public async Task Page_ResumedWithStateAhead_CountsNothingTwice()
    {
        await using var session = await SignedIn.StartAsync();
        session.Stream.Abort();
        var again = await session.Server.ConnectionAsync();
        const string state = ""","unread":{"bob":1},"profile":{"displayName":"New"},"contacts":[{"account":"bob","state":"friend"}]""";
        await again.GreetAsync(
            ScriptedStream.Page("ann", 3, resumed: true, state),
            ScriptedStream.Message("ann", 1, "bob"),
            """{"ev":"contact","account":"ann","seq":2,"data":{"contact":{"account":"bob","state":"pending"}}}""",
            """{"ev":"profile","account":"ann","seq":3,"data":{"displayName":"Old"}}""",
            ScriptedStream.Message("ann", 4, "bob"));
        await session.Events.SkipToAsync<Reconnected>();
        var page = session.Client.Pages["ann"];
        Assert.Equal((2, "friend", "New", 4L), (page.Unread["bob"], page.Contacts["bob"].State, page.Profile.DisplayName, page.Cursor));
        again.Abort();
    }

    [Fact]
    public async Task Page_Resumed_TellsWhatOfPresenceWasMissed()
    {
        const string before = ""","presence":{"ann":{"status":"online"},"bob":{"status":"away","note":"x"},"cat":{"status":"busy"}}""";
        const string after = ""","presence":{"ann":{"status":"online"},"bob":{"status":"away","note":"y"},"dan":{"status":"online"}}""";
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", more: before)]);
        session.Stream.Abort();
        var again = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true, more: after));
        await session.Events.NextAsync<Reconnecting>();
        var told = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var missed = await session.Events.NextAsync<PresenceChanged>();
            told.Add($"{missed.Account} {missed.Contact} {missed.Status} {missed.Note}".TrimEnd());
        }

        Assert.Equal(["ann bob away y", "ann cat offline", "ann dan online"], told.Order());
        await session.Events.NextAsync<Reconnected>();
        Assert.Equal(["ann", "bob", "dan"], session.Client.Pages["ann"].Presence.Keys.Order());
        again.Abort();
    }

    [Fact]
    public async Task Presence_ThatWasSaid_IsSaidAgainInHello()
    {
        await using var session = await SignedIn.StartAsync(with: options => options with { Presence = new Presence { Status = "invisible" } });
        var busy = session.Client.SetPresenceAsync("busy", "deep", "ann.work");
        await session.Stream.OkAsync(await session.Stream.ReadAsync("presence"), "{}");
        await busy.Time("the answer");
        session.Stream.Abort();
        var again = await session.Server.ConnectionAsync();
        var hello = await again.GreetAsync(ScriptedStream.Page("ann", resumed: true));
        Assert.Equal("""{"*":{"status":"invisible"},"ann.work":{"status":"busy","note":"deep"}}""", hello.GetProperty("presence").GetRawText());
        await session.Events.SkipToAsync<Reconnected>();
        var online = session.Client.SetPresenceAsync("online");
        await again.OkAsync(await again.ReadAsync("presence"), "{}");
        await online.Time("the answer");
        again.Abort();
        var third = await session.Server.ConnectionAsync();
        Assert.Equal("""{"*":{"status":"online"}}""", (await third.GreetAsync(ScriptedStream.Page("ann", resumed: true))).GetProperty("presence").GetRawText());
        third.Abort();
    }

    [Fact]
    public async Task Page_NotResumed_IsReplacedAndSaidSo()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 1, "bob"));
        session.Stream.Abort();
        var again = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", 900));
        var opened = await session.Events.SkipToAsync<PageOpened>();
        Assert.True(opened.Reloaded);
        Assert.Equal((900L, 0), (opened.Page.Cursor, opened.Page.Recent.Count));
        await session.Events.NextAsync<Reconnected>();
        await again.SendAsync(ScriptedStream.Message("ann", 901, "bob"));
        Assert.Equal(901, (await session.Events.NextAsync<MessageReceived>()).Seq);
        again.Abort();
    }

    [Fact]
    public async Task Page_UnlinkedWhileAway_IsGoneWhenReady()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann"), ScriptedStream.Page("ann.work")]);
        session.Stream.Abort();
        var again = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true));
        Assert.Equal("ann.work", (await session.Events.SkipToAsync<PageGone>()).Account);
        await session.Events.NextAsync<Reconnected>();
        Assert.Equal(["ann"], session.Client.Pages.Keys);
        again.Abort();
    }

    [Theory]
    [InlineData(CloseCodes.GoingAway)]
    [InlineData(CloseCodes.TooSlow)]
    [InlineData(CloseCodes.TooManyRequests)]
    [InlineData(1000)]
    [InlineData(4999)]
    public async Task CloseCode_ThatInvites_Reconnects(int code)
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.CloseAsync(code);
        var again = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true));
        await session.Events.NextAsync<Reconnecting>();
        await session.Events.NextAsync<Reconnected>();
        again.Abort();
    }

    [Theory]
    [InlineData(CloseCodes.BadToken, ErrorCodes.Unauthenticated)]
    [InlineData(CloseCodes.ProtocolError, ErrorCodes.Internal)]
    [InlineData(CloseCodes.SignedOut, ErrorCodes.Unauthenticated)]
    public async Task CloseCode_ThatIsFinal_SignsOut(int code, string error)
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.CloseAsync(code);
        var end = await session.Events.NextAsync<SignedOut>();
        Assert.Equal((code, error), (end.CloseCode, end.Error?.Code));
        await session.Client.PingAsync().Refused(error, "a ping after the end");
        await session.Client.SendAsync("ann", "bob", "x").Refused(error, "a send after the end");
    }

    [Fact]
    public async Task SignIn_AfterTheTokenEnded_GoesOnWhereItWas()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 5)]);
        await session.Stream.CloseAsync(CloseCodes.BadToken);
        await session.Events.NextAsync<SignedOut>();
        Assert.Equal(5, session.Client.Pages["ann"].Cursor);
        var signIn = session.Client.SignInAsync("ann", "secret");
        var again = await session.Server.ConnectionAsync();
        var hello = await again.GreetAsync(ScriptedStream.Page("ann", 7));
        await signIn.Time("the second sign-in");
        Assert.Equal("""{"ann":5}""", hello.GetProperty("resume").GetRawText());
        var local = await session.Events.NextAsync<PageOpened>();
        Assert.Equal((true, 5L, false), (local.Page.IsLocal, local.Page.Cursor, local.Reloaded));
        Assert.True((await session.Events.NextAsync<PageOpened>()).Reloaded);
        again.Abort();
    }

    [Theory]
    [InlineData("""{"code":4000,"reconnect":true,"afterMs":250}""", 250)]
    [InlineData("""{"code":4008,"reconnect":true,"afterMs":60000}""", 60000)]
    [InlineData("""{"code":4000,"reconnect":true}""", 0)]
    public async Task Bye_WithAPause_IsKeptTo(string bye, int afterMs)
    {
        var clock = new FakeClock();
        await using var session = await SignedIn.StartAsync(clock: clock);
        await session.Stream.SendAsync($$"""{"ev":"bye","data":{{bye}}}""");
        await session.Stream.GoneAsync();
        var trying = await session.Events.NextAsync<Reconnecting>();
        Assert.Equal(TimeSpan.FromMilliseconds(afterMs), trying.Delay);
        if (afterMs > 0)
        {
            await clock.PassAsync(trying.Delay, "the reconnect");
        }

        var again = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true));
        await session.Events.NextAsync<Reconnected>();
        again.Abort();
    }

    [Fact]
    public async Task Bye_WithoutReconnect_SignsOut()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.SendAsync("""{"ev":"bye","data":{"code":4004,"reconnect":false}}""");
        Assert.Equal(CloseCodes.SignedOut, (await session.Events.NextAsync<SignedOut>()).CloseCode);
        await session.Stream.GoneAsync();
    }

    [Fact]
    public async Task Attempt_RefusedForNow_IsRepeatedLater()
    {
        var clock = new FakeClock();
        await using var session = await SignedIn.StartAsync(clock: clock);
        session.Stream.Abort();
        await session.Events.NextAsync<Reconnecting>();
        await clock.PassAsync(TimeSpan.FromMilliseconds(500), "the first attempt");
        var second = await session.Server.ConnectionAsync();
        await second.RefuseAsync(await second.ReadAsync("hello"), """{"code":"slow_down","message":"later","retryAfterMs":4000}""");
        var trying = await session.Events.NextAsync<Reconnecting>();
        Assert.Equal((2, TimeSpan.FromSeconds(4), ErrorCodes.SlowDown), (trying.Attempt, trying.Delay, trying.Error?.Code));
        await second.GoneAsync();
        await clock.PassAsync(trying.Delay, "the second attempt");
        var third = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true));
        await session.Events.NextAsync<Reconnected>();
        third.Abort();
    }

    [Fact]
    public async Task Attempt_TokenRefused_SignsOut()
    {
        await using var session = await SignedIn.StartAsync();
        session.Stream.Abort();
        var again = await session.Server.ConnectionAsync();
        await again.RefuseAsync(await again.ReadAsync("hello"), """{"code":"unauthenticated","message":"expired"}""");
        Assert.Equal(ErrorCodes.Unauthenticated, (await session.Events.SkipToAsync<SignedOut>()).Error?.Code);
        await again.GoneAsync();
    }

    [Fact]
    public async Task Gap_InTheNumbers_ResumesAndThenReloads()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 3), ScriptedStream.Page("ann.work", 8)]);
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 5, "bob"));
        await session.Stream.GoneAsync();
        var gap = await session.Events.NextAsync<GapDetected>();
        Assert.Equal(("ann", 4L, 5L), (gap.Account, gap.Expected, gap.Got));
        var trying = await session.Events.NextAsync<Reconnecting>();
        Assert.Equal(ErrorCodes.Internal, trying.Error?.Code);
        Assert.Equal(3, session.Client.Pages["ann"].Cursor);

        var second = await session.Server.ConnectionAsync();
        var hello = await second.GreetAsync(
            ScriptedStream.Page("ann", 5, resumed: true), ScriptedStream.Page("ann.work", 8, resumed: true), ScriptedStream.Message("ann", 5, "bob"));
        Assert.Equal("""{"ann":3,"ann.work":8}""", hello.GetProperty("resume").GetRawText());
        await second.GoneAsync();

        var third = await session.Server.ConnectionAsync();
        hello = await third.GreetAsync(ScriptedStream.Page("ann", 5), ScriptedStream.Page("ann.work", 8, resumed: true));
        Assert.Equal("""{"ann.work":8}""", hello.GetProperty("resume").GetRawText());
        Assert.True((await session.Events.SkipToAsync<PageOpened>()).Reloaded);
        await session.Events.NextAsync<Reconnected>();
        third.Abort();
    }

    [Fact]
    public async Task Gap_AfterAResume_IsFilledByTheNext()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 3)]);
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 5, "bob"));
        await session.Stream.GoneAsync();
        var second = await session.Server.WelcomeAsync(
            ScriptedStream.Page("ann", 5, resumed: true), ScriptedStream.Message("ann", 4, "bob"), ScriptedStream.Message("ann", 5, "bob"));
        await session.Events.SkipToAsync<Reconnecting>();
        Assert.Equal(4, (await session.Events.NextAsync<MessageReceived>()).Seq);
        Assert.Equal(5, (await session.Events.NextAsync<MessageReceived>()).Seq);
        second.Abort();
    }

    [Fact]
    public async Task Frame_ThatIsNotJson_BreaksOffAndResumes()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.SendAsync("{oops");
        await session.Stream.GoneAsync();
        var again = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true));
        Assert.Equal(ErrorCodes.Internal, (await session.Events.NextAsync<Reconnecting>()).Error?.Code);
        await session.Events.NextAsync<Reconnected>();
        again.Abort();
    }

    [Fact]
    public async Task Heartbeat_NothingElseSent_Pings()
    {
        var clock = new FakeClock();
        await using var session = await SignedIn.StartAsync(clock: clock);
        for (var beat = 0; beat < 3; beat++)
        {
            await clock.PassAsync(TimeSpan.FromSeconds(10), "a heartbeat");
            await session.Stream.OkAsync(await session.Stream.ReadAsync("ping"));
            await session.Stream.SendAsync(ScriptedStream.Message("ann", beat + 1, "bob"));
            await session.Events.NextAsync<MessageReceived>();
        }
    }

    [Fact]
    public async Task Heartbeat_ServerSilentForTwo_Reconnects()
    {
        var clock = new FakeClock();
        await using var session = await SignedIn.StartAsync(clock: clock);
        await clock.PassAsync(TimeSpan.FromSeconds(10), "a heartbeat");
        await session.Stream.ReadAsync("ping");
        await clock.PassAsync(TimeSpan.FromSeconds(10), "the second heartbeat");
        var trying = await session.Events.NextAsync<Reconnecting>();
        Assert.Contains("silent", trying.Error!.Message, StringComparison.Ordinal);
        await session.Stream.GoneAsync();
        await clock.PassAsync(trying.Delay, "the reconnect");
        var again = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true));
        await session.Events.NextAsync<Reconnected>();
        again.Abort();
    }

    [Fact]
    public async Task Reconnect_WhileItWaits_CutsThePauseShort()
    {
        var clock = new FakeClock();
        await using var session = await SignedIn.StartAsync(clock: clock);
        session.Stream.Abort();
        var trying = await session.Events.NextAsync<Reconnecting>();
        await clock.WaitedAsync(trying.Delay, "the pause");
        session.Client.Reconnect();
        var again = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true));
        await session.Events.NextAsync<Reconnected>();
        again.Abort();
    }

    [Fact]
    public async Task Reconnect_OverAConnectionThatIsDead_MakesAnother()
    {
        var clock = new FakeClock();
        await using var session = await SignedIn.StartAsync(clock: clock);
        session.Client.Reconnect();
        await session.Stream.ReadAsync("ping");
        await clock.PassAsync(TimeSpan.FromSeconds(5), "the wait for a sign of life");
        var trying = await session.Events.NextAsync<Reconnecting>();
        Assert.Contains("no sign of life", trying.Error!.Message, StringComparison.Ordinal);
        await clock.PassAsync(trying.Delay, "the reconnect");
        var again = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true));
        await session.Events.NextAsync<Reconnected>();

        session.Client.Reconnect();
        await again.OkAsync(await again.ReadAsync("ping"));
        await again.SendAsync(ScriptedStream.Message("ann", 1, "bob"));
        await session.Events.NextAsync<MessageReceived>();
        await clock.PassAsync(TimeSpan.FromSeconds(5), "the wait for a sign of life");
        await again.SendAsync(ScriptedStream.Message("ann", 2, "bob"));
        Assert.Equal(2, (await session.Events.NextAsync<MessageReceived>()).Seq);
        again.Abort();
    }

    [Fact]
    public async Task Reconnect_WhereNoConnectionIsWanted_DoesNothing()
    {
        await using var client = new ImClient();
        client.Reconnect();
        Assert.Equal(ConnectionStatus.SignedOut, client.Status);
    }
}
