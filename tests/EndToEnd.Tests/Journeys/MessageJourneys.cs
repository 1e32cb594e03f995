using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission P1: messages, once and in order.</summary>
[Collection(ServerCollection.Name)]
public sealed class MessageJourneys(ServerFixture fixture)
{
    private readonly TestServer _server = fixture.Server;

    [Fact]
    public async Task Messages_FromBothSidesAtOnce_AreOnEveryDeviceOnceAndInOneOrder()
    {
        const int Count = 40;
        using var ann = await _server.JoinAsync("ann");
        using var ben = await _server.JoinAsync("ben");
        using var annToo = await _server.SignInAsync(ann.Account);
        using var benToo = await _server.SignInAsync(ben.Account);
        await ann.BefriendAsync(ben);

        await Task.WhenAll(SendAllAsync(ann, ben.Account, "a", Count), SendAllAsync(annToo, ben.Account, "A", Count), SendAllAsync(ben, ann.Account, "b", Count));

        foreach (var (device, other) in new[] { (ann, annToo), (ben, benToo) })
        {
            await device.MessagesAsync(device.Account, 3 * Count);
            await other.MessagesAsync(other.Account, 3 * Count);
            var bodies = device.Bodies(device.Account);
            Assert.Equal(bodies, other.Bodies(device.Account));
            Assert.Equal(3 * Count, bodies.Distinct().Count());
            foreach (var writer in "aAb")
            {
                Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{writer}{i}"), bodies.Where(body => body[0] == writer));
            }

            foreach (var one in new[] { device, other })
            {
                one.Durable(one.Account).Select(e => e.Seq!.Value).AssertGapless(one.Page(one.Account).Number("cursor") + 1, one.Account);
            }
        }
    }

    [Fact]
    public async Task Message_OnBothSides_HasTheShapeOfTheProtocol()
    {
        using var ann = await _server.JoinAsync("ann");
        using var ben = await _server.JoinAsync("ben");
        await ann.BefriendAsync(ben);
        const string Body = "späte Grüße 🌍 \"quoted\" \\ \n \u2028 end";

        var sent = await ann.OkAsync("send", new { @as = ann.Account, to = ben.Account, body = Body, cid = "my-cid", kind = "note" });

        var here = await ann.EventAsync("message", ann.Account);
        var there = await ben.EventAsync("message", ben.Account);
        Assert.Equal(sent.Number("seq"), here.Seq);
        Assert.Equal("my-cid", here.Data.Text("cid"));
        foreach (var data in new[] { here.Data, there.Data })
        {
            Assert.Equal((ann.Account, ben.Account, Body, "note"), (data.Text("from"), data.Text("to"), data.Text("body"), data.Text("kind")));
            Assert.Equal(sent.Text("id"), data.Text("id"));
            Assert.Equal(sent.Text("sentAt"), data.Text("sentAt"));
        }

        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", sent.Text("sentAt"));
    }

