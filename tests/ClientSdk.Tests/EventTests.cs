using OrleansIM.Client.Tests.Scripted;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Tests;

public sealed class EventTests
{
    [Theory]
    [InlineData("message", 1, """{"id":"m1","from":"bob","to":"ann","body":"hi","sentAt":"2026-01-02T03:04:05.678Z"}""", typeof(MessageReceived))]
    [InlineData("receipt", 1, """{"peer":"bob","upTo":3,"what":"read"}""", typeof(ReceiptReceived))]
    [InlineData("contact", 1, """{"contact":{"account":"bob","displayName":"Bob","state":"friend","labels":["x"]}}""", typeof(ContactChanged))]
    [InlineData("profile", 1, """{"displayName":"Ann"}""", typeof(ProfileChanged))]
    [InlineData("settings", 1, """{"key":"theme","value":"dark"}""", typeof(SettingsChanged))]
    [InlineData("custom", 1, """{"key":"pet","value":{"name":"Rex"}}""", typeof(CustomChanged))]
    [InlineData("link", 1, """{"members":[{"account":"ann","role":"master"}],"rejected":[]}""", typeof(LinksChanged))]
    [InlineData("group", 1, """{"group":"group:g1","what":"set","name":"g"}""", typeof(GroupChanged))]
    [InlineData("presence", null, """{"contact":"bob","status":"away","note":"lunch"}""", typeof(PresenceChanged))]
    [InlineData("typing", null, """{"from":"bob","to":"ann","on":true}""", typeof(TypingChanged))]
    [InlineData("mail", null, """{"mailbox":"a@b.c","unread":2,"new":[{"uid":7,"from":{"address":"x@y.z"},"subject":"s","preview":"p","date":"2026-01-02T03:04:05.000Z","unread":true}],"badge":{"bob":1}}""", typeof(MailChanged))]
    [InlineData("channel", null, """{"mailbox":"a@b.c","state":"failed","error":{"code":"mail_auth_failed","message":"no"}}""", typeof(ChannelChanged))]
    [InlineData("pageGone", null, """{"reason":"unlinked"}""", typeof(PageGone))]
    public async Task Event_OfTheProtocol_IsTyped(string name, int? seq, string data, Type type)
    {
        await using var session = await SignedIn.StartAsync();
        var number = seq is null ? "" : $"\"seq\":{seq},";
        await session.Stream.SendAsync($$"""{"ev":"{{name}}","account":"ann",{{number}}"data":{{data}}}""");
        var happened = await session.Events.NextAsync();
        Assert.IsType(type, happened);
        Assert.Equal(("ann", (long?)seq), (happened.Account, happened.Seq));
    }

