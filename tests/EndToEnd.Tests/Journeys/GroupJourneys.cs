using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission P6: group chats, through the SDK and by hand, over real sockets.</summary>
[Collection(ServerCollection.Name)]
public sealed class GroupJourneys(ServerFixture fixture)
{
    private readonly TestServer _server = fixture.Server;

    [Fact]
    public Task Journey_OnSqlite_FromTheFirstMessageToTheKickAndARestart() => JourneyAsync("--Storage:Provider=sqlite");

    /// <summary>The whole story, on any storage.</summary>
    internal static async Task JourneyAsync(params string[] settings)
    {
        await using var server = await TestServer.StartAsync(settings);
        await using var ann = await JoinAsync(server, "ann");
        await using var ben = await JoinAsync(server, "ben");
        await using var cat = await JoinAsync(server, "cat");
        var (a, b, c) = (ann.Account!, ben.Account!, cat.Account!);
        await BefriendAsync(ann, ben);
        await BefriendAsync(ann, cat);

        var made = await ann.CreateGroupAsync(a, "Chess \"club\" 🌍", [b, "nobody-here"]);
        var group = made.Group.Peer;
        Assert.Equal([b], made.Added);
        Assert.Equal("not_friends", made.Rejected.Single().Reason);
        await ben.ShowsAsync(b, page => page.Groups.ContainsKey(group), "the group");
        await ann.SendAsync(a, group, "before cat");
        await ann.InviteToGroupAsync(a, made.Group.Id, [c]);
        var sent = await ben.SendAsync(b, group, "hello cat", cid: "the-cid", mentions: [c]);
        await cat.ShowsAsync(c, page => page.Unread.GetValueOrDefault(group) == 1 && page.Groups[group].Mentions == 1, "one mention");
        Assert.Equal(["hello cat"], Bodies(await cat.HistoryAsync(c, group)));
        await cat.MarkReadAsync(c, group, cat.Pages[c].Cursor);
        await cat.ShowsAsync(c, page => page.Unread.Count == 0 && page.Groups[group].Mentions == 0, "nothing unread");

        var back = new[] { ann, ben, cat }.Select(ReconnectedAsync).ToArray();
        await server.RestartAsync();
        await Task.WhenAll(back).WaitAsync(RawClient.Patience);
        Assert.All(new[] { ann, ben, cat }, client => Assert.Equal(3, client.Pages[client.Account!].Groups[group].Members));

        Assert.Equal(sent, await ben.SendAsync(b, group, "hello cat", cid: "the-cid"));
        await ann.SetGroupRoleAsync(a, group, b, "admin");
        await ben.ShowsAsync(b, page => page.Groups[group].Role == "admin", "the new role");
        await ben.SetGroupAsync(b, group, name: "Go club");
        await cat.ShowsAsync(c, page => page.Groups[group].Name == "Go club", "the new name");
        Assert.Equal("forbidden", (await Assert.ThrowsAsync<ImException>(() => cat.KickFromGroupAsync(c, group, b))).Code);

        await ben.KickFromGroupAsync(b, group, c);
        await cat.ShowsAsync(c, page => page.Groups.Count == 0, "no group");
        await ann.SendAsync(a, group, "without cat");
        await ben.ShowsAsync(b, page => page.Recent[^1] is MessageReceived { Body: "without cat" }, "what cat does not get");
        Assert.Equal("forbidden", (await Assert.ThrowsAsync<ImException>(() => cat.SendAsync(c, group, "?"))).Code);
        Assert.Equal("forbidden", (await Assert.ThrowsAsync<ImException>(() => cat.GetGroupAsync(c, group))).Code);
        Assert.Equal(["hello cat"], Bodies(await cat.HistoryAsync(c, group)));

        await ann.LeaveGroupAsync(a, group);
        await ben.ShowsAsync(b, page => page.Groups[group] is { Role: "owner", Members: 1 }, "the ownership");
        Assert.Equal(["before cat", "hello cat", "without cat"], Bodies(await ben.HistoryAsync(b, group)));
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task Messages_OfManyAtOnce_AreInOneOrderOnEveryDevice()
    {
        const int Count = 30;
        using var ann = await _server.JoinAsync("ann");
        using var ben = await _server.JoinAsync("ben");
        using var cat = await _server.JoinAsync("cat");
        using var benToo = await _server.SignInAsync(ben.Account);
        await ann.BefriendAsync(ben);
        await ann.BefriendAsync(cat);
        var made = await ann.OkAsync("groups.create", new { @as = ann.Account, name = "all", members = new[] { ben.Account, cat.Account } });
        var group = "group:" + made.GetProperty("group").Text("id");
        await ben.EventAsync("group", ben.Account);
        await cat.EventAsync("group", cat.Account);

        await Task.WhenAll(new[] { ann, ben, cat }.Select(client => SendAllAsync(client, group, Count)));

        foreach (var device in new[] { ann, ben, benToo, cat })
        {
            await device.MessagesAsync(device.Account, 3 * Count);
            Assert.Equal(ann.Bodies(ann.Account), device.Bodies(device.Account));
            device.Durable(device.Account).Select(e => e.Seq!.Value).AssertGapless(device.Page(device.Account).Number("cursor") + 1, device.Account);
        }

        Assert.Equal(3 * Count, ann.Bodies(ann.Account).Distinct().Count());
        var (one, other) = (ben.Frames.Last(e => e.Is("message", ben.Account)).Data, ann.Frames.Last(e => e.Is("message", ann.Account)).Data);
        Assert.Equal(one.GetRawText(), other.GetRawText());
        Assert.Equal(group, one.Text("to"));
        Assert.False(one.Has("cid"));
    }

    [Fact]
    public async Task Typing_InAGroup_ReachesTheOthersOnly()
    {
        using var ann = await _server.JoinAsync("ann");
        using var ben = await _server.JoinAsync("ben");
        using var stranger = await _server.JoinAsync("stranger");
        await ann.BefriendAsync(ben);
        var made = await ann.OkAsync("groups.create", new { @as = ann.Account, name = "two", members = new[] { ben.Account } });
        var group = "group:" + made.GetProperty("group").Text("id");
        await ben.EventAsync("group", ben.Account);

        // Said again, as a client does: it is heard from the moment that ann's silo has joined the new group.
        await Eventually.TrueAsync(
            async () =>
            {
                await ben.OkAsync("typing", new { @as = ben.Account, to = group, on = true });
                return ann.Frames.Any(e => e.Is("typing", ann.Account));
            },
            "the typing to be heard");

        Assert.Equal((ben.Account, group), ((await ann.EventAsync("typing", ann.Account)).Data is var typing ? (typing.Text("from"), typing.Text("to")) : default));
        Assert.Equal("forbidden", await stranger.RefusalAsync("typing", new { @as = stranger.Account, to = group, on = true }));
        await ben.SettleAsync();
        Assert.DoesNotContain(ben.Frames, e => e.Is("typing"));
    }

    private static async Task<ImClient> JoinAsync(TestServer server, string prefix) => await server.SdkAsync(await server.RegisterAsync(prefix));

    private static Task ReconnectedAsync(ImClient client)
    {
        var back = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.On<Reconnected>(_ => back.TrySetResult());
        return back.Task;
    }

    private static async Task BefriendAsync(ImClient one, ImClient other)
    {
        await one.RequestContactAsync(one.Account!, other.Account!);
        await other.AcceptContactAsync(other.Account!, one.Account!);
        await one.ShowsAsync(one.Account!, page => page.Contacts.TryGetValue(other.Account!, out var contact) && contact.State == "friend", "the friend");
    }

    private static IEnumerable<string> Bodies(HistoryPage history) => history.Events.OfType<MessageReceived>().Select(message => message.Body);

    private static async Task SendAllAsync(RawClient client, string group, int count)
    {
        var answers = new List<Task<JsonElement>>();
        for (var i = 0; i < count; i++)
        {
            answers.Add(await client.BeginAsync("send", new { @as = client.Account, to = group, body = $"{client.Account} {i}", cid = RawClient.NewCid() }));
        }

        Assert.All(await Task.WhenAll(answers), answer => Assert.True(answer.Has("ok"), answer.ToString()));
    }
}
