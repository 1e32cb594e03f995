using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission P4: how people come to know each other, and stop.</summary>
[Collection(ServerCollection.Name)]
public sealed class ContactJourneys(ServerFixture fixture) : IAsyncLifetime
{
    private readonly TestServer _server = fixture.Server;
    private RawClient _ann = null!;
    private RawClient _ben = null!;

    public async Task InitializeAsync() => (_ann, _ben) = (await _server.JoinAsync("ann"), await _server.JoinAsync("ben"));

    public Task DisposeAsync()
    {
        _ann.Dispose();
        _ben.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Request_Accepted_MakesFriendsOnBothSides()
    {
        Assert.Equal("requested", await ChangeAsync(_ann, "request", _ben));
        await SeesAsync(_ann, _ben, "requested");
        await SeesAsync(_ben, _ann, "pending");
        Assert.Equal("not_friends", await _ann.RefusalAsync("send", new { @as = _ann.Account, to = _ben.Account, body = "too early", cid = "1" }));

        Assert.Equal("friend", await ChangeAsync(_ben, "accept", _ann));

        await SeesAsync(_ann, _ben, "friend");
        await SeesAsync(_ben, _ann, "friend");
        await _ann.MessageAsync(_ben.Account, "now");
    }

    [Fact]
    public async Task Request_OnBothSides_MakesFriends()
    {
        await ChangeAsync(_ann, "request", _ben);

        Assert.Equal("friend", await ChangeAsync(_ben, "request", _ann));

        await SeesAsync(_ann, _ben, "friend");
    }

    [Fact]
    public async Task Request_Refused_IsGoneOnBothSides()
    {
        await ChangeAsync(_ann, "request", _ben);

        Assert.Equal("none", await ChangeAsync(_ben, "refuse", _ann));

        await SeesAsync(_ann, _ben, "none");
        await SeesAsync(_ben, _ann, "none");
    }

    [Fact]
    public async Task Request_ToSomebodyOffline_WaitsWithItsGreeting()
    {
        await using var server = await TestServer.StartAsync();
        using var cat = await server.JoinAsync("cat");
        var dan = await server.RegisterAsync("dan");
        Assert.Equal("requested", (await cat.OkAsync("contacts.request", new { @as = cat.Account, account = dan, greeting = "we met ☕" })).Text("state"));
        await server.RestartAsync();

        using var back = await server.SignInAsync(dan);

        var request = Assert.Single(back.Page(dan).List("contacts"));
        Assert.Equal((cat.Account, "pending", "we met ☕"), (request.Text("account"), request.Text("state"), request.Text("greeting")));
        Assert.Equal("friend", (await back.OkAsync("contacts.accept", new { @as = dan, account = cat.Account })).Text("state"));
        using var catAgain = await server.SignInAsync(cat.Account);
        var friend = Assert.Single(catAgain.Page(cat.Account).List("contacts"));
        Assert.Equal("friend", friend.Text("state"));
        Assert.False(friend.Has("greeting"));
    }

    [Fact]
    public async Task Labels_SetAndCleared_AreOnEveryDeviceAndNotAtTheContact()
    {
        await _ann.BefriendAsync(_ben);
        using var annToo = await _server.SignInAsync(_ann.Account);

        var set = await _ann.OkAsync("contacts.set", new { @as = _ann.Account, account = _ben.Account, labels = new[] { "work", "chess" }, remark = "Benny" });
        Assert.Equal("""["work","chess"]""", set.GetProperty("contact").GetProperty("labels").GetRawText());
        var live = (await annToo.EventAsync("contact", _ann.Account)).Data.GetProperty("contact");
        Assert.Equal(("Benny", """["work","chess"]"""), (live.Text("remark"), live.GetProperty("labels").GetRawText()));

        await _ann.OkAsync("contacts.set", new { @as = _ann.Account, account = _ben.Account, labels = Array.Empty<string>(), remark = "" });
        using var fresh = await _server.SignInAsync(_ann.Account);
        var cleared = Assert.Single(fresh.Page(_ann.Account).List("contacts"));
        Assert.False(cleared.Has("labels") || cleared.Has("remark"), cleared.ToString());
        await _ben.SettleAsync();
        Assert.DoesNotContain(_ben.Frames, frame => frame.Is("contact") && frame.Data.GetProperty("contact").Has("labels"));
    }

    /// <summary>Whatever a blocked account tries, it looks as if the other had only ended the friendship and did not answer.</summary>
    [Fact]
    public async Task Friend_Blocked_LearnsNoMoreThanOneWhoWasRemoved()
    {
        await _ann.BefriendAsync(_ben);
        using var other = await _server.JoinAsync("other");
        await _ann.BefriendAsync(other);
        await _ann.OkAsync("profile.set", new { @as = _ann.Account, email = "ann@example.org", description = "secret" });
        var stories = new List<string[]>();
        await ChangeAsync(_ann, "block", _ben);
        await ChangeAsync(_ann, "remove", other);

        foreach (var former in new[] { _ben, other })
        {
            await SeesAsync(former, _ann, "none");
            var got = await OutcomeAsync(former, "send", new { @as = former.Account, to = _ann.Account, body = "x", cid = "1" });
            var typing = await OutcomeAsync(former, "typing", new { @as = former.Account, to = _ann.Account, on = true });
            var read = await OutcomeAsync(former, "read", new { @as = former.Account, peer = _ann.Account, upTo = 1 });
            var asked = await OutcomeAsync(former, "contacts.request", new { @as = former.Account, account = _ann.Account, greeting = "please" });
            stories.Add([got, typing, read, asked]);
        }

        Assert.Equal(stories[1], stories[0]);
        await _ann.OkAsync("profile.set", new { @as = _ann.Account, displayName = "Anna the second", description = "more" });
        foreach (var former in new[] { _ben, other })
        {
            var contact = former.Frames.Last(frame => frame.Is("contact")).Data.GetProperty("contact");
            Assert.Equal("requested", contact.Text("state"));
            Assert.False(contact.Has("emails") || contact.Has("description"), contact.ToString());
            Assert.DoesNotContain(former.Frames, frame => frame.Is("receipt") || frame.Json.ToString().Contains("the second", StringComparison.Ordinal));
        }

        await _ann.SettleAsync();
        Assert.DoesNotContain(_ann.Frames, frame => frame.Is("typing"));
    }

    [Fact]
    public async Task Friend_Removed_CanNotWriteAnyMore()
    {
        await _ann.BefriendAsync(_ben);

        Assert.Equal("none", await ChangeAsync(_ann, "remove", _ben));

        await SeesAsync(_ben, _ann, "none");
        Assert.Equal("not_friends", await _ben.RefusalAsync("send", new { @as = _ben.Account, to = _ann.Account, body = "still there?", cid = "1" }));
        Assert.Equal("not_friends", await _ann.RefusalAsync("send", new { @as = _ann.Account, to = _ben.Account, body = "and you?", cid = "1" }));
    }

    [Fact]
    public async Task Friend_Blocked_IsNotHeardAndNotTold()
    {
        await _ann.BefriendAsync(_ben);

        Assert.Equal("blocked", await ChangeAsync(_ann, "block", _ben));

        await SeesAsync(_ben, _ann, "none");
        Assert.Equal("blocked", await _ann.RefusalAsync("send", new { @as = _ann.Account, to = _ben.Account, body = "no", cid = "1" }));
        Assert.Equal("not_friends", await _ben.RefusalAsync("send", new { @as = _ben.Account, to = _ann.Account, body = "why", cid = "1" }));
        Assert.Equal("requested", await ChangeAsync(_ben, "request", _ann));
        Assert.DoesNotContain(_ben.Frames, frame => frame.Is("contact") && frame.Data.GetProperty("contact").Text("state") == "blocked");
        await _ann.SettleAsync();
        Assert.DoesNotContain(_ann.Frames, frame => frame.Is("contact") && frame.Data.GetProperty("contact").Text("state") == "pending");

        Assert.Equal("none", await ChangeAsync(_ann, "unblock", _ben));
        await _ann.OkAsync("contacts.request", new { @as = _ann.Account, account = _ben.Account });
        Assert.Equal("friend", (await _ben.OkAsync("contacts.request", new { @as = _ben.Account, account = _ann.Account })).Text("state"));
    }

    [Fact]
    public async Task Contact_OfOneselfOrOfNobody_IsRefused()
    {
        Assert.Equal("self", await _ann.RefusalAsync("contacts.request", new { @as = _ann.Account, account = _ann.Account }));
        Assert.Equal("unknown_account", await _ann.RefusalAsync("contacts.request", new { @as = _ann.Account, account = TestServer.NewName("nobody") }));
        Assert.Equal("unknown_account", await _ann.RefusalAsync("contacts.set", new { @as = _ann.Account, account = _ben.Account, remark = "who" }));
        Assert.Equal("unknown_account", await _ann.RefusalAsync("send", new { @as = _ann.Account, to = TestServer.NewName("nobody"), body = "x", cid = "1" }));
        Assert.Equal("self", await _ann.RefusalAsync("send", new { @as = _ann.Account, to = _ann.Account, body = "x", cid = "1" }));
    }

    [Fact]
    public async Task Name_OfAFriendThatChanges_ArrivesInTheContact()
    {
        await _ann.BefriendAsync(_ben);

        await _ben.OkAsync("profile.set", new { @as = _ben.Account, displayName = "Benjamin" });

        await _ann.AnyAsync(
            e => e.Is("contact", _ann.Account) && e.Data.GetProperty("contact").Text("displayName") == "Benjamin", "the friend's new name");
    }

    /// <summary>The answer to a request without its number.</summary>
    private static async Task<string> OutcomeAsync(RawClient client, string op, object fields)
    {
        var answer = await client.AskAsync(op, fields);
        return (answer.Has("ok") ? answer.GetProperty("ok") : answer.GetProperty("err")).GetRawText();
    }

    private static async Task<string> ChangeAsync(RawClient client, string what, RawClient other) =>
        (await client.OkAsync("contacts." + what, new { @as = client.Account, account = other.Account })).Text("state");

    private static Task<Received> SeesAsync(RawClient client, RawClient other, string state) => client.EventAsync(
        e => e.Is("contact", client.Account) && e.Data.GetProperty("contact").Text("account") == other.Account && e.Data.GetProperty("contact").Text("state") == state,
        $"{other.Account} as {state}");
}
