using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission L3, L4: everything an account has is on its page, on every device.</summary>
[Collection(ServerCollection.Name)]
public sealed class PageJourneys(ServerFixture fixture)
{
    private readonly TestServer _server = fixture.Server;

    [Fact]
    public async Task Page_OfAUsedAccount_HasEveryPart()
    {
        using var owner = await _server.JoinAsync("owner");
        using var friend = await _server.JoinAsync("friend");
        await owner.BefriendAsync(friend);
        var @as = owner.Account;
        await owner.OkAsync("profile.set", new { @as, displayName = "Ada", email = "ada@example.org", description = "counts", avatar = "https://example.org/ada.png" });
        await owner.OkAsync("settings.set", new { @as, key = "theme", value = new { dark = true } });
        await owner.OkAsync("custom.set", new { @as, key = "pet", value = new { name = "Rex", level = 3 } });
        await owner.OkAsync("contacts.set", new { @as, account = friend.Account, remark = "from school", labels = new[] { "school", "chess" }, settings = new { mute = true } });
        await friend.MessageAsync(owner.Account, "first");
        await friend.MessageAsync(owner.Account, "second");
        await owner.MessagesAsync(owner.Account, 2);

        using var device = await _server.SignInAsync(owner.Account);
        var page = device.Page(owner.Account);

        Assert.Equal("Ada", page.GetProperty("profile").Text("displayName"));
        Assert.Equal("ada@example.org", page.GetProperty("profile").Text("email"));
        Assert.Equal("counts", page.GetProperty("profile").Text("description"));
        Assert.Equal("https://example.org/ada.png", page.GetProperty("profile").Text("avatar"));
        Assert.Equal("master", page.Text("role"));
        Assert.True(page.GetProperty("settings").GetProperty("theme").GetProperty("dark").GetBoolean());
        Assert.Equal(3, page.GetProperty("custom").GetProperty("pet").GetProperty("level").GetInt32());
        var contact = Assert.Single(page.List("contacts"));
        Assert.Equal((friend.Account, "friend", "from school"), (contact.Text("account"), contact.Text("state"), contact.Text("remark")));
        Assert.Equal(["school", "chess"], contact.List("labels").Select(label => label.GetString()));
        Assert.True(contact.GetProperty("settings").GetProperty("mute").GetBoolean());
        Assert.True(contact.Has("displayName"));
        Assert.Equal(JsonValueKind.Array, page.GetProperty("groups").ValueKind);
        Assert.Equal(JsonValueKind.Array, page.GetProperty("mailboxes").ValueKind);
        Assert.Equal(JsonValueKind.Object, page.GetProperty("presence").ValueKind);
        Assert.Equal(2, page.GetProperty("unread").GetProperty(friend.Account).GetInt32());
        Assert.False(page.GetProperty("resumed").GetBoolean());
        var recent = page.List("recent");
        Assert.Equal(["first", "second"], recent.Where(e => e.Text("ev") == "message").Select(e => e.GetProperty("data").Text("body")));
        Assert.All(recent, e => Assert.Equal(owner.Account, e.Text("account")));
        recent.Select(e => e.Number("seq")).AssertGapless(recent[0].Number("seq"), "recent");
        Assert.Equal(recent[^1].Number("seq"), page.Number("cursor"));
    }

    [Fact]
    public async Task Change_OnOneDevice_IsLiveOnTheOtherAndThereAfterARestart()
    {
        await using var server = await TestServer.StartAsync();
        var (account, friend) = (await server.RegisterAsync("saver"), await server.RegisterAsync("friend"));
        await using (var phone = await server.SdkAsync(account, device: "phone"))
        await using (var desk = await server.SdkAsync(account, device: "desk"))
        await using (var peer = await server.SdkAsync(friend))
        {
            await phone.RequestContactAsync(account, friend, "hi");
            await peer.AcceptContactAsync(friend, account);
            await phone.SetProfileAsync(account, displayName: "Grace", description: "finds bugs");
            await phone.SetSettingAsync(account, "sound", "\"loud\"");
            await phone.SetSettingAsync(account, "gone", "1");
            await phone.SetSettingAsync(account, "gone", "null");
            await phone.SetCustomAsync(account, "game", """{"level":7}""");
            await phone.SetContactAsync(account, friend, remark: "bridge", labels: ["cards"]);

            await desk.ShowsAsync(account, IsSaved, "all changes");
        }

        await server.RestartAsync();

        await using var later = await server.SdkAsync(account);
        Assert.True(IsSaved(later.Pages[account]), later.Pages[account].ToString());

        bool IsSaved(Client.Page page) =>
            page.Profile is { DisplayName: "Grace", Description: "finds bugs" }
            && page.Settings.TryGetValue("sound", out var sound) && sound.GetString() == "loud" && !page.Settings.ContainsKey("gone")
            && page.Custom.TryGetValue("game", out var game) && game.Number("level") == 7
            && page.Contacts.TryGetValue(friend, out var contact) && contact is { State: "friend", Remark: "bridge", Labels: ["cards"] };
    }

    [Fact]
    public async Task Unread_ReadOnOneDevice_IsReadOnTheOtherAndAtTheNextSignIn()
    {
        using var reader = await _server.JoinAsync("reader");
        using var writer = await _server.JoinAsync("writer");
        await reader.BefriendAsync(writer);
        using var other = await _server.SignInAsync(reader.Account);
        for (var i = 0; i < 3; i++)
        {
            await writer.MessageAsync(reader.Account, $"{i}");
        }

        await reader.MessagesAsync(reader.Account, 3);
        var upTo = reader.Durable(reader.Account).Last(e => e.Is("message")).Seq;
        await reader.OkAsync("read", new { @as = reader.Account, peer = writer.Account, upTo });

        var receipt = await other.EventAsync("receipt", reader.Account);
        Assert.Equal((writer.Account, upTo, "read"), (receipt.Data.Text("peer"), receipt.Data.Number("upTo"), receipt.Data.Text("what")));
        using var next = await _server.SignInAsync(reader.Account);
        Assert.False(next.Page(reader.Account).GetProperty("unread").Has(writer.Account));
    }
}