    [Fact]
    public async Task Message_WithUnknownFields_HasEveryKnownOne()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.SendAsync("""
            {"ev":"message","new":1,"account":"ann","seq":1,"data":{"id":"m1","from":"ann","to":"bob","body":"grüß 🐾",
            "kind":"emote","cid":"c1","sentAt":"2026-01-02T03:04:05.678Z","reactions":[{"x":1}]}}
            """);
        var message = await session.Events.NextAsync<MessageReceived>();
        Assert.Equal(("m1", "ann", "bob", "grüß 🐾", "emote", "c1"),
            (message.Id, message.From, message.To, message.Body, message.Kind, message.Cid));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), message.SentAt);
        Assert.True(message.IsOwn);
        Assert.Equal("bob", message.Peer);
    }

    [Theory]
    [InlineData("message", """{"id":"m1","from":"bob","to":"ann","body":"a\ud800b \ud83d\ude00","sentAt":"2026-01-02T03:04:05.678Z"}""")]
    [InlineData("custom", """{"key":"a","value":{"\udc00":"\ud800"}}""")]
    [InlineData("made.up", """{"\ud800\ud800":1}""")]
    public async Task Event_WithHalfASurrogatePair_IsTakenAndStored(string name, string data)
    {
        var store = new MemoryStore();
        await using (var session = await SignedIn.StartAsync(with: options => options with { Store = store }))
        {
            await session.Stream.SendAsync($$"""{"ev":"{{name}}","account":"ann","seq":1,"data":{{data}}}""");
            var happened = await session.Events.NextAsync();

            Assert.Equal(1, happened.Seq);
            if (happened is MessageReceived message)
            {
                Assert.Equal("a\uFFFDb \U0001F600", message.Body);
            }
        }
    }

    [Fact]
    public async Task Message_OfTheService_IsToldApartFromThoseOfPeople()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.SendAsync("""{"ev":"message","account":"ann","seq":1,"data":{"id":"m1","from":"@service","to":"ann","body":"Maintenance at noon."}}""");
        await session.Stream.SendAsync("""{"ev":"message","account":"ann","seq":2,"data":{"id":"m2","from":"service","to":"ann","body":"x","kind":"service"}}""");
        var notice = await session.Events.NextAsync<MessageReceived>();
        Assert.Equal((Senders.Service, Senders.Service, true, false), (notice.From, notice.Peer, notice.IsFromService, notice.IsOwn));
        Assert.False((await session.Events.NextAsync<MessageReceived>()).IsFromService);
        Assert.Equal(1, session.Client.Pages["ann"].Unread[Senders.Service]);
    }

    [Fact]
    public async Task Message_WithFieldsMissingOrNull_HasDefaults()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.SendAsync("""{"ev":"message","account":"ann","seq":1,"data":{"from":"bob","to":null}}""");
        var message = await session.Events.NextAsync<MessageReceived>();
        Assert.Equal(("", "bob", "", "", "text"), (message.Id, message.From, message.To, message.Body, message.Kind));
    }

    [Fact]
    public async Task UnknownEvent_Durable_IsShownRawAndCounted()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.SendAsync("""{"ev":"poke","account":"ann","seq":1,"data":{"by":"bob"}}""");
        await session.Stream.SendAsync("""{"ev":"weather","data":{"sun":true}}""");
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 2, "bob"));
        var poke = await session.Events.NextAsync<UnknownEvent>();
        Assert.Equal(("poke", 1L, "bob"), (poke.Name, poke.Seq, poke.Data.GetProperty("by").GetString()));
        Assert.Equal("weather", (await session.Events.NextAsync<UnknownEvent>()).Name);
        Assert.Equal(2, (await session.Events.NextAsync<MessageReceived>()).Seq);
    }

    [Fact]
    public async Task Event_DataOfAnotherKind_IsShownRaw()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.SendAsync("""{"ev":"message","account":"ann","seq":1,"data":{"id":{"not":"text"}}}""");
        Assert.Equal("message", (await session.Events.NextAsync<UnknownEvent>()).Name);
        Assert.Equal(1, session.Client.Pages["ann"].Cursor);
    }

    [Fact]
    public async Task Event_HugeFrame_IsRead()
    {
        await using var session = await SignedIn.StartAsync();
        var body = new string('x', 5_000_000);
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 1, "bob", body));
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 2, "bob"));
        Assert.Equal(body, (await session.Events.NextAsync<MessageReceived>()).Body);
        Assert.Equal("hi", (await session.Events.NextAsync<MessageReceived>()).Body);
    }

    [Fact]
    public async Task Event_FrameOverTheLimit_EndsTheSession()
    {
        await using var session = await SignedIn.StartAsync(with: options => options with { MaxFrameBytes = 64 * 1024 });
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 1, "bob", new string('x', 70_000)));
        var end = await session.Events.NextAsync<SignedOut>();
        Assert.Equal(ErrorCodes.TooLarge, end.Error?.Code);
    }

    [Fact]
    public async Task Events_LateReader_BeginsWithThePages()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 4), ScriptedStream.Page("ann.work", 5)]);
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 5, "bob"));
        await session.Events.NextAsync<MessageReceived>();
        await using var late = new EventTape(session.Client);
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 6, "bob"));
        var first = await late.NextAsync<PageOpened>();
        Assert.Equal(("ann", 5L), (first.Account, first.Page.Cursor));
        await late.NextAsync<PageOpened>();
        await late.NextAsync<Ready>();
        Assert.Equal(6, (await late.NextAsync<MessageReceived>()).Seq);
    }

    [Fact]
    public async Task Events_ReaderTooSlow_IsEndedAndTheStreamGoesOn()
    {
        await using var session = await SignedIn.StartAsync(with: options => options with { EventBuffer = 4 });
        var slow = session.Client.EventsAsync().GetAsyncEnumerator();
        for (var seq = 1; seq <= 5; seq++)
        {
            await session.Stream.SendAsync(ScriptedStream.Message("ann", seq, "bob"));
            await session.Events.NextAsync<MessageReceived>();
        }

        var seen = 0;
        var error = await Assert.ThrowsAsync<ImException>(async () =>
        {
            while (await slow.MoveNextAsync().AsTask().Time("the end of the slow reader"))
            {
                seen++;
            }
        });
        Assert.Equal((ErrorCodes.LimitReached, 4), (error.Code, seen));
        Assert.Equal(5, session.Client.Pages["ann"].Cursor);
    }

    [Fact]
    public async Task Events_Cancelled_Stop()
    {
        await using var session = await SignedIn.StartAsync();
        using var cancel = new CancellationTokenSource();
        var events = session.Client.EventsAsync(cancel.Token).GetAsyncEnumerator();
        await events.MoveNextAsync();
        await events.MoveNextAsync();
        var next = events.MoveNextAsync().AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Time("the reader to stop"));
    }

    [Fact]
    public async Task Handler_ThatThrows_IsReportedAndCalledAgain()
    {
        var errors = new TaskCompletionSource<Exception>();
        await using var session = await SignedIn.StartAsync(with: options => options with { HandlerError = errors.SetResult });
        var second = new TaskCompletionSource<long?>();
        using var handler = session.Client.On<MessageReceived>(message =>
        {
            if (message.Seq == 1)
            {
                throw new InvalidOperationException("mine");
            }

            second.SetResult(message.Seq);
        });
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 1, "bob"));
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 2, "bob"));
        Assert.Equal("mine", (await errors.Task.Time("the error")).Message);
        Assert.Equal(2, await second.Task.Time("the second message"));
    }

    [Fact]
    public async Task Handler_ThatAsksTheServer_IsAnswered()
    {
        await using var session = await SignedIn.StartAsync();
        var done = new TaskCompletionSource<bool>();
        using var handler = session.Client.On<MessageReceived>(async message =>
        {
            await session.Client.MarkReadAsync(message.Account, message.Peer, message.Seq!.Value);
            done.SetResult(session.Client.Pages["ann"].Unread.ContainsKey("bob"));
        });
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 1, "bob"));
        var read = await session.Stream.ReadAsync("read");
        Assert.Equal(1, read.GetProperty("upTo").GetInt64());
        await session.Stream.OkAsync(read);
        Assert.False(await done.Task.Time("the handler"));
    }

    [Fact]
    public async Task Handler_Disposed_IsNotCalledAgain()
    {
        await using var session = await SignedIn.StartAsync();
        var calls = 0;
        var handler = session.Client.On<ImEvent>(_ => calls++);
        handler.Dispose();
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 1, "bob"));
        await session.Events.NextAsync<MessageReceived>();
        Assert.Equal(0, calls);
    }

    [Fact]
    public void LinkRequest_AsText_HidesThePassword()
    {
        Assert.DoesNotContain("secret", new LinkRequest("ann", "secret").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", LinkRequest.WithJwt("ann", "secret").ToString(), StringComparison.Ordinal);
    }
}
