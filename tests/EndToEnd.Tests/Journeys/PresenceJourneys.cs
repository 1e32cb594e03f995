using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission P5 through the SDK: who sees whom, on which device, and what a reconnect shows.</summary>
public sealed class PresenceJourneys : IAsyncLifetime
{
    private TestServer _server = null!;
    private ImClient _ann = null!;
    private ImClient _ben = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync("--Presence:OfflineDelay=00:00:00.3", "--Presence:MinInterval=00:00:00.01");
        (_ann, _ben) = (await JoinAsync("ann"), await JoinAsync("ben"));
        await BefriendAsync(_ann, _ben);
    }

    public async Task DisposeAsync()
    {
        await _ann.DisposeAsync();
        await _ben.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Friend_ComesChangesAndGoes_IsOnThePage()
    {
        await SeesAsync(_ann, _ben, "online");
        await _ben.SetPresenceAsync("busy", "deep in code");
        await SeesAsync(_ann, _ben, "busy deep in code");
        await _ben.SetPresenceAsync("invisible");
        await SeesAsync(_ann, _ben, "offline");
        await SeesAsync(_ben, _ben, "invisible");
        await _ben.SetPresenceAsync("away");
        await SeesAsync(_ann, _ben, "away");

        await _ben.DisposeAsync();

        await SeesAsync(_ann, _ben, "offline");
    }

    [Fact]
    public async Task Page_OfASecondDevice_ShowsFriendsAndItself()
    {
        await _ben.SetPresenceAsync("busy");
        await SeesAsync(_ann, _ben, "busy");

        await using var phone = await _server.SdkAsync(_ann.Account!);

        Assert.Equal(["busy", "online"], phone.Pages[_ann.Account!].Presence.OrderBy(one => one.Key == _ann.Account).Select(one => one.Value.Status));
    }

    [Fact]
    public async Task LinkedAccount_IsShownAsItsOwn()
    {
        await using var game = await JoinAsync("game");
        await BefriendAsync(game, _ben);
        var link = await _ann.AddLinksAsync([new LinkRequest(game.Account!, TestServer.Password)]);
        Assert.Single(link.Linked);
        await game.DisposeAsync();
        await _ann.ShowsAsync(game.Account!, page => page.Presence.ContainsKey(_ben.Account!), "ben online");

        await _ann.SetPresenceAsync("busy", "raid", @as: game.Account);

        await _ben.ShowsAsync(_ben.Account!, page => page.Presence.TryGetValue(game.Account!, out var seen) && seen is { Status: "busy", Note: "raid" }, "the game account busy");
        await SeesAsync(_ben, _ann, "online");
    }

    [Fact]
    public async Task Reconnect_ShowsWhatWasMissed_AndWhoIsInvisibleStaysSo()
    {
        await using var hidden = new ImClient(new ImClientOptions
        {
            Server = _server.Address,
            Presence = new Client.Presence { Status = "invisible" },
            Reconnect = new ReconnectPolicy { Initial = TimeSpan.FromMilliseconds(50), Max = TimeSpan.FromMilliseconds(200) },
        });
        var cat = await _server.RegisterAsync("cat");
        await hidden.SignInAsync(cat, TestServer.Password);
        await BefriendAsync(_ann, hidden);
        var seen = new List<string>();
        using var listening = _ann.On<PresenceChanged>(change =>
        {
            lock (seen)
            {
                seen.Add($"{change.Contact} {change.Status}");
            }
        });

        // Everybody reconnects, and presence is nowhere but in memory.
        await _ben.SetPresenceAsync("away");
        await _server.StopAsync();
        await _server.StartAgainAsync();

        await SeesAsync(_ann, _ben, "away");
        await SeesAsync(hidden, _ann, "online");
        await SeesAsync(hidden, hidden, "invisible");
        lock (seen)
        {
            Assert.DoesNotContain(seen, change => change.StartsWith(cat + " ", StringComparison.Ordinal));
            Assert.Contains(_ben.Account + " away", seen);
        }
    }

    [Fact]
    public async Task Privacy_ValuesOfTheServicesOwnSettings_AreChecked()
    {
        await _ben.SetSettingAsync(_ben.Account!, "privacy.presence", "\"nobody\"");
        await SeesAsync(_ann, _ben, "offline");
        var wrong = await Assert.ThrowsAsync<ImException>(() => _ben.SetSettingAsync(_ben.Account!, "privacy.presence", "\"all\""));
        Assert.Equal("invalid_argument", wrong.Code);

        await _ben.SetSettingAsync(_ben.Account!, "privacy.presence", "\"friends\"");
        await SeesAsync(_ann, _ben, "online");
        await _ann.RemoveContactAsync(_ann.Account!, _ben.Account!);
        await SeesAsync(_ann, _ben, "offline");
        await SeesAsync(_ben, _ann, "offline");
    }

    private async Task<ImClient> JoinAsync(string prefix) => await _server.SdkAsync(await _server.RegisterAsync(prefix));

    private static async Task BefriendAsync(ImClient one, ImClient other)
    {
        await one.RequestContactAsync(one.Account!, other.Account!);
        await other.AcceptContactAsync(other.Account!, one.Account!);
        await one.ShowsAsync(one.Account!, page => page.Contacts.TryGetValue(other.Account!, out var contact) && contact.State == "friend", "a new friend");
    }

    private static Task SeesAsync(ImClient client, ImClient who, string presence) => client.ShowsAsync(
        client.Account!,
        page => (page.Presence.TryGetValue(who.Account!, out var seen) ? $"{seen.Status} {seen.Note}".TrimEnd() : "offline") == presence,
        $"{who.Account} as '{presence}'");
}
