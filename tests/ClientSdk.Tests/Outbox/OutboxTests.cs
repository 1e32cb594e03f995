using OrleansIM.Client.Tests.Scripted;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Tests.Outbox;

/// <summary>How messages wait, go out, and fail.</summary>
public sealed class OutboxTests
{
    private const string Resumed = """{"ev":"page","account":"ann","data":{"role":"master","cursor":0,"resumed":true}}""";

    [Fact]
    public async Task Messages_WrittenOffline_GoOutInOrderOneAfterTheOther()
    {
        await using var session = await SignedIn.StartAsync();
        session.Stream.Abort();
        await session.Events.NextAsync<Reconnecting>();
        var ends = new[] { "one", "two", "three" }.Select(body => session.Client.SendAsync("ann", "Ben", body)).ToArray();
        Assert.Equal(["one queued ben", "two queued ben", "three queued ben"], Show(session.Client));

        var again = await session.Server.WelcomeAsync(Resumed);
        for (var seq = 1; seq <= 3; seq++)
        {
            var request = await again.ReadAsync("send");
            var ping = session.Client.PingAsync();

            // The next frame is the ping: the next message waits for the answer to this one.
            await again.OkAsync(await again.ReadAsync("ping"));
            await ping.Time("the ping");
            await again.StoredAsync(request, seq);
        }

        Assert.Equal([1L, 2L, 3L], (await Task.WhenAll(ends).Time("the answers")).Select(answer => answer.Seq));
        Assert.Equal(["one sent ben", "two sent ben", "three sent ben"], Show(session.Client));
        again.Abort();
    }

