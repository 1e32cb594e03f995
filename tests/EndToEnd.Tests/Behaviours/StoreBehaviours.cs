using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Behaviours;

public sealed class StoreBehaviours(ServerFixture fixture) : BehaviourTest(fixture), IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Behaviour", "outbox.restart")]
    public async Task Messages_WrittenBeforeARestart_GoOutAfterItUnderTheirCids()
    {
        var (ann, ben) = await FriendsAsync(Kept);
        var (session, to) = (ann.Client.Session!, ben.Account);
        await ann.Client.SendAsync(session.Account, to, "before");
        await ann.Client.DisposeAsync();

        // A program that never had a connection, and ends.
        var offline = NewAt(ann);
        await offline.OpenAsync(session);
        var written = new List<string>();
        foreach (var body in new[] { "one", "two", "three" })
        {
            written.Add((await offline.EnqueueAsync(session.Account, to, body)).Cid);
        }

        await offline.DisposeAsync();

        await using var again = NewAt(ann);
        await again.OpenAsync(session);
        Assert.Equal(written, again.Outbox().Select(message => message.Cid));
        Assert.Equal(["before", "one", "two", "three"], again.Conversation(session.Account, to).Select(line => line.Body));
        await again.ConnectAsync();
        await UntilAsync(() => ben.Bodies().Count >= 4, "all messages");
        Assert.Equal(["before", "one", "two", "three"], ben.Bodies());
        await UntilAsync(() => again.Outbox().All(message => message.State != MessageState.Queued), "the answers");
        Assert.Equal(written, again.Pages[session.Account].Recent.OfType<MessageReceived>().Where(message => message.IsOwn).Skip(1).Select(message => message.Cid));
    }

    [Fact]
    [Trait("Behaviour", "outbox.retry")]
    public async Task Message_RefusedForGood_WaitsForRetryOrDiscard()
    {
        var (ann, ben) = await FriendsAsync();
        var (a, b) = (ann.Account, ben.Account);
        await ben.Client.RemoveContactAsync(b, a);
        await ann.ShowsAsync(page => !page.Contacts.TryGetValue(b, out var contact) || contact.State != "friend", "the end of the friendship");
        await RefusedAsync("not_friends", () => ann.Client.SendAsync(a, b, "again", cid: "again"));
        await RefusedAsync("not_friends", () => ann.Client.SendAsync(a, b, "never", cid: "never"));
        Assert.Equal([("again", "not_friends"), ("never", "not_friends")], ann.Client.Outbox(a, b).Select(message => (message.Cid, message.Error!.Code)));
        Assert.True(ann.Client.Discard("never"));

        await BefriendAsync(ann, ben);
        Assert.Equal(MessageState.Queued, ann.Client.Retry("again").State);
        await UntilAsync(() => ben.Bodies().Count > 0, "the message");
        await ann.HearsAsync<OutgoingChanged>(changed => changed.Message is { Cid: "again", State: MessageState.Sent or MessageState.Delivered }, "the answer");
        Assert.Equal(["again"], ben.Bodies());
        Assert.Equal(["again"], ann.Client.Outbox().Select(message => message.Cid));
    }

    [Fact]
    [Trait("Behaviour", "store.before-connection")]
    public async Task Pages_OfTheStore_AreThereWithoutAConnection_AndThenGoOn()
    {
        var (ann, ben) = await FriendsAsync(Kept);
        var session = ann.Client.Session!;
        await ben.Client.SendAsync(ben.Account, session.Account, "hello");
        await UntilAsync(() => ann.Bodies().Count == 1, "the message");
        await ann.Client.DisposeAsync();
        await ben.Client.SendAsync(ben.Account, session.Account, "meanwhile");

        await using var again = NewAt(ann);
        var opened = 0;
        again.On<PageOpened>(_ => Interlocked.Increment(ref opened));
        await again.OpenAsync(session);
        var page = again.Pages[session.Account];
        Assert.Equal((ConnectionStatus.Local, true, "friend"), (again.Status, page.IsLocal, page.Contacts[ben.Account].State));
        Assert.Equal((1, "hello"), (page.Unread[ben.Account], again.Conversation(session.Account, ben.Account)[^1].Body));
        await RefusedAsync("unavailable", () => again.PingAsync());

        await again.ConnectAsync();
        await again.ShowsAsync(session.Account, live => !live.IsLocal && live.Unread[ben.Account] == 2, "what came meanwhile");
        Assert.Equal(["hello", "meanwhile"], again.Conversation(session.Account, ben.Account).Select(line => line.Body));
        Assert.Equal((ConnectionStatus.Online, 1), (again.Status, opened));
    }

    [Fact]
    [Trait("Behaviour", "store.cleared")]
    public async Task Store_IsClearedBySigningOut_HereAndFromElsewhere()
    {
        var phone = await JoinAsync("ann", Kept);
        await UntilAsync(() => Files().Length > 0, "a page in the store");
        await phone.Client.SignOutAsync();
        Assert.Empty(Files());

        var again = await SignInAsync(phone.Account, Kept);
        await UntilAsync(() => Files().Length > 0, "a page in the store");
        var desk = await SignInAsync(phone.Account);
        await desk.Client.EndSessionAsync(again.Client.SessionId!);
        Assert.Equal(4004, (await again.HearsAsync<SignedOut>(_ => true, "the end")).CloseCode);
        Assert.Empty(Files());
    }

    [Fact]
    [Trait("Behaviour", "store.account-leaves")]
    public async Task Account_ThatLeaves_TakesItsRecordsAlong()
    {
        var (ann, game) = (await JoinAsync("ann", Kept), await Server.RegisterAsync("game"));
        await ann.Client.AddLinksAsync([new LinkRequest(game, TestServer.Password)]);
        await UntilAsync(() => Files().Length == 2, "two pages in the store");
        await ann.Client.RemoveLinkAsync(game);
        await UntilAsync(() => Files().Length == 1, "one page in the store");
        await ann.Client.DisposeAsync();

        await using var again = NewAt(ann);
        await again.OpenAsync(ann.Client.Session);
        Assert.Equal([ann.Account], again.Pages.Keys);
    }

    private ImClientOptions Kept(ImClientOptions options) => options with { Store = new FileStore(_folder.Path) };

    /// <summary>The program of a device, started again: the server is at the same address for it.</summary>
    private ImClient NewAt(Device device) => new(Kept(device.Options));

    private string[] Files() => Directory.GetFiles(_folder.Path, "*.json", SearchOption.AllDirectories);
}
