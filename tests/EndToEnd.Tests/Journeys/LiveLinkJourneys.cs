using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission L7, L11: live sessions follow the group, and speak as nobody else.</summary>
[Collection(ServerCollection.Name)]
public sealed class LiveLinkJourneys(ServerFixture fixture)
{
    private readonly TestServer _server = fixture.Server;

    [Fact]
    public async Task Page_OfLinkedAccount_ComesAndGoesInEveryLiveSession()
    {
        var (account, added) = (await _server.RegisterAsync("home"), await _server.RegisterAsync("added"));
        await using var phone = await _server.SdkAsync(account, device: "phone");
        await using var desk = await _server.SdkAsync(account, device: "desk");
        var gone = new TaskCompletionSource<PageGone>();
        using var watch = desk.On<PageGone>(gone.SetResult);

        await phone.AddLinksAsync([new LinkRequest(added, TestServer.Password)]);
        await phone.ShowsAsync(added, page => page.Role == "secondary", "the linked account");
        await desk.ShowsAsync(added, page => page.Role == "secondary", "the linked account");

        await phone.RemoveLinkAsync(added);
        await Eventually.TrueAsync(() => !phone.Pages.ContainsKey(added) && !desk.Pages.ContainsKey(added), "the page to go on both devices", RawClient.Patience);
        var left = await gone.Task.WaitAsync(RawClient.Patience);
        Assert.Equal(("unlinked", added), (left.Reason, left.Account));
        Assert.Empty((await desk.ListLinksAsync()).Members);
    }

    [Fact]
    public async Task Role_ChangedInALiveSession_OpensAndClosesPagesAtOnce()
    {
        using var master = await _server.JoinAsync("master");
        using var member = await _server.JoinAsync("member");
        await master.LinkAsync("secondary", member.Account);

        await master.OkAsync("link.role", new { account = member.Account, role = "master" });
        Assert.Equal("master", (await member.EventAsync("page", master.Account)).Data.Text("role"));

        await master.OkAsync("link.role", new { account = member.Account, role = "secondary" });
        Assert.Equal("role", (await member.EventAsync("pageGone", master.Account)).Data.Text("reason"));
        Assert.Equal("forbidden", await member.RefusalAsync("history", new { @as = master.Account }));
        await master.SettleAsync();
        Assert.DoesNotContain(master.Frames, frame => frame.Is("pageGone"));
    }

    [Fact]
    public async Task MasterWhoLeaves_InALiveSession_LosesAllOthers()
    {
        using var first = await _server.JoinAsync("first");
        using var second = await _server.JoinAsync("second");
        var third = await _server.RegisterAsync("third");
        await first.LinkAsync("master", second.Account);
        await first.LinkAsync("secondary", third);
        await second.AnyAsync(e => e.Is("page", third), "the third page");

        await second.OkAsync("link.remove", new { account = second.Account });

        await second.AnyAsync(e => e.Is("pageGone", first.Account), "pageGone of the first");
        await second.AnyAsync(e => e.Is("pageGone", third), "pageGone of the third");
        await first.AnyAsync(e => e.Is("pageGone", second.Account), "pageGone of the one who left");
        Assert.Equal(2, (await first.OkAsync("link.list")).List("members").Length);
    }

    [Fact]
    public async Task Account_OutsideTheSession_CanNeverBeUsed()
    {
        using var victim = await _server.JoinAsync("victim");
        using var friend = await _server.JoinAsync("friend");
        using var thief = await _server.JoinAsync("thief");
        await victim.BefriendAsync(friend);
        var @as = victim.Account;
        var nobody = TestServer.NewName("never-made");

        Assert.Equal("forbidden", await thief.RefusalAsync("send", new { @as, to = friend.Account, body = "it is me", cid = "1" }));
        Assert.Equal("forbidden", await thief.RefusalAsync("history", new { @as }));
        Assert.Equal("forbidden", await thief.RefusalAsync("read", new { @as, peer = friend.Account, upTo = 1 }));
        Assert.Equal("forbidden", await thief.RefusalAsync("typing", new { @as, to = friend.Account, on = true }));
        Assert.Equal("forbidden", await thief.RefusalAsync("profile.set", new { @as, displayName = "stolen" }));
        Assert.Equal("forbidden", await thief.RefusalAsync("settings.set", new { @as, key = "a", value = 1 }));
        Assert.Equal("forbidden", await thief.RefusalAsync("custom.set", new { @as, key = "a", value = 1 }));
        Assert.Equal("forbidden", await thief.RefusalAsync("contacts.request", new { @as, account = thief.Account }));
        Assert.Equal("forbidden", await thief.RefusalAsync("contacts.remove", new { @as, account = friend.Account }));
        Assert.Equal("forbidden", await thief.RefusalAsync("sessions.list", new { @as }));
        Assert.Equal("forbidden", await thief.RefusalAsync("history", new { @as = nobody }));

        await friend.SettleAsync();
        Assert.Empty(friend.Bodies(friend.Account));
    }

    [Fact]
    public async Task Message_SentAsALinkedAccount_NamesThatAccount()
    {
        using var voice = await _server.JoinAsync("voice");
        using var friend = await _server.JoinAsync("friend");
        await voice.BefriendAsync(friend);
        using var master = await _server.JoinAsync("master");
        await master.LinkAsync("secondary", voice.Account);
        await master.AnyAsync(e => e.Is("page", voice.Account), "the page of the linked account");

        await master.MessageAsync(friend.Account, "hello from my other self", @as: voice.Account);

        var got = await friend.EventAsync("message", friend.Account);
        Assert.Equal((voice.Account, friend.Account), (got.Data.Text("from"), got.Data.Text("to")));
        await voice.EventAsync("message", voice.Account);
        await master.EventAsync("message", voice.Account);
        Assert.DoesNotContain(master.Frames, frame => frame.Is("message", master.Account));
        Assert.Equal("not_friends", await master.RefusalAsync("send", new { @as = master.Account, to = friend.Account, body = "and as myself", cid = "1" }));
    }
}
