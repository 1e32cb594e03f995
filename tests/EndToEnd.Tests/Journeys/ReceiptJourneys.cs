using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;
using OrleansIM.Protocol;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission P1: what became of a message, who types, and who may know.</summary>
[Collection(ServerCollection.Name)]
public sealed class ReceiptJourneys(ServerFixture fixture) : IAsyncLifetime
{
    private readonly TestServer _server = fixture.Server;
    private RawClient _ann = null!;
    private RawClient _ben = null!;

    public async Task InitializeAsync()
    {
        (_ann, _ben) = (await _server.JoinAsync("ann"), await _server.JoinAsync("ben"));
        await _ann.BefriendAsync(_ben);
    }

    public Task DisposeAsync()
    {
        _ann.Dispose();
        _ben.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Message_DeliveredThenRead_IsToldToEveryDeviceOfTheSender()
    {
        using var annToo = await _server.SignInAsync(_ann.Account);
        await _ann.MessageAsync(_ben.Account, "first");
        var seq = (await _ann.MessageAsync(_ben.Account, "second")).Number("seq");

        foreach (var device in new[] { _ann, annToo })
        {
            await device.EventAsync(e => IsReceipt(e, _ann.Account, _ben.Account, "delivered", seq), "delivered");
        }

        var got = await _ben.EventAsync(e => e.Is("message", _ben.Account) && e.Data.Text("body") == "second", "the message");
        await _ben.OkAsync("read", new { @as = _ben.Account, peer = _ann.Account, upTo = got.Seq });

        foreach (var device in new[] { _ann, annToo })
        {
            var read = await device.EventAsync(e => IsReceipt(e, _ann.Account, _ben.Account, "read", seq), "read");
            Assert.Equal(_ben.Account, read.Data.Text("by"));
            device.Durable(_ann.Account).Select(e => e.Seq!.Value).AssertGapless(device.Page(_ann.Account).Number("cursor") + 1, _ann.Account);
        }

        using var fresh = await _server.SignInAsync(_ann.Account);
        Assert.Equal($$$"""{"{{{_ben.Account}}}":{"delivered":{{{seq}}},"read":{{{seq}}}}}""", fresh.Page(_ann.Account).GetProperty("receipts").GetRawText());
    }

    [Fact]
    public async Task Message_ToSomebodyOffline_IsDeliveredWhenTheyAreBack()
    {
        await using var server = await TestServer.StartAsync();
        using var cat = await server.JoinAsync("cat");
        using var dan = await server.JoinAsync("dan");
        await cat.BefriendAsync(dan);
        var cursor = (await dan.EventAsync(e => e.Is("contact", dan.Account) && e.Data.GetProperty("contact").Text("state") == "friend", "the friend")).Seq!.Value;
        await server.RestartAsync();
        using var sender = await server.SignInAsync(cat.Account);
        var seq = (await sender.MessageAsync(dan.Account, "later")).Number("seq");
        await sender.SettleAsync();
        Assert.DoesNotContain(sender.Frames, frame => frame.Is("receipt", cat.Account));

        using var back = await server.ConnectAsync(dan.Account, dan.Token, new Dictionary<string, long> { [dan.Account] = cursor });

        Assert.True(back.Page(dan.Account).GetProperty("resumed").GetBoolean());
        await sender.EventAsync(e => IsReceipt(e, cat.Account, dan.Account, "delivered", seq), "delivered");
    }

    [Fact]
    public async Task Sdk_StateOfAMessage_GoesFromSentToRead()
    {
        await using var ann = await _server.SdkAsync(_ann.Account);
        var sent = await ann.SendAsync(_ann.Account, _ben.Account, "look");
        await ann.ShowsAsync(_ann.Account, page => StateOf(page) == MessageState.Delivered, "the message as delivered");

        await using var ben = await _server.SdkAsync(_ben.Account);
        var got = ben.Pages[_ben.Account].Recent.OfType<MessageReceived>().Last();
        await ben.MarkReadAsync(_ben.Account, _ann.Account, got.Seq!.Value);

        await ann.ShowsAsync(_ann.Account, page => StateOf(page) == MessageState.Read, "the message as read");
        Assert.Null(ben.Pages[_ben.Account].StateOf(got));

        MessageState? StateOf(Page page) => page.Recent.OfType<MessageReceived>().FirstOrDefault(message => message.Seq == sent.Seq) is { } message ? page.StateOf(message) : null;
    }

    [Fact]
    public async Task Receipts_ForNobody_StayOnTheOwnDevices()
    {
        using var benToo = await _server.SignInAsync(_ben.Account);
        await _ben.OkAsync("settings.set", new { @as = _ben.Account, key = PrivacySettings.Receipts, value = "nobody" });
        await _ann.MessageAsync(_ben.Account, "do you see this?");
        var got = await _ben.EventAsync("message", _ben.Account);

        await _ben.OkAsync("read", new { @as = _ben.Account, peer = _ann.Account, upTo = got.Seq });

        var own = await benToo.EventAsync("receipt", _ben.Account);
        Assert.Equal((_ben.Account, _ann.Account, "read", got.Seq), (own.Data.Text("by"), own.Data.Text("peer"), own.Data.Text("what"), own.Data.Number("upTo")));

        // What is told again afterwards comes alone.
        await _ben.OkAsync("settings.set", new { @as = _ben.Account, key = PrivacySettings.Receipts, value = "friends" });
        var next = (await _ann.MessageAsync(_ben.Account, "and this?")).Number("seq");
        await _ann.EventAsync(e => IsReceipt(e, _ann.Account, _ben.Account, "delivered", next), "delivered");
        Assert.Single(_ann.Frames, frame => frame.Is("receipt", _ann.Account));
    }

    [Fact]
    public async Task Privacy_UnknownSettingOrValue_IsRefusedAndNamed()
    {
        var key = await _ann.AskAsync("settings.set", new { @as = _ann.Account, key = "privacy.reciepts", value = "nobody" });
        var value = await _ann.AskAsync("settings.set", new { @as = _ann.Account, key = "privacy.receipts", value = "noone" });

        Assert.Equal(("invalid_argument", "invalid_argument"), (key.GetProperty("err").Text("code"), value.GetProperty("err").Text("code")));
        Assert.Contains("privacy.receipts", key.GetProperty("err").Text("message"), StringComparison.Ordinal);
        Assert.Contains("nobody", value.GetProperty("err").Text("message"), StringComparison.Ordinal);
        using var fresh = await _server.SignInAsync(_ann.Account);
        Assert.Equal("{}", fresh.Page(_ann.Account).GetProperty("settings").GetRawText());
    }

    [Fact]
    public async Task Messages_FromEveryone_ReachAnAccountThatIsOpenToAllUnlessItBlocks()
    {
        using var stranger = await _server.JoinAsync("stranger");
        await _ben.OkAsync("settings.set", new { @as = _ben.Account, key = PrivacySettings.Messages, value = "everyone" });

        await stranger.MessageAsync(_ben.Account, "hello, shop");

        var got = await _ben.EventAsync("message", _ben.Account);
        Assert.Equal((stranger.Account, "hello, shop"), (got.Data.Text("from"), got.Data.Text("body")));
        Assert.Equal("not_friends", await _ben.RefusalAsync("send", new { @as = _ben.Account, to = stranger.Account, body = "hello", cid = "1" }));
        Assert.Equal("not_friends", await stranger.RefusalAsync("typing", new { @as = stranger.Account, to = _ben.Account, on = true }));
        await _ben.OkAsync("read", new { @as = _ben.Account, peer = stranger.Account, upTo = got.Seq });
        using (var fresh = await _server.SignInAsync(_ben.Account))
        {
            Assert.Equal([_ann.Account], fresh.Page(_ben.Account).Each("contacts", "account"));
        }

        await _ben.OkAsync("contacts.block", new { @as = _ben.Account, account = stranger.Account });
        Assert.Equal("not_friends", await stranger.RefusalAsync("send", new { @as = stranger.Account, to = _ben.Account, body = "still open?", cid = "1" }));
        await _ben.OkAsync("contacts.unblock", new { @as = _ben.Account, account = stranger.Account });
        await _ben.OkAsync("settings.set", new { @as = _ben.Account, key = PrivacySettings.Messages, value = "friends" });
        Assert.Equal("not_friends", await stranger.RefusalAsync("send", new { @as = stranger.Account, to = _ben.Account, body = "and now?", cid = "2" }));
        Assert.DoesNotContain(stranger.Frames, frame => frame.Is("receipt"));
    }

    [Fact]
    public async Task Typing_OfSomebodyWhoVanishes_EndsByItself()
    {
        await using var server = await TestServer.StartAsync("--Accounts:TypingExpires=00:00:00.4", "--Accounts:TypingInterval=00:00:00.1");
        using var cat = await server.JoinAsync("cat");
        using var dan = await server.JoinAsync("dan");
        await cat.BefriendAsync(dan);

        await cat.OkAsync("typing", new { @as = cat.Account, to = dan.Account, on = true });
        cat.Cut();

        Assert.True((await dan.EventAsync("typing", dan.Account)).Data.GetProperty("on").GetBoolean());
        var end = (await dan.EventAsync("typing", dan.Account)).Data;
        Assert.Equal((cat.Account, dan.Account, false), (end.Text("from"), end.Text("to"), end.GetProperty("on").GetBoolean()));
    }

    [Fact]
    public async Task History_ForwardAndBackward_IsTheSame()
    {
        foreach (var body in Enumerable.Range(0, 25))
        {
            await _ann.MessageAsync(_ben.Account, $"{body}");
        }

        await using var ann = await _server.SdkAsync(_ann.Account);
        var forward = new List<ImEvent>();
        HistoryPage page;
        do
        {
            page = await ann.HistoryAsync(_ann.Account, _ben.Account, after: forward.LastOrDefault()?.Seq ?? 0, limit: 4);
            forward.AddRange(page.Events);
        }
        while (page.More);

        var backward = await ann.HistoryAsync(_ann.Account, _ben.Account, limit: 200);
        Assert.Equal(backward.Events.Select(e => e.Seq), forward.Select(e => e.Seq).Take(backward.Events.Count));
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"{i}"), forward.OfType<MessageReceived>().Select(message => message.Body));
        var middle = await ann.HistoryAsync(_ann.Account, after: 3, before: 9);
        Assert.Equal([4L, 5L, 6L, 7L, 8L], middle.Events.Select(e => e.Seq!.Value));
        Assert.False(middle.More);
    }

    private static bool IsReceipt(Received e, string account, string peer, string what, long upTo) =>
        e.Is("receipt", account) && e.Data.Text("peer") == peer && e.Data.Text("what") == what && e.Data.Number("upTo") == upTo;
}
