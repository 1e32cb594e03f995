using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Behaviours;

public sealed class ContactBehaviours(ServerFixture fixture) : BehaviourTest(fixture)
{
    [Fact]
    [Trait("Behaviour", "contacts.friends")]
    public async Task Request_ArrivesWithItsGreeting_AndAcceptedBothAreFriends()
    {
        var (ann, ben) = (await JoinAsync("ann"), await JoinAsync("ben"));
        await ann.Client.SetProfileAsync(ann.Account, displayName: "Ann");
        Assert.Equal("requested", await ann.Client.RequestContactAsync(ann.Account, ben.Account, "it is me"));
        await ben.ShowsAsync(page => Of(page, ann)?.Greeting == "it is me", "the greeting");
        Assert.Equal("friend", await ben.Client.AcceptContactAsync(ben.Account, ann.Account));
        await ann.ShowsAsync(page => Of(page, ben)?.State == "friend", "the friend");
        await ben.ShowsAsync(page => Of(page, ann)?.DisplayName == "Ann", "the name");
    }

    [Fact]
    [Trait("Behaviour", "contacts.refused")]
    public async Task Request_Refused_IsGoneOnBothSides()
    {
        var (ann, ben) = (await JoinAsync("ann"), await JoinAsync("ben"));
        await ann.Client.RequestContactAsync(ann.Account, ben.Account);
        await ben.ShowsAsync(page => Of(page, ann) is not null, "the request");
        await ben.Client.RefuseContactAsync(ben.Account, ann.Account);
        await ben.ShowsAsync(page => Of(page, ann) is null, "nothing more");
        await ann.ShowsAsync(page => Of(page, ben) is null, "nothing more");
    }

    [Fact]
    [Trait("Behaviour", "contacts.own-words")]
    public async Task RemarkAndLabels_AreOnEveryDevice_AndNotAtTheContact()
    {
        var (ann, ben) = await FriendsAsync();
        var desk = await SignInAsync(ann.Account);
        using var settings = JsonDocument.Parse("""{"mute":true}""");
        var contact = await ann.Client.SetContactAsync(ann.Account, ben.Account, "Benny", settings.RootElement, ["chess"]);
        Assert.Equal("Benny", contact.Remark);
        await desk.ShowsAsync(
            page => Of(page, ben) is { Remark: "Benny", Labels: ["chess"], Settings: { } own } && own.GetProperty("mute").GetBoolean(), "the own words");
        Assert.Null(Of(ben.Page, ann)!.Remark);
    }

    [Fact]
    [Trait("Behaviour", "contacts.blocked")]
    public async Task WhoIsBlocked_IsNotHeardAndNotTold()
    {
        var (ann, ben) = await FriendsAsync();
        Assert.Equal("blocked", await ben.Client.BlockContactAsync(ben.Account, ann.Account));
        await ann.ShowsAsync(page => Of(page, ben)?.State != "friend", "the end of the friendship");
        await RefusedAsync("not_friends", () => ann.Client.SendAsync(ann.Account, ben.Account, "x"));
        Assert.Equal("requested", await ann.Client.RequestContactAsync(ann.Account, ben.Account));
        await ben.Client.PingAsync();
        Assert.Equal("blocked", Of(ben.Page, ann)!.State);
        await RefusedAsync("blocked", () => ben.Client.SendAsync(ben.Account, ann.Account, "x"));
    }

    [Fact]
    [Trait("Behaviour", "groups.chat")]
    public async Task Group_HasItsMembersMessagesAndRoles()
    {
        var (ann, ben) = await FriendsAsync();
        var (a, b) = (ann.Account, ben.Account);
        var made = await ann.Client.CreateGroupAsync(a, "Club", [b, a + "-nobody"]);
        Assert.Equal([b], made.Added);
        Assert.Equal("not_friends", Assert.Single(made.Rejected).Reason);
        var peer = made.Group.Peer;
        await ben.ShowsAsync(page => page.Groups.TryGetValue(peer, out var group) && group.Name == "Club", "the group");
        await ann.Client.SendAsync(a, peer, "hello", mentions: [b]);
        await ben.ShowsAsync(page => page.Groups[peer].Mentions == 1 && page.Unread.TryGetValue(peer, out var unread) && unread == 1, "the mention");
        Assert.Single(ann.Client.Conversation(a, peer));
        Assert.Equal("Chess", (await ann.Client.SetGroupAsync(a, peer, "Chess")).Name);
        await ann.Client.SetGroupRoleAsync(a, made.Group.Id, b, "admin");
        await ben.ShowsAsync(page => page.Groups[peer] is { Role: "admin", Name: "Chess" }, "role and name");
        Assert.Equal([(a, "owner"), (b, "admin")], (await ben.Client.GetGroupAsync(b, peer)).Members.Select(member => (member.Account, member.Role)));
        await ann.Client.KickFromGroupAsync(a, peer, b);
        await ben.ShowsAsync(page => !page.Groups.ContainsKey(peer) && !page.Unread.ContainsKey(peer), "no group");
        await RefusedAsync("forbidden", () => ben.Client.SendAsync(b, peer, "x"));
    }

    [Fact]
    [Trait("Behaviour", "presence.friend")]
    public async Task Friend_WhoComesChangesAndGoes_IsOnThePage()
    {
        var (ann, ben) = await FriendsAsync();
        await ann.ShowsAsync(page => At(page, ben)?.Status == "online", "the friend online");
        await ben.Client.SetPresenceAsync("busy", "in a game");
        await ann.ShowsAsync(page => At(page, ben) is { Status: "busy", Note: "in a game" }, "the friend busy");
        await ben.Client.SignOutAsync();
        await ann.ShowsAsync(page => At(page, ben) is null, "the friend gone");
    }

    [Fact]
    [Trait("Behaviour", "presence.invisible")]
    public async Task WhoIsInvisible_IsOfflineToFriends_AlsoOverAReconnect()
    {
        var (ann, ben) = await FriendsAsync();
        await ann.ShowsAsync(page => At(page, ben) is not null, "the friend online");
        await ben.Client.SetPresenceAsync("invisible");
        await ann.ShowsAsync(page => At(page, ben) is null, "nobody");
        var before = Seen().Count();
        ben.Cut();
        await ben.HearsAsync<Reconnected>(_ => true, "the reconnect");
        Assert.Equal("invisible", At(ben.Page, ben)!.Status);
        await ben.Client.SendAsync(ben.Account, ann.Account, "I was here");
        await UntilAsync(() => ann.Bodies().Contains("I was here"), "the message");
        Assert.All(Seen().Skip(before), presence => Assert.Equal("offline", presence.Status));

        IEnumerable<PresenceChanged> Seen() => ann.Told.OfType<PresenceChanged>().Where(presence => presence.Contact == ben.Account);
    }

    private static Contact? Of(Page page, Device other) => page.Contacts.TryGetValue(other.Account, out var contact) ? contact : null;

    private static Client.Presence? At(Page page, Device other) => page.Presence.TryGetValue(other.Account, out var presence) ? presence : null;
}
