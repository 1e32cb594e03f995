using System.Text.Json;
using OrleansIM.Client.Tests.Scripted;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Tests;

public sealed class RequestTests
{
    private const string Stored = """{"id":"m1","seq":1,"sentAt":"2026-01-02T03:04:05.678Z"}""";

    [Fact]
    public async Task Send_Stored_ReturnsIdSeqAndTheCidMade()
    {
        await using var session = await SignedIn.StartAsync();
        var send = session.Client.SendAsync("ann", "bob", "grüß");
        var request = await session.Stream.ReadAsync("send");
        await session.Stream.OkAsync(request, Stored);
        var sent = await send.Time("the answer");
        Assert.Equal(("m1", 1L, request.GetProperty("cid").GetString()), (sent.Id, sent.Seq, sent.Cid));
        Assert.Equal(("ann", "bob", "grüß"), (Field(request, "as"), Field(request, "to"), Field(request, "body")));
        Assert.NotEmpty(sent.Cid);
        Assert.False(request.TryGetProperty("kind", out _));
    }

    [Fact]
    public async Task Answers_OutOfOrder_ReachTheirRequests()
    {
        await using var session = await SignedIn.StartAsync();
        var one = session.Client.RequestContactAsync("ann", "bob", "hello");
        var two = session.Client.AcceptContactAsync("ann", "cat");
        var first = await session.Stream.ReadAsync("contacts.request");
        var second = await session.Stream.ReadAsync("contacts.accept");
        await session.Stream.OkAsync(second, """{"state":"friend"}""");
        await session.Stream.SendAsync("""{"re":999999,"ok":{}}""");
        await session.Stream.OkAsync(first, """{"state":"requested"}""");
        Assert.Equal("friend", await two.Time("the second answer"));
        Assert.Equal("requested", await one.Time("the first answer"));
    }

    [Theory]
    [InlineData("""{"code":"not_friends","message":"no"}""", ErrorCodes.NotFriends, false, null)]
    [InlineData("""{"code":"slow_down","message":"later","retryAfterMs":1500}""", ErrorCodes.SlowDown, true, 1500)]
    [InlineData("""{"code":"conflict","message":"again"}""", ErrorCodes.Conflict, true, null)]
    [InlineData("""{"code":"brand_new","message":"?"}""", "brand_new", false, null)]
    public async Task Request_Refused_ThrowsTheCode(string err, string code, bool canRetry, int? retryAfterMs)
    {
        await using var session = await SignedIn.StartAsync();
        var ask = session.Client.AcceptContactAsync("ann", "bob");
        await session.Stream.RefuseAsync(await session.Stream.ReadAsync("contacts.accept"), err);
        var error = await ask.Refused(code, "the refusal");
        Assert.Equal(canRetry, error.CanRetry);
        Assert.Equal(retryAfterMs, error.RetryAfter?.TotalMilliseconds);
    }

    [Fact]
    public async Task Request_AnswerThatCannotBeRead_IsInternalAndTheStreamGoesOn()
    {
        await using var session = await SignedIn.StartAsync();
        var ask = session.Client.SetContactAsync("ann", "bob", remark: "bro");
        await session.Stream.OkAsync(await session.Stream.ReadAsync("contacts.set"), """{"contact":"not an object"}""");
        await ask.Refused(ErrorCodes.Internal, "the answer");
        var ping = session.Client.PingAsync();
        await session.Stream.OkAsync(await session.Stream.ReadAsync("ping"));
        await ping.Time("the ping");
    }

    [Fact]
    public async Task Request_NotAnswered_TimesOut()
    {
        var clock = new FakeClock();
        await using var session = await SignedIn.StartAsync(clock: clock, with: options => options with { RequestTimeout = TimeSpan.FromSeconds(7) });
        var ask = session.Client.HistoryAsync("ann");
        await session.Stream.ReadAsync("history");
        await clock.PassAsync(TimeSpan.FromSeconds(7), "the answer");
        var error = await ask.Refused(ErrorCodes.Unavailable, "the timeout");
        Assert.IsType<TimeoutException>(error.InnerException);
    }

