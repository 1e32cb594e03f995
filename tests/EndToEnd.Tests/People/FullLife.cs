using OrleansIM.EndToEnd.Tests.Mail;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.People;

/// <summary>
/// Somebody who has used everything, and whom others have in every way there is: a friend with notes, one who was removed,
/// one who was asked, strangers who have blocked it, a master it is linked to, and a secondary of its own group.
/// </summary>
internal sealed class FullLife : IAsyncDisposable
{
    private readonly List<RawClient> _clients = [];

    private FullLife()
    {
    }

    // Words that are in no other text of the test, so that each is found or not.
    public static IReadOnlyList<string> OwnTexts { get; } =
    [
        "Zenobia Displayname", "zenobia-profile@example.test", "zenobia-description", "zenobia-avatar", "zenobia-setting", "zenobia-custom", "zenobia-appname",
        "zenobia-remark-by-bob", "zenobia-label-by-bob", "zenobia-settings-by-bob", "zenobia-remark-by-cat", "zenobia-greeting", "zenobia-mapped@example.test",
        "zenobia-alone-text", "zenobia-alone-group", "zenobia-mail-subject", "zenobia-remark-on-bob",
    ];

    /// <summary>What it wrote to others, who have received it.</summary>
    public static IReadOnlyList<string> Written { get; } = ["zenobia-wrote-to-bob", "zenobia-wrote-to-the-group"];

    public RawClient Her { get; private set; } = null!;

    public RawClient Bob { get; private set; } = null!;

    public RawClient Master { get; private set; } = null!;

    public MailHost Mails { get; } = new();

    public string Mailbox { get; } = $"zenobia-mailbox-{Guid.NewGuid():N}@example.test";

    public string AppPassword { get; private set; } = "";

    public string Group { get; private set; } = "";

    public string Id => Her.Account;

    /// <summary>Everything that must not be found where nothing says that it may.</summary>
    public IEnumerable<string> Needles => [Id, Mailbox, .. OwnTexts, .. Written];

    public static async Task<FullLife> LiveAsync(TestServer server)
    {
        var life = new FullLife();
        life.Mails.Start();
        life.Mails.Deliver("zenobia-mail-subject");
        life.Her = await life.JoinAsync(server, "zenobia-id");
        life.Bob = await life.JoinAsync(server, "bob");
        await life.DescribeAsync();
        await life.MeetAsync(server);
        await life.TalkAsync(await life.JoinAsync(server, "eve"));
        await life.BindAsync();
        await life.LinkAsync(server);
        return life;
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(static client => client.Dispose());
        await Mails.DisposeAsync();
    }

    private async Task<RawClient> JoinAsync(TestServer server, string prefix)
    {
        var client = await server.JoinAsync(prefix);
        _clients.Add(client);
        return client;
    }

    private async Task DescribeAsync()
    {
        await Her.OkAsync("profile.set", new
        {
            @as = Id,
            displayName = "Zenobia Displayname",
            email = "zenobia-profile@example.test",
            description = "zenobia-description",
            avatar = "https://example.test/zenobia-avatar",
        });
        await Her.OkAsync("settings.set", new { @as = Id, key = "theme", value = "zenobia-setting" });
        await Her.OkAsync("custom.set", new { @as = Id, key = "pet", value = "zenobia-custom" });
        await Her.OkAsync("presence", new { status = "busy", note = "zenobia-note" });
        AppPassword = (await Her.OkAsync("appPasswords.create", new { @as = Id, name = "zenobia-appname" })).Text("password");
    }

    private async Task MeetAsync(TestServer server)
    {
        await Her.BefriendAsync(Bob);
        await Her.OkAsync("contacts.set", new { @as = Id, account = Bob.Account, remark = "zenobia-remark-on-bob" });
        await Bob.OkAsync("contacts.set", new
        {
            @as = Bob.Account,
            account = Id,
            remark = "zenobia-remark-by-bob",
            labels = (string[])["zenobia-label-by-bob"],
            settings = new { x = "zenobia-settings-by-bob" },
        });
        await Bob.OkAsync("mail.map", new { @as = Bob.Account, address = "zenobia-mapped@example.test", friend = Id });
        var cat = await JoinAsync(server, "cat");
        await Her.BefriendAsync(cat);
        await cat.OkAsync("contacts.set", new { @as = cat.Account, account = Id, remark = "zenobia-remark-by-cat" });
        await Her.OkAsync("contacts.remove", new { @as = Id, account = cat.Account });
        await (await JoinAsync(server, "dan")).OkAsync("contacts.block", new { @as = _clients[^1].Account, account = Id });
        var fay = await JoinAsync(server, "fay");
        await Her.OkAsync("contacts.request", new { @as = Id, account = fay.Account, greeting = "zenobia-greeting" });
    }

    private async Task TalkAsync(RawClient eve)
    {
        await Her.BefriendAsync(eve);
        await Her.MessageAsync(Bob.Account, "zenobia-wrote-to-bob");
        await Bob.MessageAsync(Id, "bob-wrote-to-her");
        await Her.MessagesAsync(Id, 2);
        await Bob.OkAsync("read", new { @as = Bob.Account, peer = Id, upTo = Bob.Durable(Bob.Account).Last(e => e.Is("message") && e.Data.Text("from") == Id).Seq });
        Group = "group:" + (await Her.OkAsync("groups.create", new { @as = Id, name = "the club", members = (string[])[Bob.Account, eve.Account] })).GetProperty("group").Text("id");
        await Her.MessageAsync(Group, "zenobia-wrote-to-the-group");
        await Bob.AnyAsync(e => e.Is("message", Bob.Account) && e.Data.Text("body") == "zenobia-wrote-to-the-group", "the message to the group");
        var alone = "group:" + (await Her.OkAsync("groups.create", new { @as = Id, name = "zenobia-alone-group" })).GetProperty("group").Text("id");
        await Her.MessageAsync(alone, "zenobia-alone-text");
    }

    private async Task BindAsync()
    {
        await Her.OkAsync("mail.bind", new
        {
            @as = Id,
            address = Mailbox,
            imap = new { host = "localhost", port = Mails.ImapPort, security = "none" },
            smtp = new { host = "localhost", port = Mails.SmtpPort, security = "none" },
            auth = new { type = "password", password = "open sesame" },
        });
        await Her.AnyAsync(e => e.Is("mail", Id) && e.Data.Number("unread") == 1, "the mail");
        await Bob.AnyAsync(
            e => e.Is("contact", Bob.Account) && e.Data.GetProperty("contact") is var contact && contact.Has("mailboxes") && contact.GetRawText().Contains(Mailbox, StringComparison.Ordinal),
            "the mailbox in bob's contact");
    }

    /// <summary>A master sees her page, and there is a third in the group.</summary>
    private async Task LinkAsync(TestServer server)
    {
        Master = await JoinAsync(server, "master");
        await Master.LinkAsync("secondary", Id, await server.RegisterAsync("third"));
        await Master.AnyAsync(e => e.Is("page", Id), "her page");
    }
}
