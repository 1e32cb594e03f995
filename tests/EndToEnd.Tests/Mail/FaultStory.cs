using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Mail;

/// <summary>An account with a mailbox, a friend, and a mail server that can go wrong.</summary>
internal sealed class FaultStory : IAsyncDisposable
{
    private const string Secret = "open sesame";

    private readonly TestServer _server;
    private int _messages;

    private FaultStory(TestServer server) => _server = server;

    public MailHost Host { get; } = new();

    public RawClient Ann { get; private set; } = null!;

    public RawClient Bob { get; private set; } = null!;

    public string Address { get; } = $"ann{Guid.NewGuid():N}@example.test";

    /// <summary>All is well: the channel is open and shows one mail.</summary>
    public static async Task<FaultStory> BeginAsync(TestServer server, ServerFault fault)
    {
        var story = new FaultStory(server);
        story.Host.Start();
        fault.Prepare(story.Host);
        story.Host.Deliver("Before");
        story.Ann = await server.JoinAsync("ann");
        story.Bob = await server.JoinAsync("bob");
        await story.Ann.BefriendAsync(story.Bob);
        await story.BindAsync(fault);
        await story.OpenAsync();
        await story.MailAsync(1, "Before");
        return story;
    }

    /// <summary>Binds the mailbox, with patience: the server's limits are short, and this machine may be busy.</summary>
    public Task BindAsync(ServerFault fault) => Eventually.TrueAsync(
        async () =>
        {
            var answer = await Ann.AskAsync("mail.bind", new
            {
                @as = Ann.Account,
                address = Address,
                imap = new { host = "localhost", port = Host.ImapPort, security = fault.Security },
                smtp = new { host = "localhost", port = Host.SmtpPort, security = fault.Security },
                auth = new { type = "password", password = Secret },
            });
            Assert.True(answer.Has("ok") || answer.GetProperty("err").Text("code") == "mail_unreachable", answer.ToString());
            return answer.Has("ok");
        },
        "the mailbox to be bound",
        RawClient.Patience);

    /// <summary>The account has no session, and the channel is closed.</summary>
    public async Task LeaveAsync()
    {
        Ann.Dispose();
        await Eventually.TrueAsync(() => Host.Open == 0, "the channel to be closed", RawClient.Patience);
    }

    /// <summary>
    /// Signs in: <c>ready</c> comes after the whole page, which has the friend and what was last known of the mailbox.
    /// </summary>
    public async Task<RawClient> SignInAsync(bool isHealthy = false)
    {
        var client = await _server.SignInAsync(Ann.Account);
        var frames = client.Frames;
        var ready = Array.FindIndex(frames, static frame => frame.Is("ready"));
        Assert.InRange(Array.FindIndex(frames, frame => frame.Is("page", Ann.Account)), 0, ready - 1);
        var page = client.Page(Ann.Account);
        Assert.Equal(Bob.Account, Assert.Single(page.List("contacts")).Text("account"));
        var mailbox = Assert.Single(page.List("mailboxes"));
        Assert.Equal(Address, mailbox.Text("address"));
        Assert.True(mailbox.Number("unread") >= 1, mailbox.ToString());
        Assert.True(isHealthy || mailbox.Text("state") != "open", mailbox.ToString());
        return client;
    }

    public async Task ComeBackAsync() => Ann = await SignInAsync();

    /// <summary>Messages of the session are done and reach the other side, both ways.</summary>
    public async Task TalkAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            await Ann.MessageAsync(Bob.Account, $"mail or not, {i}");
            await Bob.MessageAsync(Ann.Account, $"as always, {i}");
        }

        _messages += 3;
        await Bob.MessagesAsync(Bob.Account, 2 * _messages);
    }

    /// <summary>The next <c>channel</c> event that says that it has failed for this reason; that it was cut may come before.</summary>
    public async Task<JsonElement> FailedAsync(string code)
    {
        var failed = (await Ann.EventAsync(
            e => IsChannel(e, "failed") && e.Data.GetProperty("error").Text("code") == code, $"the channel failed with {code}")).Data;
        var message = failed.GetProperty("error").Text("message");
        Assert.InRange(message.Length, 10, 400);
        Assert.Contains(' ', message);
        Assert.DoesNotContain(message, char.IsControl);
        Assert.DoesNotContain(Secret, message, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", message, StringComparison.Ordinal);
        return failed;
    }

    /// <summary>The next <c>channel</c> event that says that it is open.</summary>
    public Task OpenAsync() => Ann.EventAsync(e => IsChannel(e, "open"), "the channel open");

    /// <summary>What is in the mailbox, once this is it; the newest mail.</summary>
    public async Task<JsonElement> MailAsync(int unread, string subject) => (await Ann.AnyAsync(
        e => e.Is("mail", Ann.Account) && e.Data.Number("unread") == unread && e.Data.List("new") is [var newest, ..] && newest.Text("subject").StartsWith(subject, StringComparison.Ordinal),
        $"{unread} unread mails, the newest {subject}")).Data.List("new")[0];

    public Task<Task<JsonElement>> BeginSendAsync(string cid, params string[] to) => Ann.BeginAsync(
        "mail.send", new { @as = Ann.Account, address = Address, toAddresses = to, subject = "Hello", text = "Some text.", cid });

    public async Task<JsonElement> SendAsync(string cid, params string[] to) => await await BeginSendAsync(cid, to);

    public async ValueTask DisposeAsync()
    {
        Ann.Dispose();
        Bob.Dispose();
        await Host.DisposeAsync();
    }

    private bool IsChannel(Received e, string state) =>
        e.Is("channel", Ann.Account) && e.Data.Text("mailbox") == Address && e.Data.Text("state") == state;
}
