using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission P3: a cut connection goes on where it was.</summary>
[Collection(ServerCollection.Name)]
public sealed class ResumeJourneys(ServerFixture fixture)
{
    private readonly TestServer _server = fixture.Server;

    [Fact]
    public async Task Resume_WithTheLastSeenCursors_BringsExactlyWhatWasMissed()
    {
        using var ann = await _server.JoinAsync("ann");
        using var ben = await _server.JoinAsync("ben");
        using var linked = await _server.JoinAsync("linked");
        await ann.BefriendAsync(ben);
        await linked.BefriendAsync(ben);
        await ann.LinkAsync("secondary", linked.Account);
        await ann.AnyAsync(e => e.Is("page", linked.Account), "the linked page");
        await ben.MessageAsync(ann.Account, "seen");
        await ann.MessagesAsync(ann.Account, 1);
        var own = ann.Durable(ann.Account)[^1].Seq!.Value;
        var other = ann.Page(linked.Account).Number("cursor");
        ann.Cut();
        for (var i = 0; i < 5; i++)
        {
            await ben.MessageAsync(ann.Account, $"missed {i}");
            await ben.MessageAsync(linked.Account, $"missed there {i}");
        }

        var resume = new Dictionary<string, long> { [ann.Account] = own, [linked.Account] = other };
        using var back = await _server.ConnectAsync(ann.Account, ann.Token, resume);
        await back.MessagesAsync(ann.Account, 5);
        await back.MessagesAsync(linked.Account, 5);
        await ben.MessageAsync(ann.Account, "live again");
        await back.MessagesAsync(ann.Account, 6);

        foreach (var (account, cursor) in resume)
        {
            var page = back.Page(account);
            Assert.True(page.GetProperty("resumed").GetBoolean());
            Assert.Empty(page.List("recent"));
            Assert.Equal(cursor, page.Number("cursor"));
            back.Durable(account).Select(e => e.Seq!.Value).AssertGapless(cursor + 1, account);
        }

        Assert.Equal(["missed 0", "missed 1", "missed 2", "missed 3", "missed 4", "live again"], back.Bodies(ann.Account));
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"missed there {i}"), back.Bodies(linked.Account));
    }

    [Fact]
    public async Task Resume_WithNothingMissed_BringsNothing()
    {
        using var ann = await _server.JoinAsync("ann");
        var cursor = ann.Page(ann.Account).Number("cursor");

        using var back = await _server.ConnectAsync(ann.Account, ann.Token, new Dictionary<string, long> { [ann.Account] = cursor });
        await back.SettleAsync();

        Assert.True(back.Page(ann.Account).GetProperty("resumed").GetBoolean());
        Assert.Empty(back.Durable(ann.Account));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000)]
    [InlineData(long.MaxValue - 1_000)]
    public async Task Resume_FromAfterTheEnd_ReloadsThePage(long beyond)
    {
        using var ann = await _server.JoinAsync("ann");
        await ann.OkAsync("settings.set", new { @as = ann.Account, key = "a", value = 1 });
        var head = (await ann.EventAsync("settings", ann.Account)).Seq!.Value;

        using var back = await _server.ConnectAsync(ann.Account, ann.Token, new Dictionary<string, long> { [ann.Account] = head + beyond });

        var page = back.Page(ann.Account);
        Assert.False(page.GetProperty("resumed").GetBoolean());
        Assert.Equal(head, page.Number("cursor"));
        Assert.NotEmpty(page.List("recent"));
    }

    [Fact]
    public async Task Resume_FromFurtherBackThanTheLimit_ReloadsThePageAndTheHistoryHasTheRest()
    {
        await using var server = await TestServer.StartAsync("--Timelines:ResumeLimit=5", "--Timelines:RecentEntries=3");
        using var ann = await server.JoinAsync("ann");
        using var ben = await server.JoinAsync("ben");
        await ann.BefriendAsync(ben);
        await ben.MessageAsync(ann.Account, "0");
        await ann.MessagesAsync(ann.Account, 1);
        var cursor = ann.Durable(ann.Account)[^1].Seq!.Value;
        ann.Cut();
        for (var i = 1; i <= 5; i++)
        {
            await ben.MessageAsync(ann.Account, $"{i}");
        }

        using var inTime = await server.ConnectAsync(ann.Account, ann.Token, new Dictionary<string, long> { [ann.Account] = cursor });
        await inTime.MessagesAsync(ann.Account, 5);
        await ben.MessageAsync(ann.Account, "6");
        using var late = await server.ConnectAsync(ann.Account, ann.Token, new Dictionary<string, long> { [ann.Account] = cursor });

        Assert.Equal(["1", "2", "3", "4", "5"], inTime.Bodies(ann.Account).Take(5));
        Assert.False(late.Page(ann.Account).GetProperty("resumed").GetBoolean());
        Assert.Equal(["4", "5", "6"], late.Page(ann.Account).List("recent").Select(e => e.GetProperty("data").Text("body")));
        Assert.Equal(cursor + 6, late.Page(ann.Account).Number("cursor"));
        Assert.Equal(7, (await late.LogAsync(ann.Account, ben.Account)).Count(e => e.Text("ev") == "message"));
    }

    [Fact]
    public async Task Resume_WithCursorsOfStrangers_TellsNothingAboutThem()
    {
        using var ann = await _server.JoinAsync("ann");
        using var stranger = await _server.JoinAsync("stranger");

        using var back = await _server.ConnectAsync(
            ann.Account, ann.Token, new Dictionary<string, long> { [stranger.Account] = 0, ["nobody-at-all"] = 3, ["not an id"] = 1 });
        await stranger.OkAsync("settings.set", new { @as = stranger.Account, key = "a", value = 1 });
        await back.SettleAsync();

        Assert.Equal([ann.Account], back.Welcome.Each("accounts", "account"));
        Assert.DoesNotContain(back.Frames, frame => frame.Account is not null && frame.Account != ann.Account);
    }
}