    [Fact]
    public async Task Request_Cancelled_StopsWaitingAndKeepsTheConnection()
    {
        await using var session = await SignedIn.StartAsync();
        using var cancel = new CancellationTokenSource();
        var ask = session.Client.HistoryAsync("ann", ct: cancel.Token);
        var request = await session.Stream.ReadAsync("history");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ask.Time("the request to stop"));
        await session.Stream.OkAsync(request, """{"events":[],"more":false}""");
        var ping = session.Client.PingAsync();
        await session.Stream.OkAsync(await session.Stream.ReadAsync("ping"));
        await ping.Time("the ping");
    }

    [Fact]
    public async Task Send_ConnectionDiesBeforeTheAnswer_IsSentAgainUnderItsCid()
    {
        await using var session = await SignedIn.StartAsync();
        var one = session.Client.SendAsync("ann", "bob", "one", cid: "c1");
        var two = session.Client.SendAsync("ann", "bob", "two");
        await session.Stream.ReadAsync("send");
        session.Stream.Abort();
        await session.Events.NextAsync<Reconnecting>();
        var three = session.Client.SendAsync("ann", "bob", "three");
        var again = await session.Server.ConnectionAsync();
        var hello = await again.ReadAsync("hello");
        await again.HelloOkAsync(hello);

        // A send as an account whose page is not there yet might be refused for good: nothing goes out before ready.
        await again.SendAsync(ScriptedStream.Page("new", 1));
        await session.Events.SkipToAsync<PageOpened>();
        var ping = session.Client.PingAsync();
        await again.OkAsync(await again.ReadAsync("ping"));
        await ping.Time("the ping");
        await again.SendAsync(ScriptedStream.Page("ann", resumed: true));
        await again.SendAsync("""{"ev":"ready","data":{}}""");
        foreach (var (body, cid) in new[] { ("one", "c1"), ("two", null), ("three", null) })
        {
            var request = await again.ReadAsync("send");
            Assert.Equal(body, Field(request, "body"));
            Assert.Equal(cid ?? Field(request, "cid"), Field(request, "cid"));
            await again.OkAsync(request, Stored);
        }

        await Task.WhenAll(one, two, three).Time("three answers");
        again.Abort();
    }

    [Fact]
    public async Task Send_Answered_IsNotSentAgain()
    {
        await using var session = await SignedIn.StartAsync();
        var one = session.Client.SendAsync("ann", "bob", "one");
        await session.Stream.OkAsync(await session.Stream.ReadAsync("send"), Stored);
        await one.Time("the answer");
        session.Stream.Abort();
        var again = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true));
        await session.Events.SkipToAsync<Reconnected>();
        var ping = session.Client.PingAsync();
        await again.OkAsync(await again.ReadAsync("ping"));
        await ping.Time("the ping");
        again.Abort();
    }

    [Fact]
    public async Task Request_ServerDiesMeanwhile_FailsAtOnce()
    {
        await using var session = await SignedIn.StartAsync();
        var ask = session.Client.HistoryAsync("ann");
        await session.Stream.ReadAsync("history");
        session.Stream.Abort();
        var error = await ask.Refused(ErrorCodes.Unavailable, "the failure");
        Assert.True(error.CanRetry);
    }

    [Fact]
    public async Task Request_WhileDown_FailsAtOnce()
    {
        var clock = new FakeClock();
        await using var session = await SignedIn.StartAsync(clock: clock);
        session.Stream.Abort();
        await session.Events.NextAsync<Reconnecting>();
        await session.Client.HistoryAsync("ann").Refused(ErrorCodes.Unavailable, "the failure");
    }

    [Fact]
    public async Task Request_NotSignedIn_SaysSo()
    {
        await using var client = new ImClient();
        await client.SendAsync("ann", "bob", "x").Refused(ErrorCodes.Unauthenticated, "the refusal");
    }

    [Fact]
    public async Task Send_OverTheFrameLimit_IsRefusedHere()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Client.SendAsync("ann", "bob", new string('x', 64 * 1024)).Refused(ErrorCodes.TooLarge, "the refusal");
    }

    [Fact]
    public async Task History_OfAPeer_IsTyped()
    {
        await using var session = await SignedIn.StartAsync();
        var ask = session.Client.HistoryAsync("ann", "bob", before: 20, limit: 2);
        var request = await session.Stream.ReadAsync("history");
        Assert.Equal(("bob", 20, 2), (Field(request, "peer"), request.GetProperty("before").GetInt32(), request.GetProperty("limit").GetInt32()));
        await session.Stream.OkAsync(request, $$"""{"events":[{{ScriptedStream.Message("ann", 18, "bob")}},{{ScriptedStream.Message("ann", 19, "bob")}}],"more":true}""");
        var history = await ask.Time("the history");
        Assert.Equal([18L, 19L], history.Events.Cast<MessageReceived>().Select(message => message.Seq!.Value));
        Assert.True(history.More);
    }

    [Fact]
    public async Task History_After_AsksForWhatFollows()
    {
        await using var session = await SignedIn.StartAsync();
        var ask = session.Client.HistoryAsync("ann", after: 0, before: 9);
        var request = await session.Stream.ReadAsync("history");
        Assert.Equal((0, 9), (request.GetProperty("after").GetInt32(), request.GetProperty("before").GetInt32()));
        await session.Stream.OkAsync(request, """{"events":[],"more":false}""");
        Assert.False((await ask.Time("the history")).More);
    }

    [Theory]
    [InlineData("nobody", "\"nobody\"")]
    [InlineData(null, "null")]
    public async Task Privacy_Set_IsASetting(string? value, string json)
    {
        await using var session = await SignedIn.StartAsync();
        var ask = session.Client.SetPrivacyAsync("ann", PrivacySettings.Receipts, value);
        var request = await session.Stream.ReadAsync("settings.set");
        Assert.Equal(("privacy.receipts", json), (Field(request, "key"), request.GetProperty("value").GetRawText()));
        await session.Stream.OkAsync(request);
        await ask.Time("the answer");
    }

    [Fact]
    public async Task AddLinks_MixedBatch_NamesBothSides()
    {
        await using var session = await SignedIn.StartAsync();
        var ask = session.Client.AddLinksAsync([new("ann.work", "p1"), new("eve", "p2", "master")]);
        var request = await session.Stream.ReadAsync("link.add");
        Assert.Equal(
            """[{"account":"ann.work","password":"p1","role":"secondary"},{"account":"eve","password":"p2","role":"master"}]""",
            request.GetProperty("accounts").GetRawText());
        await session.Stream.OkAsync(request, """{"linked":[{"account":"ann.work","role":"secondary"},"x2"],"rejected":[{"account":"eve","reason":"bad_credentials"}]}""");
        var result = await ask.Time("the result");
        Assert.Equal(["ann.work", "x2"], result.Linked);
        Assert.Equal(new LinkRejection { Account = "eve", Reason = "bad_credentials" }, Assert.Single(result.Rejected));
    }

    [Fact]
    public async Task SetSetting_JsonOrNot_IsSentOrRefused()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Client.SetSettingAsync("ann", "theme", "dark").Refused(ErrorCodes.InvalidArgument, "the refusal");
        var set = session.Client.SetCustomAsync("ann", "pet", """{"name":"Rex"}""");
        var request = await session.Stream.ReadAsync("custom.set");
        Assert.Equal("""{"name":"Rex"}""", request.GetProperty("value").GetRawText());
        await session.Stream.OkAsync(request);
        await set.Time("the answer");
        set = session.Client.SetSettingAsync("ann", "theme", default(JsonElement));
        request = await session.Stream.ReadAsync("settings.set");
        Assert.Equal(JsonValueKind.Null, request.GetProperty("value").ValueKind);
        await session.Stream.OkAsync(request);
        await set.Time("the answer");
    }

    [Fact]
    public async Task Requests_OfEveryOtherKind_GoOutAsTheProtocolSays()
    {
        await using var session = await SignedIn.StartAsync();
        var client = session.Client;
        await Says(client.SetTypingAsync("ann", "bob", true), "typing", """{"as":"ann","to":"bob","on":true}""");
        await Says(client.SetPresenceAsync("busy", "deep"), "presence", """{"status":"busy","note":"deep"}""");
        await Says(client.RefuseContactAsync("ann", "bob"), "contacts.refuse", """{"as":"ann","account":"bob"}""");
        await Says(client.RemoveContactAsync("ann", "bob"), "contacts.remove", """{"as":"ann","account":"bob"}""");
        await Says(client.BlockContactAsync("ann", "bob"), "contacts.block", """{"as":"ann","account":"bob"}""");
        await Says(client.UnblockContactAsync("ann", "bob"), "contacts.unblock", """{"as":"ann","account":"bob"}""");
        await Says(client.SetContactAsync("ann", "bob", remark: "bro", labels: ["a", "b"]), "contacts.set", """{"remark":"bro","labels":["a","b"]}""",
            """{"contact":{"account":"bob","state":"friend"}}""");
        await Says(client.SetProfileAsync("ann", email: "a@b.c"), "profile.set", """{"as":"ann","email":"a@b.c"}""", """{"profile":{"email":"a@b.c"}}""");
        await Says(client.ListLinksAsync(), "link.list", """{"op":"link.list"}""", """{"members":[]}""");
        await Says(client.RemoveLinkAsync("x1"), "link.remove", """{"account":"x1"}""");
        await Says(client.SetRoleAsync("x1", "master"), "link.role", """{"account":"x1","role":"master"}""");
        await Says(client.EndSessionAsync("s9"), "sessions.end", """{"session":"s9"}""");
        var list = client.ListSessionsAsync("ann");
        await Says(list, "sessions.list", """{"as":"ann"}""", """{"sessions":[{"session":"s1","device":"desk"},{"session":"s2"}]}""");
        Assert.Equal([true, false], (await list).Select(one => one.Current));
        using var fields = JsonDocument.Parse("""{"as":"ann","title":"team"}""");
        var group = client.RequestAsync("groups.create", fields.RootElement);
        await Says(group, "groups.create", """{"as":"ann","title":"team"}""", """{"group":{"id":"g1"}}""");
        Assert.Equal("g1", (await group).GetProperty("group").GetProperty("id").GetString());

        async Task Says(Task asked, string op, string expected, string ok = "{}")
        {
            var request = await session.Stream.ReadAsync(op);
            Assert.EndsWith(expected[1..], request.GetRawText(), StringComparison.Ordinal);
            await session.Stream.OkAsync(request, ok);
            await asked.Time("the answer to " + op);
        }
    }

    private static string? Field(JsonElement request, string name) => request.GetProperty(name).GetString();
}