    [Fact]
    public async Task Cid_Repeated_GivesTheSameAnswerAndOneMessage()
    {
        using var ann = await _server.JoinAsync("ann");
        using var ben = await _server.JoinAsync("ben");
        await ann.BefriendAsync(ben);

        var first = await ann.MessageAsync(ben.Account, "once", "the-cid");
        var second = await ann.MessageAsync(ben.Account, "once", "the-cid");
        ann.Cut();
        using var again = await _server.SignInAsync(ann.Account);
        var third = await again.MessageAsync(ben.Account, "once", "the-cid");
        var atOnce = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => again.MessageAsync(ben.Account, "at once", "other-cid")));

        Assert.Equal(first.GetRawText(), second.GetRawText());
        Assert.Equal(first.GetRawText(), third.GetRawText());
        Assert.Single(atOnce.Select(answer => answer.GetRawText()).Distinct());
        await ben.MessagesAsync(ben.Account, 2);
        await ben.SettleAsync();
        Assert.Equal(["once", "at once"], ben.Bodies(ben.Account));
        Assert.Equal(2, (await again.LogAsync(again.Account)).Count(e => e.Text("ev") == "message"));
    }

    [Fact]
    public async Task Cid_OfAnotherAccount_IsAnotherMessage()
    {
        using var ann = await _server.JoinAsync("ann");
        using var ben = await _server.JoinAsync("ben");
        await ann.BefriendAsync(ben);

        var one = await ann.MessageAsync(ben.Account, "mine", "same");
        var other = await ben.MessageAsync(ann.Account, "yours", "same");

        Assert.NotEqual(one.Text("id"), other.Text("id"));
        await ann.MessagesAsync(ann.Account, 2);
        Assert.Equal(["mine", "yours"], ann.Bodies(ann.Account));
    }

    [Fact]
    public async Task History_PagedBack_HasEverythingOnceOldestFirst()
    {
        using var ann = await _server.JoinAsync("ann");
        using var ben = await _server.JoinAsync("ben");
        using var cat = await _server.JoinAsync("cat");
        await ann.BefriendAsync(ben);
        await ann.BefriendAsync(cat);
        await Task.WhenAll(SendAllAsync(ann, ben.Account, "b", 130), SendAllAsync(ann, cat.Account, "c", 20));

        var newest = await ann.OkAsync("history", new { @as = ann.Account, peer = ben.Account });
        Assert.Equal(50, newest.List("events").Length);
        Assert.True(newest.GetProperty("more").GetBoolean());
        Assert.Equal(Enumerable.Range(80, 50).Select(i => $"b{i}"), newest.List("events").Select(e => e.GetProperty("data").Text("body")));

        var bodies = new List<string>();
        long? before = null;
        for (var more = true; more;)
        {
            var page = await ann.OkAsync("history", new { @as = ann.Account, peer = ben.Account, before, limit = 7 });
            bodies.InsertRange(0, page.List("events").Where(e => e.Text("ev") == "message").Select(e => e.GetProperty("data").Text("body")));
            (before, more) = (page.List("events")[0].Number("seq"), page.GetProperty("more").GetBoolean());
        }

        Assert.Equal(Enumerable.Range(0, 130).Select(i => $"b{i}"), bodies);
        var log = await ann.LogAsync(ann.Account);
        log.Select(e => e.Number("seq")).AssertGapless(1, "the whole log");
        Assert.Equal(150, log.Count(e => e.Text("ev") == "message"));
        Assert.All(log, e => Assert.Equal(ann.Account, e.Text("account")));
    }

    [Fact]
    public async Task Message_ToSomebodyOffline_IsOnTheNextPage()
    {
        using var ann = await _server.JoinAsync("ann");
        using var ben = await _server.JoinAsync("ben");
        await ann.BefriendAsync(ben);
        ben.Cut();

        await ann.MessageAsync(ben.Account, "are you there?");

        using var back = await _server.SignInAsync(ben.Account);
        Assert.Equal("are you there?", back.Page(ben.Account).List("recent")[^1].GetProperty("data").Text("body"));
        Assert.Equal(1, back.Page(ben.Account).GetProperty("unread").GetProperty(ann.Account).GetInt32());
    }

    [Fact]
    public async Task Typing_ToAFriend_ReachesEveryDeviceAndNobodyElse()
    {
        using var ann = await _server.JoinAsync("ann");
        using var ben = await _server.JoinAsync("ben");
        using var benToo = await _server.SignInAsync(ben.Account);
        using var stranger = await _server.JoinAsync("stranger");
        await ann.BefriendAsync(ben);

        await ann.OkAsync("typing", new { @as = ann.Account, to = ben.Account, on = true });

        foreach (var device in new[] { ben, benToo })
        {
            var typing = await device.EventAsync("typing", ben.Account);
            Assert.Equal((ann.Account, ben.Account, null), (typing.Data.Text("from"), typing.Data.Text("to"), typing.Seq));
            Assert.True(typing.Data.GetProperty("on").GetBoolean());
        }

        Assert.Equal("not_friends", await stranger.RefusalAsync("typing", new { @as = stranger.Account, to = ben.Account, on = true }));
    }

    private static async Task SendAllAsync(RawClient client, string to, string mark, int count)
    {
        var answers = new List<Task<JsonElement>>();
        for (var i = 0; i < count; i++)
        {
            answers.Add(await client.BeginAsync("send", new { @as = client.Account, to, body = $"{mark}{i}", cid = RawClient.NewCid() }));
        }

        Assert.All(await Task.WhenAll(answers), answer => Assert.True(answer.Has("ok"), answer.ToString()));
    }
}