    [Fact]
    public async Task Peers_DoNotWaitForEachOther()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann"), ScriptedStream.Page("game")]);
        await session.Client.EnqueueAsync("ann", "ben", "a").Time("the store");
        await session.Client.EnqueueAsync("ann", "zoe", "b").Time("the store");
        await session.Client.EnqueueAsync("game", "ben", "c").Time("the store");
        var sent = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var request = await session.Stream.ReadAsync("send");
            sent.Add($"{request.Text("as")} {request.Text("to")} {request.Text("body")}");
        }

        Assert.Equal(["ann ben a", "ann zoe b", "game ben c"], sent.Order());
    }

    [Fact]
    public async Task Refusal_ThatMayPass_IsTriedAgainAndTheNextWaits()
    {
        await using var session = await SignedIn.StartAsync();
        var first = session.Client.SendAsync("ann", "ben", "first");
        var second = session.Client.SendAsync("ann", "ben", "second");
        var cids = new HashSet<string>();
        foreach (var code in new[] { "unavailable", "slow_down", "internal", "conflict" })
        {
            var request = await session.Stream.ReadAsync("send");
            Assert.Equal("first", request.Text("body"));
            cids.Add(request.Text("cid"));
            await session.Stream.RefuseAsync(request, $$"""{"code":"{{code}}","message":"later","retryAfterMs":2}""");
        }

        cids.Add((await session.Stream.StoreAsync(1)).Text("cid"));
        Assert.Single(cids);
        Assert.Equal("second", (await session.Stream.StoreAsync(2)).Text("body"));
        await Task.WhenAll(first, second).Time("the answers");
    }

    [Fact]
    public async Task Refusal_ThatMayPass_WaitsAsLongAsTheServerAsked()
    {
        var clock = new FakeClock();
        await using var session = await SignedIn.StartAsync(clock: clock);
        var send = session.Client.SendAsync("ann", "ben", "x");
        await session.Stream.RefuseAsync(await session.Stream.ReadAsync("send"), """{"code":"slow_down","message":"later","retryAfterMs":7777}""");
        await clock.PassAsync(TimeSpan.FromMilliseconds(7777), "the pause that was asked for");
        await session.Stream.StoreAsync(1);
        await send.Time("the answer");
    }

    [Fact]
    public async Task Refusal_ForGood_FailsTheMessageAndNotTheNext()
    {
        await using var session = await SignedIn.StartAsync();
        var end = session.Client.SendAsync("ann", "ben", "no", cid: "c1");
        var other = session.Client.SendAsync("ann", "ben", "yes");
        await session.Stream.RefuseAsync(await session.Stream.ReadAsync("send"), """{"code":"not_friends","message":"You are no friends."}""");
        Assert.False((await end.Refused(ErrorCodes.NotFriends, "the refusal")).CanRetry);
        await session.Stream.StoreAsync(1);
        await other.Time("the other");

        var failed = session.Client.Outbox("ann")[0];
        Assert.Equal(("c1", MessageState.Failed, new OutgoingError("not_friends", "You are no friends.")), (failed.Cid, failed.State, failed.Error));
        Assert.Equal((MessageState.Queued, null), (session.Client.Retry("c1").State, session.Client.Outbox("ann")[1].Error));
        Assert.Equal("c1", (await session.Stream.StoreAsync(2)).Text("cid"));
        await session.Events.ShowsAsync(message => message is { Cid: "c1", State: MessageState.Sent, Seq: 2 });
        Assert.Equal(ErrorCodes.InvalidArgument, Assert.Throws<ImException>(() => session.Client.Retry("c1")).Code);
        Assert.Equal(ErrorCodes.InvalidArgument, Assert.Throws<ImException>(() => session.Client.Retry("unknown")).Code);
    }

    [Fact]
    public async Task ServerFault_FiveTimes_IsGivenUp()
    {
        await using var session = await SignedIn.StartAsync();
        var send = session.Client.SendAsync("ann", "ben", "x");
        for (var i = 0; i < 5; i++)
        {
            await session.Stream.RefuseAsync(await session.Stream.ReadAsync("send"), """{"code":"internal","message":"a bug"}""");
        }

        await send.Refused(ErrorCodes.Internal, "the refusal");
    }

    [Fact]
    public async Task Answer_ThatDoesNotCome_IsAskedForAgainUnderTheSameCid()
    {
        var clock = new FakeClock();
        await using var session = await SignedIn.StartAsync(clock: clock, with: options => options with { RequestTimeout = TimeSpan.FromSeconds(7) });
        var send = session.Client.SendAsync("ann", "ben", "x");
        var first = await session.Stream.ReadAsync("send");
        await clock.PassAsync(TimeSpan.FromSeconds(7), "the answer");
        await clock.PassAsync(TimeSpan.FromMilliseconds(500), "the pause");
        Assert.Equal(first.Text("cid"), (await session.Stream.StoreAsync(1)).Text("cid"));
        await send.Time("the answer");
    }

    [Fact]
    public async Task State_GoesFromQueuedToRead()
    {
        await using var session = await SignedIn.StartAsync();
        var states = new List<MessageState>();
        session.Client.On<OutgoingChanged>(changed => states.Add(changed.Message.State));
        await session.Client.EnqueueAsync("ann", "ben", "x", cid: "c").Time("the store");
        Assert.Equal(["cid:c Queued"], Lines());
        var request = await session.Stream.ReadAsync("send");
        await session.Stream.SendAsync("""{"ev":"message","account":"ann","seq":1,"data":{"id":"m1","from":"ann","to":"ben","body":"x","cid":"c","sentAt":"2026-01-02T03:04:05.678Z"}}""");
        await session.Events.SkipToAsync<MessageReceived>();
        Assert.Equal(["cid:c Sent"], Lines());
        await session.Stream.StoredAsync(request, 1);
        await session.Events.ShowsAsync(message => message.State == MessageState.Sent);
        foreach (var (what, state) in new[] { ("delivered", MessageState.Delivered), ("read", MessageState.Read) })
        {
            await session.Stream.SendAsync($$$"""{"ev":"receipt","account":"ann","seq":{{{(what == "read" ? 3 : 2)}}},"data":{"by":"ben","peer":"ben","upTo":1,"what":"{{{what}}}"}}""");
            await session.Events.ShowsAsync(message => message.State == state);
            Assert.Equal([$"cid:c {state}"], Lines());
        }

        await Sends.UntilAsync(() => Task.FromResult(states.Count == 4), "four states");
        Assert.Equal([MessageState.Queued, MessageState.Sent, MessageState.Delivered, MessageState.Read], states);

        IEnumerable<string> Lines() => session.Client.Conversation("ann", "ben").Select(line => $"{line.Key} {line.State}");
    }

    [Fact]
    public async Task Conversation_OfAGroup_HasNothingTwice()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Client.EnqueueAsync("ann", "group:g", "x", cid: "c").Time("the store");
        var request = await session.Stream.ReadAsync("send");

        // In a group the log has no cid, and the event may come before the answer.
        await GroupMessageAsync(1, "id1", "ann", "x");
        Assert.Equal(["cid:c"], Keys());
        await session.Stream.StoredAsync(request, 1, "id1");
        await session.Events.ShowsAsync(message => message.State == MessageState.Sent);
        Assert.Equal(["cid:c"], Keys());
        await GroupMessageAsync(2, "id2", "ben", "y");
        await session.Client.EnqueueAsync("ann", "group:g", "z", cid: "d").Time("the store");
        var older = session.Client.Pages["ann"].Recent;
        Assert.Equal(["cid:c", "id:id2", "cid:d"], Keys(older));

        IEnumerable<string> Keys(IEnumerable<ImEvent>? more = null) => session.Client.Conversation("ann", "group:g", more).Select(line => line.Key);

        async Task GroupMessageAsync(int seq, string id, string from, string body)
        {
            await session.Stream.SendAsync(
                $$$"""{"ev":"message","account":"ann","seq":{{{seq}}},"data":{"id":"{{{id}}}","from":"{{{from}}}","to":"group:g","body":"{{{body}}}","sentAt":"2026-01-02T03:04:05.678Z"}}""");
            await session.Events.SkipToAsync<MessageReceived>();
        }
    }

    [Fact]
    public async Task Message_TakenBackBeforeItIsSentOff_IsGone()
    {
        var clock = new FakeClock();
        await using var session = await SignedIn.StartAsync(clock: clock);
        session.Stream.Abort();
        await session.Events.NextAsync<Reconnecting>();
        using var stop = new CancellationTokenSource();
        var send = session.Client.SendAsync("ann", "ben", "x", ct: stop.Token);
        var other = session.Client.SendAsync("ann", "ben", "y", cid: "y");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send.Time("the send to stop"));
        Assert.Equal(["y"], session.Client.Outbox().Select(message => message.Body));
        Assert.True(session.Client.Discard("y"));
        Assert.False(session.Client.Discard("y"));
        Assert.Empty(session.Client.Outbox());
        await other.Refused(ErrorCodes.Unavailable, "the end of what was taken back");
    }

    [Fact]
    public async Task Message_OnItsWay_CanNotBeTakenBack()
    {
        await using var session = await SignedIn.StartAsync();
        using var stop = new CancellationTokenSource();
        var send = session.Client.SendAsync("ann", "ben", "x", cid: "x", ct: stop.Token);
        var request = await session.Stream.ReadAsync("send");
        Assert.False(session.Client.Discard("x"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send.Time("the send to stop"));
        await session.Stream.StoredAsync(request, 1);
        await session.Events.ShowsAsync(message => message is { Cid: "x", State: MessageState.Sent });
    }

    [Fact]
    public async Task Message_ThatCanNeverBeSent_IsRefusedAtOnce()
    {
        await using var session = await SignedIn.StartAsync(with: options => options with { OutboxLimit = 1 });
        var client = session.Client;
        await client.SendAsync("zoe", "ben", "x").Refused(ErrorCodes.Forbidden, "a stranger");
        await client.EnqueueAsync("ann", "ben", new string('é', 40_000)).Refused(ErrorCodes.TooLarge, "too large");
        await client.EnqueueAsync("ann", "ben", "1", cid: "c").Time("the store");
        await client.EnqueueAsync("ann", "ben", "2").Refused(ErrorCodes.LimitReached, "one too many");
        await client.EnqueueAsync("ann", "zoe", "3", cid: "c").Refused(ErrorCodes.InvalidArgument, "the cid of another");
        Assert.Single(client.Outbox());
    }

    [Fact]
    public async Task Cid_Again_IsOneMessage()
    {
        await using var session = await SignedIn.StartAsync();
        var ends = new[] { session.Client.SendAsync("ann", "ben", "x", cid: "c"), session.Client.SendAsync("ann", "ben", "x", cid: "c") };
        await session.Stream.StoreAsync(1);
        var later = session.Client.SendAsync("ann", "ben", "x", cid: "c");
        Assert.Equal([1L, 1L, 1L], (await Task.WhenAll([.. ends, later]).Time("the answers")).Select(answer => answer.Seq));
        var ping = session.Client.PingAsync();
        await session.Stream.OkAsync(await session.Stream.ReadAsync("ping"));
        await ping.Time("the ping");
    }

    [Fact]
    public async Task Account_ThatLeaves_TakesItsMessagesAlong()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann"), ScriptedStream.Page("game")]);
        var send = session.Client.SendAsync("game", "ben", "x");
        var request = await session.Stream.ReadAsync("send");
        await session.Stream.SendAsync("""{"ev":"pageGone","account":"game","data":{"reason":"unlinked"}}""");
        await send.Refused(ErrorCodes.Forbidden, "the end of the message");
        await session.Stream.StoredAsync(request, 1);
        Assert.Empty(session.Client.Outbox());
    }

    [Fact]
    public async Task Status_IsToldAsItChanges()
    {
        await using var session = await SignedIn.StartAsync(with: options => options with { Session = new Session("ann", "t0") });
        var told = new List<ConnectionStatus>();
        session.Client.On<StatusChanged>(changed => told.Add(changed.Status));
        Assert.Equal(ConnectionStatus.Online, session.Client.Status);
        session.Stream.Abort();
        var again = await session.Server.WelcomeAsync(Resumed);
        await session.Events.SkipToAsync<Reconnected>();
        await again.CloseAsync(CloseCodes.BadToken);
        await session.Events.SkipToAsync<SignedOut>();
        await Sends.UntilAsync(() => Task.FromResult(told.Count >= 4), "four changes");
        Assert.Equal([ConnectionStatus.Offline, ConnectionStatus.Connecting, ConnectionStatus.Online, ConnectionStatus.SignedOut], told);
        Assert.Null(session.Client.Session);
    }

    private static IEnumerable<string> Show(ImClient client) =>
        client.Outbox().Select(message => $"{message.Body} {message.State.ToString().ToLowerInvariant()} {message.To}");
}
