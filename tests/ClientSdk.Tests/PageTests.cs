using OrleansIM.Client.Tests.Scripted;

namespace OrleansIM.Client.Tests;

public sealed class PageTests
{
    private const string Full = """
        ,"profile":{"displayName":"Ann","email":"ann@x.y","description":null,"avatar":"cat"},
        "settings":{"theme":"dark","size":2},"custom":{"pet":{"name":"Rex"}},
        "contacts":[{"account":"bob","displayName":"Bob","state":"friend","remark":"bro","labels":["work"],"mail":{"unread":1}}],
        "groups":[],"presence":{"bob":{"status":"online","note":"hey"}},"unread":{"bob":2,"cat":0},"mailboxes":[],"later":1,
        "recent":[
          {"ev":"message","account":"ann","seq":8,"data":{"id":"m8","from":"bob","to":"ann","body":"one"}},
          {"ev":"message","account":"ann","seq":9,"data":{"id":"m9","from":"bob","to":"ann","body":"two"}}]
        """;

    [Fact]
    public async Task Page_Opened_HasEveryPart()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Full)]);
        var page = session.Client.Pages["ann"];
        Assert.Equal(new Profile { DisplayName = "Ann", Email = "ann@x.y", Avatar = "cat" }, page.Profile);
        Assert.Equal(("dark", 2), (page.Settings["theme"].GetString(), page.Settings["size"].GetInt32()));
        Assert.Equal("Rex", page.Custom["pet"].GetProperty("name").GetString());
        Assert.Equal(("friend", "bro", 1), (page.Contacts["BOB"].State, page.Contacts["bob"].Remark, page.Contacts["bob"].Mail?.Unread));
        Assert.Equal(["work"], page.Contacts["bob"].Labels);
        Assert.Equal("hey", page.Presence["bob"].Note);
        Assert.Equal([KeyValuePair.Create("bob", 2)], page.Unread);
        Assert.Equal([8L, 9L], page.Recent.Select(recent => recent.Seq!.Value));
        Assert.Equal(("master", 9L), (page.Role, page.Cursor));
    }

    [Fact]
    public async Task Page_Changed_LeavesEarlierSnapshotsAlone()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Full)]);
        var before = session.Client.Pages["ann"];
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 10, "bob"));
        await session.Stream.SendAsync("""{"ev":"settings","account":"ann","seq":11,"data":{"key":"theme","value":null}}""");
        await session.Stream.SendAsync("""{"ev":"contact","account":"ann","seq":12,"data":{"contact":{"account":"bob","state":"none"}}}""");
        await session.Events.SkipToAsync<ContactChanged>();
        var after = session.Client.Pages["ann"];
        Assert.Equal((2, 2, 9L), (before.Unread["bob"], before.Recent.Count, before.Cursor));
        Assert.True(before.Settings.ContainsKey("theme") && before.Contacts.ContainsKey("bob"));
        Assert.Equal((3, 5, 12L), (after.Unread["bob"], after.Recent.Count, after.Cursor));
        Assert.False(after.Settings.ContainsKey("theme") || after.Contacts.ContainsKey("bob"));
        Assert.Same(after, session.Client.Pages["ann"]);
    }

    [Fact]
    public async Task Profile_PartlyChanged_KeepsTheRest()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Full)]);
        await session.Stream.SendAsync("""{"ev":"profile","account":"ann","seq":10,"data":{"displayName":"Anna","avatar":null}}""");
        var changed = await session.Events.NextAsync<ProfileChanged>();
        Assert.Equal(new Profile { DisplayName = "Anna", Email = "ann@x.y" }, changed.Profile);
        Assert.Equal(changed.Profile, session.Client.Pages["ann"].Profile);
    }

    [Theory]
    [InlineData("""{"key":"pet","value":"cat"}""")]
    [InlineData("""{"custom":{"pet":"cat"}}""")]
    [InlineData("""{"pet":"cat"}""")]
    public async Task Custom_Changed_IsKept(string data)
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Full)]);
        await session.Stream.SendAsync($$"""{"ev":"custom","account":"ann","seq":10,"data":{{data}}}""");
        Assert.Equal("cat", (await session.Events.NextAsync<CustomChanged>()).Changes["pet"].GetString());
        Assert.Equal("cat", session.Client.Pages["ann"].Custom["pet"].GetString());
    }

    [Theory]
    [InlineData("ann", 9, 0)]
    [InlineData("ann", 8, 1)]
    [InlineData("bob", 9, 2)]
    [InlineData(null, 9, 0)]
    [InlineData(null, 7, 2)]
    public async Task ReadReceipt_OfThePeerOrMyOwn_ClearsOnlyMyOwn(string? by, int upTo, int unread)
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Full)]);
        var who = by is null ? "" : $",\"by\":\"{by}\"";
        await session.Stream.SendAsync($$$"""{"ev":"receipt","account":"ann","seq":10,"data":{"peer":"bob","upTo":{{{upTo}}},"what":"read"{{{who}}}}}""");
        await session.Events.NextAsync<ReceiptReceived>();
        Assert.Equal(unread, session.Client.Pages["ann"].Unread.GetValueOrDefault("bob"));
    }

    [Fact]
    public async Task Receipts_OfThePeer_SayWhatBecameOfOwnMessages()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 3, more: ""","receipts":{"bob":{"delivered":2,"read":1}}""")]);
        for (var seq = 4; seq <= 6; seq++)
        {
            await session.Stream.SendAsync($$$"""{"ev":"message","account":"ann","seq":{{{seq}}},"data":{"id":"m","from":"ann","to":"bob","body":"x"}}""");
        }

        await session.Stream.SendAsync(Receipt(7, "bob", 5, "delivered"));
        await session.Stream.SendAsync(Receipt(8, "bob", 4, "read"));
        // Less than what is known, and the account's own reading, change nothing.
        await session.Stream.SendAsync(Receipt(9, "bob", 1, "delivered"));
        await session.Stream.SendAsync(Receipt(10, "ann", 6, "read"));
        ReceiptReceived[] receipts = [await NextAsync(), await NextAsync(), await NextAsync(), await NextAsync()];

        var page = session.Client.Pages["ann"];
        Assert.Equal(new PeerReceipts { Delivered = 5, Read = 4 }, page.Receipts["BOB"]);
        Assert.Equal(
            [MessageState.Read, MessageState.Delivered, MessageState.Sent],
            page.Recent.OfType<MessageReceived>().Select(message => page.StateOf(message)!.Value));
        Assert.Equal([ReceiptReceived.Delivered, ReceiptReceived.Read, ReceiptReceived.Delivered, ReceiptReceived.Read], receipts.Select(receipt => receipt.What));

        Task<ReceiptReceived> NextAsync() => session.Events.SkipToAsync<ReceiptReceived>();

        static string Receipt(int seq, string by, int upTo, string what) =>
            $$$"""{"ev":"receipt","account":"ann","seq":{{{seq}}},"data":{"by":"{{{by}}}","peer":"bob","upTo":{{{upTo}}},"what":"{{{what}}}"}}""";
    }

    [Fact]
    public async Task State_OfWhatTheAccountDidNotSend_IsNone()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Full)]);
        var page = session.Client.Pages["ann"];
        Assert.Null(page.StateOf((MessageReceived)page.Recent[0]));
        Assert.Null(page.StateOf(new MessageReceived { From = "ann", To = "bob" }));
    }

    [Fact]
    public async Task OwnMessage_FromAnotherDevice_IsNotUnread()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.SendAsync("""{"ev":"message","account":"ann","seq":1,"data":{"id":"m1","from":"ann","to":"bob","body":"x"}}""");
        await session.Stream.SendAsync("""{"ev":"message","account":"ann","seq":2,"data":{"id":"m2","from":"bob","to":"group:g1","body":"x"}}""");
        await session.Events.NextAsync<MessageReceived>();
        await session.Events.NextAsync<MessageReceived>();
        Assert.Equal([KeyValuePair.Create("group:g1", 1)], session.Client.Pages["ann"].Unread);
    }

    [Fact]
    public async Task Presence_AndMailBadge_AreShownAtTheFriend()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Full)]);
        await session.Stream.SendAsync("""{"ev":"presence","account":"ann","data":{"contact":"bob","status":"offline"}}""");
        await session.Stream.SendAsync("""{"ev":"mail","account":"ann","data":{"mailbox":"m","unread":5,"new":[],"badge":{"bob":4}}}""");
        await session.Events.SkipToAsync<MailChanged>();
        Assert.Empty(session.Client.Pages["ann"].Presence);
        Assert.Equal(4, session.Client.Pages["ann"].Contacts["bob"].Mail?.Unread);
    }

    [Fact]
    public async Task Presence_OfAFriendWhoSharesLastSeen_StaysOnThePage()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Full)]);
        await session.Stream.SendAsync("""{"ev":"presence","account":"ann","data":{"contact":"bob","status":"offline","lastSeen":"2026-01-02T03:04:05.678Z"}}""");
        var changed = await session.Events.SkipToAsync<PresenceChanged>();
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), changed.LastSeen);
        Assert.Equal(new Presence { Status = "offline", LastSeen = changed.LastSeen }, session.Client.Pages["ann"].Presence["bob"]);
    }

    [Fact]
    public async Task Account_LinkedWhileSignedIn_AppearsAndGoes()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.SendAsync(ScriptedStream.Page("ann.work", 3));
        Assert.False((await session.Events.NextAsync<PageOpened>()).Reloaded);
        Assert.Equal(2, session.Client.Pages.Count);
        await session.Stream.SendAsync("""{"ev":"pageGone","account":"ann.work","data":{"reason":"credentials_changed"}}""");
        Assert.Equal("credentials_changed", (await session.Events.NextAsync<PageGone>()).Reason);
        await session.Stream.SendAsync(ScriptedStream.Message("ann.work", 4, "bob"));
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 1, "bob"));
        Assert.Equal("ann", (await session.Events.NextAsync<MessageReceived>()).Account);
        Assert.Equal(["ann"], session.Client.Pages.Keys);
    }

    [Fact]
    public async Task Role_ChangedInTheGroup_IsShownOnThePage()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.SendAsync("""{"ev":"link","account":"ann","seq":1,"data":{"members":[{"account":"ann","role":"secondary"}]}}""");
        await session.Events.NextAsync<LinksChanged>();
        Assert.Equal("secondary", session.Client.Pages["ann"].Role);
    }

    [Fact]
    public async Task Recent_OverItsLimit_KeepsTheNewest()
    {
        await using var session = await SignedIn.StartAsync(with: options => options with { RecentPerPage = 2 });
        for (var seq = 1; seq <= 3; seq++)
        {
            await session.Stream.SendAsync(ScriptedStream.Message("ann", seq, "bob"));
            await session.Events.NextAsync<MessageReceived>();
        }

        Assert.Equal([2L, 3L], session.Client.Pages["ann"].Recent.Select(recent => recent.Seq!.Value));
    }

    [Fact]
    public async Task Duplicate_OfADurableEvent_IsDropped()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 1, "bob", "first"));
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 1, "bob", "again"));
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 2, "bob", "second"));
        Assert.Equal("first", (await session.Events.NextAsync<MessageReceived>()).Body);
        Assert.Equal("second", (await session.Events.NextAsync<MessageReceived>()).Body);
        Assert.Equal(2, session.Client.Pages["ann"].Unread["bob"]);
    }
}
