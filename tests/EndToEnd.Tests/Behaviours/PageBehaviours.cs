using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Behaviours;

public sealed class PageBehaviours(ServerFixture fixture) : BehaviourTest(fixture)
{
    [Fact]
    [Trait("Behaviour", "links.batch")]
    public async Task Links_InABatch_LinkTheGoodOnesAndNameTheReasonOfEachOther()
    {
        var (ann, one, two) = (await JoinAsync("ann"), await Server.RegisterAsync("one"), await Server.RegisterAsync("two"));
        var result = await ann.Client.AddLinksAsync([
            new LinkRequest(one, TestServer.Password, "master"), new LinkRequest(two, "wrong password"),
            new LinkRequest(two + "-nobody", TestServer.Password), new LinkRequest(ann.Account, TestServer.Password),
        ]);
        Assert.Equal([one], result.Linked);
        Assert.Equal(
            new[] { (two, "bad_credentials"), (two + "-nobody", "unknown_account"), (ann.Account, "self") }.Order(),
            result.Rejected.Select(rejected => (rejected.Account, rejected.Reason)).Order());
        Assert.Equal(new[] { (ann.Account, "master"), (one, "master") }.Order(), (await ann.Client.ListLinksAsync()).Members.Select(member => (member.Account, member.Role)).Order());
    }

    [Fact]
    [Trait("Behaviour", "links.live")]
    public async Task Page_ComesIntoALiveSession_AndGoes()
    {
        var (ann, game) = (await JoinAsync("ann"), await Server.RegisterAsync("game"));
        await ann.Client.AddLinksAsync([new LinkRequest(game, TestServer.Password)]);
        await ann.Client.ShowsAsync(game, _ => true, "its page");
        await ann.ShowsAsync(page => page.Recent.OfType<LinksChanged>().Any(), "the event");
        await ann.Client.RemoveLinkAsync(game);
        await UntilAsync(() => !ann.Client.Pages.ContainsKey(game), "its page to go");
        Assert.Equal("unlinked", (await ann.HearsAsync<PageGone>(_ => true, "the page that went")).Reason);
        Assert.True(ann.Client.Pages.ContainsKey(ann.Account));
    }

    [Fact]
    [Trait("Behaviour", "data.live")]
    public async Task Data_ChangedOnOneDevice_IsLiveOnTheOtherAndAtTheNextSignIn()
    {
        var phone = await JoinAsync("ann");
        var a = phone.Account;
        var desk = await SignInAsync(a);
        await phone.Client.SetProfileAsync(a, displayName: "Ann", description: "here");
        await phone.Client.SetSettingAsync(a, "theme", "\"dark\"");
        await phone.Client.SetCustomAsync(a, "pet", """{"name":"Rex","hp":3}""");
        await phone.Client.SetPrivacyAsync(a, "privacy.lastSeen", "friends");
        await phone.Client.SetSettingAsync(a, "gone", "1");
        await phone.Client.SetSettingAsync(a, "gone", "null");
        await desk.ShowsAsync(IsComplete, "all of it");
        Assert.True(IsComplete((await SignInAsync(a)).Page));

        static bool IsComplete(Page page) => page.Profile is { DisplayName: "Ann", Description: "here" } && page.Cursor >= 6
            && page.Settings.TryGetValue("theme", out var theme) && theme.GetString() == "dark"
            && page.Settings.TryGetValue("privacy.lastSeen", out var lastSeen) && lastSeen.GetString() == "friends"
            && !page.Settings.ContainsKey("gone")
            && page.Custom.TryGetValue("pet", out var pet) && pet.GetProperty("hp").GetInt32() == 3;
    }

    [Fact]
    [Trait("Behaviour", "resume.missed")]
    public async Task Connection_ThatBroke_IsResumedWithExactlyWhatWasMissed()
    {
        var (ann, ben) = await FriendsAsync();
        var game = await Server.RegisterAsync("game");
        await ben.Client.AddLinksAsync([new LinkRequest(game, TestServer.Password)]);
        await ben.Client.ShowsAsync(game, _ => true, "two pages");
        await ann.Client.SendAsync(ann.Account, ben.Account, "before");
        await UntilAsync(() => ben.Bodies().Count == 1, "the first message");
        var opened = ben.Told.OfType<PageOpened>().Count();
        ben.Cut(staysDown: true);
        await UntilAsync(() => ben.Client.Status != ConnectionStatus.Online, "the end of the connection");
        await ann.Client.SendAsync(ann.Account, ben.Account, "meanwhile 1");
        await ann.Client.SendAsync(ann.Account, ben.Account, "meanwhile 2");
        ben.ComeBack();
        await UntilAsync(() => ben.Bodies().Count >= 3, "what was missed");
        await ben.HearsAsync<Reconnected>(_ => true, "the reconnect");
        Assert.Equal(["before", "meanwhile 1", "meanwhile 2"], ben.Bodies());
        Assert.Equal(opened, ben.Told.OfType<PageOpened>().Count());
        var seqs = ben.Told.Where(told => told.Account == ben.Account && told.Seq is not null).Select(told => told.Seq!.Value).ToArray();
        seqs.AssertGapless(seqs[0], ben.Account);
        Assert.Equal(3, ben.Page.Unread[ann.Account]);
    }

    [Fact]
    [Trait("Behaviour", "mail.refused")]
    public async Task Mailbox_ThatIsWrongOrNotBound_IsRefusedAndTheAccountGoesOn()
    {
        var ann = await JoinAsync("ann");
        await RefusedAsync("unknown_mailbox", () => ann.Client.ListMailsAsync(ann.Account, "nobody@example.org"));
        await RefusedAsync("invalid_argument", () => ann.Client.BindMailboxAsync(ann.Account, new MailboxBinding("no address", new MailPassword("x"))));
        Assert.Empty(ann.Page.Mailboxes);
        await ann.Client.PingAsync();
    }
}
