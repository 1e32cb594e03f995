using OrleansIM.Client.Tests.Scripted;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Tests.Store;

/// <summary>What a client keeps, and finds again.</summary>
public sealed class LocalStoreTests : IDisposable
{
    private static readonly Session s_session = new("ann", "t1");

    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(nameof(MemoryStore))]
    [InlineData(nameof(FileStore))]
    public async Task Pages_AreReadableWithoutAServer(string kind)
    {
        IStore memory = new MemoryStore();
        IStore Store() => kind == nameof(FileStore) ? new FileStore(_folder.Path) : memory;
        const string state = ""","contacts":[{"account":"ben","displayName":"Ben","state":"friend","emails":["Ben@x.test"],"settings":{"mute":true},"labels":["chess"]}],"settings":{"a":1},"custom":{"b":[2]},"mailboxes":[{"address":"a@x","state":"open","unread":2}],"presence":{"ben":{"status":"online"}},"groups":[{"id":"g","name":"Club","role":"owner","members":2}],"receipts":{"ben":{"delivered":3,"read":2}},"profile":{"displayName":"Ann"}""";
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", more: state), ScriptedStream.Page("game")], with: options => options with { Store = Store() });
        await EveryDurableEventAsync(session);
        var found = session.Client.FindMailContactsAsync("ann", "A@x");
        await session.Stream.OkAsync(await session.Stream.ReadAsync("mail.contacts"), """{"contacts":[{"address":"b@x","name":"B"}]}""");
        await found.Time("the contacts");
        var kept = session.Client.Pages["ann"];
        await session.CloseAsync();

        await using var client = session.Server.Client(with: options => options with { Store = Store(), Session = s_session });
        await using var events = new EventTape(client);
        await client.OpenAsync().Time("the store");
        Assert.Equal(ConnectionStatus.Local, client.Status);
        Assert.Equal(["ann", "game"], client.Pages.Keys);
        Assert.Equal("ann", (await events.NextAsync<PageOpened>()).Account);
        var page = client.Pages["ann"];
        Assert.True(page.IsLocal);
        Assert.Empty(page.Presence);
        Assert.Equal(Json(kept with { Presence = page.Presence, IsLocal = true }), Json(page));
        Assert.Equal(kept.Recent.Select(Json), page.Recent.Select(Json));
        Assert.Equal((9L, "Änne", "Ben"), (page.Cursor, page.Profile.DisplayName, page.Contacts["ben"].DisplayName));
        Assert.Equal("text 1", client.Conversation("ann", "ben").Single().Body);
        Assert.Equal([new MailParty { Address = "b@x", Name = "B" }], await client.StoredMailContactsAsync("Ann", "a@X"));
        await client.HistoryAsync("ann").Refused(ErrorCodes.Unavailable, "a request without a connection");

        var connect = client.ConnectAsync();
        var again = await session.Server.ConnectionAsync();
        var hello = await again.GreetAsync(ScriptedStream.Page("ann", 10, resumed: true), ScriptedStream.Page("game", resumed: true), ScriptedStream.Message("ann", 10, "ben"));
        Assert.Equal("""{"ann":9,"game":0}""", hello.GetProperty("resume").GetRawText());
        await connect.Time("the session");
        Assert.False(client.Pages["ann"].IsLocal);
        await events.SkipToAsync<MessageReceived>();
        Assert.Equal(Enumerable.Range(1, 10).Select(seq => (long?)seq), client.Pages["ann"].Recent.Select(recent => recent.Seq));
        again.Abort();
    }

    [Fact]
    public async Task Outbox_SurvivesARestartWithItsCids_AndWhatWasSentDoesNot()
    {
        await using var session = await SignedIn.StartAsync(with: options => options with { Store = new FileStore(_folder.Path) });
        var sent = session.Client.SendAsync("ann", "ben", "was sent", cid: "c0");
        await session.Stream.StoreAsync(1);
        await sent.Time("the answer");
        var failed = session.Client.SendAsync("ann", "ben", "will fail", cid: "c1");
        await session.Stream.RefuseAsync(await session.Stream.ReadAsync("send"), """{"code":"blocked","message":"no"}""");
        await failed.Refused(ErrorCodes.Blocked, "the refusal");
        var unanswered = session.Client.SendAsync("ann", "ben", "no answer", cid: "c2");
        await session.Stream.ReadAsync("send");
        await session.Client.EnqueueAsync("ann", "ben", "not sent", cid: "c3", kind: "note", mentions: ["zoe"]).Time("the store");
        await session.CloseAsync();
        Assert.Contains("sent the next time", (await unanswered.Refused(ErrorCodes.Unavailable, "the end")).Message, StringComparison.Ordinal);

        await using var client = session.Server.Client(with: options => options with { Store = new FileStore(_folder.Path) });
        await client.OpenAsync(s_session).Time("the store");
        Assert.Equal(["c1 Failed blocked", "c2 Queued ", "c3 Queued "], client.Outbox().Select(message => $"{message.Cid} {message.State} {message.Error?.Code}"));
        await client.EnqueueAsync("ann", "ben", "new", cid: "c4").Time("the store");
        var connect = client.ConnectAsync();
        var stream = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true));
        await connect.Time("the session");
        foreach (var cid in new[] { "c2", "c3", "c4" })
        {
            var request = await stream.StoreAsync(2);
            Assert.Equal(cid, request.Text("cid"));
            Assert.Equal(cid == "c3", request.TryGetProperty("kind", out _) && request.TryGetProperty("mentions", out _));
        }

        await Sends.UntilAsync(async () => (await KeysAsync()).Count(key => key.Contains("/out/", StringComparison.Ordinal)) == 1, "the store to forget what was sent");
        Assert.Contains("ann/out/c1", await KeysAsync());
        Assert.True(client.Discard("c1"));
        await Sends.UntilAsync(async () => !(await KeysAsync()).Contains("ann/out/c1"), "the store to forget what was discarded");
        stream.Abort();

        async Task<string[]> KeysAsync() => [.. (await new FileStore(_folder.Path).ReadAsync(ScopeOf(session.Server))).Select(record => record.Key)];
    }

    [Fact]
    public async Task Retry_OfAMessageThatFailedBeforeARestart_SendsItUnderItsCid()
    {
        var store = new MemoryStore();
        await using var session = await SignedIn.StartAsync(with: options => options with { Store = store });
        var failed = session.Client.SendAsync("ann", "ben", "x", cid: "c1");
        await session.Stream.RefuseAsync(await session.Stream.ReadAsync("send"), """{"code":"not_friends","message":"no"}""");
        await failed.Refused(ErrorCodes.NotFriends, "the refusal");
        await session.CloseAsync();

        await using var client = session.Server.Client(with: options => options with { Store = store });
        await client.OpenAsync(s_session).Time("the store");
        client.Retry("c1");
        var connect = client.ConnectAsync();
        var stream = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true));
        await connect.Time("the session");
        Assert.Equal("c1", (await stream.StoreAsync(1)).Text("cid"));
        stream.Abort();
    }

    [Fact]
    public async Task SignOut_ClearsTheStore()
    {
        var store = new FileStore(_folder.Path);
        await using var session = await SignedIn.StartAsync(with: options => options with { Store = store });
        var send = session.Client.SendAsync("ann", "ben", "x");
        await session.Stream.ReadAsync("send");
        await Sends.UntilAsync(async () => (await store.ReadAsync(ScopeOf(session.Server))).Count == 2, "a page and a message in the store");
        session.Stream.Abort();
        await session.Client.SignOutAsync().Time("the sign-out");
        await send.Refused(ErrorCodes.Unauthenticated, "the end of the message");
        Assert.Empty(_folder.Files());
        Assert.Equal((0, 0, null), (session.Client.Pages.Count, session.Client.Outbox().Count, session.Client.Session));
    }

    [Fact]
    public async Task SignOut_OfASessionThatWasNotOpened_ClearsTheStoreToo()
    {
        var store = new MemoryStore();
        await using var server = await ScriptedServer.StartAsync();
        await store.WriteAsync(ScopeOf(server), [new("ann/page", "{}")]);
        await using var client = server.Client(with: options => options with { Store = store, Session = s_session });
        await client.SignOutAsync().Time("the sign-out");
        Assert.Empty(await store.ReadAsync(ScopeOf(server)));
        Assert.StartsWith("/v1/logout Bearer t1", server.Calls.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CloseCodes.SignedOut, true)]
    [InlineData(CloseCodes.BadToken, false)]
    public async Task End_FromTheServer_ClearsTheStoreIfItIsASignOut(int closeCode, bool clears)
    {
        var store = new MemoryStore();
        await using var session = await SignedIn.StartAsync(with: options => options with { Store = store });
        var send = session.Client.SendAsync("ann", "ben", "x", cid: "c");
        await session.Stream.ReadAsync("send");
        await session.Stream.SendAsync($$$"""{"ev":"bye","data":{"code":{{{closeCode}}},"reconnect":false}}""");
        Assert.Equal(closeCode, (await session.Events.SkipToAsync<SignedOut>()).CloseCode);

        // When the end is told the store is as it stays.
        Assert.Equal(clears ? [] : ["ann/out/c", "ann/page"], (await store.ReadAsync(ScopeOf(session.Server))).Select(record => record.Key).Order());
        await send.Refused(ErrorCodes.Unauthenticated, "the end of the message");
        Assert.Equal((ConnectionStatus.SignedOut, null), (session.Client.Status, session.Client.Session));
        Assert.Single(session.Client.Pages);
    }

    [Fact]
    public async Task Account_ThatLeaves_TakesItsRecordsAlong()
    {
        var store = new MemoryStore();
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann"), ScriptedStream.Page("game")], with: options => options with { Store = store });
        await session.Client.EnqueueAsync("game", "ben", "x").Time("the store");
        await session.Stream.ReadAsync("send");
        await Sends.UntilAsync(async () => (await store.ReadAsync(ScopeOf(session.Server))).Count == 3, "two pages and a message in the store");
        await session.Stream.SendAsync("""{"ev":"pageGone","account":"game","data":{"reason":"unlinked"}}""");
        await Sends.UntilAsync(async () => (await store.ReadAsync(ScopeOf(session.Server))).All(record => record.Key.StartsWith("ann/", StringComparison.Ordinal)), "nothing of game");
    }

    [Fact]
    public async Task Page_ReloadedWithALowerCursor_ReplacesTheStoredOne()
    {
        var store = new MemoryStore();
        await using (var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 900)], with: options => options with { Store = store }))
        {
            await session.CloseAsync();
            await using var client = session.Server.Client(with: options => options with { Store = store });
            var connect = client.ConnectAsync(s_session);
            var stream = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", 2));
            await connect.Time("the session");
            stream.Abort();
            await client.DisposeAsync();
            Assert.Equal(2, Assert.Single(await store.ReadAsync(ScopeOf(session.Server))).Rank);
        }
    }

    [Fact]
    public async Task Connect_NoServer_KeepsTryingAndShowsWhatIsStored()
    {
        var store = new MemoryStore();
        await store.WriteAsync("http://127.0.0.1:9 ann", [new("ann/page", """{"role":"master","cursor":3}""", 3), new("ann/out/broken", "[]"), new("nonsense", "1")]);
        await using var client = new ImClient(new ImClientOptions
        {
            Server = OtherProgram.NoServer,
            Store = store,
            Session = s_session,
            Reconnect = new ReconnectPolicy { Initial = TimeSpan.FromMilliseconds(1), Max = TimeSpan.FromMilliseconds(2) },
        });
        await using var events = new EventTape(client);
        using var stop = new CancellationTokenSource();
        var connect = client.ConnectAsync(ct: stop.Token);
        Assert.Equal(3, (await events.NextAsync<PageOpened>()).Page.Cursor);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Equal(ErrorCodes.Unavailable, (await events.NextAsync<Reconnecting>()).Error?.Code);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connect.Time("the connect to be given up"));
        Assert.Equal((ConnectionStatus.Local, 3L, "t1"), (client.Status, client.Pages["ann"].Cursor, client.Token));
    }

    [Fact]
    public async Task Store_ThatFails_IsReportedOnceAndTheClientWorks()
    {
        var errors = new List<Exception>();
        await using (var session = await SignedIn.StartAsync(with: options => options with { Store = new FullStore(), HandlerError = errors.Add }))
        {
            var send = session.Client.SendAsync("ann", "ben", "x");
            await session.Stream.StoreAsync(1);
            await send.Time("the answer");
            await session.Client.EnqueueAsync("ann", "ben", "y").Time("the store to fail");
            await session.Stream.ReadAsync("send");
        }

        Assert.Equal("No space left on device", Assert.Single(errors).Message);
    }

    [Fact]
    public async Task Folder_ThatIsForbidden_IsReportedOnceAndTheClientWorks()
    {
        var file = Path.Combine(_folder.Path, "a file");
        await File.WriteAllTextAsync(file, "");
        var errors = new List<Exception>();
        await using (var session = await SignedIn.StartAsync(with: options => options with { Store = new FileStore(file), HandlerError = errors.Add }))
        {
            var send = session.Client.SendAsync("ann", "ben", "x");
            await session.Stream.StoreAsync(1);
            await send.Time("the answer");
        }

        Assert.IsAssignableFrom<IOException>(Assert.Single(errors));
    }

    private static string ScopeOf(ScriptedServer server) => $"http://127.0.0.1:{server.Address.Port} ann";

    /// <summary>Everything in it, for comparing.</summary>
    private static string Json(object value) => System.Text.Json.JsonSerializer.Serialize(value, value.GetType());

    /// <summary>One of each kind, so that each is written and read again.</summary>
    private static async Task EveryDurableEventAsync(SignedIn session)
    {
        string[] events =
        [
            """{"ev":"message","account":"ann","seq":1,"data":{"id":"m1","from":"ben","to":"ann","body":"text 1","kind":"note","sentAt":"2026-01-02T03:04:05.678Z"}}""",
            """{"ev":"receipt","account":"ann","seq":2,"data":{"by":"ben","peer":"ben","upTo":3,"what":"read"}}""",
            """{"ev":"contact","account":"ann","seq":3,"data":{"contact":{"account":"cat","state":"pending","greeting":"hi"}}}""",
            """{"ev":"profile","account":"ann","seq":4,"data":{"profile":{"displayName":"Änne"}}}""",
            """{"ev":"settings","account":"ann","seq":5,"data":{"key":"theme","value":"dark"}}""",
            """{"ev":"custom","account":"ann","seq":6,"data":{"key":"b","value":null}}""",
            """{"ev":"link","account":"ann","seq":7,"data":{"members":[{"account":"ann","role":"master"}],"rejected":[]}}""",
            """{"ev":"group","account":"ann","seq":8,"data":{"group":"group:g","what":"set","by":"ann","name":"Chess","members":2}}""",
            """{"ev":"brand-new","account":"ann","seq":9,"data":{"x":[1]}}""",
        ];
        foreach (var frame in events)
        {
            await session.Stream.SendAsync(frame);
        }

        while ((await session.Events.NextAsync()).Seq != 9)
        {
        }
    }

    /// <summary>A disk that is full.</summary>
    private sealed class FullStore : IStore
    {
        public Task<IReadOnlyList<StoredRecord>> ReadAsync(string scope, CancellationToken ct = default) => throw Full();

        public Task WriteAsync(string scope, IReadOnlyList<StoredRecord> records, CancellationToken ct = default) => Task.FromException(Full());

        public Task ClearAsync(string scope, CancellationToken ct = default) => Task.FromException(Full());

        public Task<IAsyncDisposable?> TryClaimAsync(string scope, string owner, CancellationToken ct = default) => throw Full();

        private static IOException Full() => new("No space left on device");
    }
}
