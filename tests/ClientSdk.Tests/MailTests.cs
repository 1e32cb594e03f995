using OrleansIM.Client.Tests.Scripted;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Tests;

public sealed class MailTests
{
    private const string Page = """
        ,"contacts":[{"account":"bob","displayName":"Bob","state":"friend","emails":["b@x.y","m@x.y"],"mapped":["m@x.y"],"mail":{"unread":1,"latest":"old"}}],
        "mailboxes":[{"address":"Ann@b.c","state":"open","unread":3,"badge":{"bob":1},"new":[
        {"uid":7,"from":{"address":"b@x.y","name":"B.","friend":{"account":"bob","name":"Bobby"}},"subject":"old","preview":"see m@x.y","date":"2026-01-02T03:04:05.000Z","unread":true,
        "mentions":[{"address":"m@x.y","friend":{"account":"bob","name":"Bobby"}}]}]},
        {"address":"work@b.c","state":"failed","error":{"code":"mail_unreachable","message":"no"},"retryAt":"2026-01-02T03:04:05.000Z"}]
        """;

    [Fact]
    public async Task Page_Opened_HasItsMailboxes()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Page)]);
        var page = session.Client.Pages["ann"];

        var mailbox = page.Mailboxes["ann@B.C"];
        Assert.Equal(("Ann@b.c", "open", 3, 1), (mailbox.Address, mailbox.State, mailbox.Unread, mailbox.Badge["bob"]));
        var mail = mailbox.New.Single();
        Assert.Equal((7, "b@x.y", "B.", new MailFriend { Account = "bob", Name = "Bobby" }), (mail.Uid, mail.From.Address, mail.From.Name, mail.From.Friend));
        Assert.Equal("m@x.y", mail.Mentions.Single().Address);
        Assert.Equal(("failed", ErrorCodes.MailUnreachable), (page.Mailboxes["work@b.c"].State, page.Mailboxes["work@b.c"].Error?.Code));
        Assert.NotNull(page.Mailboxes["work@b.c"].RetryAt);
        var bob = page.Contacts["bob"];
        Assert.Equal((1, "old"), (bob.Mail?.Unread, bob.Mail?.Latest));
        Assert.Equal(["b@x.y", "m@x.y"], bob.Emails);
        Assert.Equal(["m@x.y"], bob.Mapped);
    }

    [Fact]
    public async Task Events_KeepThePageUpToDate()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Page)]);
        await session.Stream.SendAsync(Mail("work@b.c", 5, 9, "newest", "2026-02-02T03:04:05.000Z"));
        await session.Stream.SendAsync("""{"ev":"channel","account":"ann","data":{"mailbox":"work@b.c","state":"open"}}""");
        await session.Stream.SendAsync("""{"ev":"channel","account":"ann","data":{"mailbox":"third@b.c","state":"opening"}}""");
        await session.Stream.SendAsync("""{"ev":"contact","account":"ann","seq":10,"data":{"contact":{"account":"bob","displayName":"Robert","state":"friend"}}}""");
        Assert.Equal("newest", (await session.Events.NextAsync<MailChanged>()).New.Single().Subject);
        await session.Events.NextAsync<ChannelChanged>();
        await session.Events.NextAsync<ChannelChanged>();
        await session.Events.NextAsync<ContactChanged>();

        var page = session.Client.Pages["ann"];
        Assert.Equal(["ann@b.c", "third@b.c", "work@b.c"], page.Mailboxes.Keys.Select(address => address.ToLowerInvariant()).Order());
        Assert.Equal(("open", null, null, 5), (page.Mailboxes["work@b.c"].State, page.Mailboxes["work@b.c"].Error, page.Mailboxes["work@b.c"].RetryAt, page.Mailboxes["work@b.c"].Unread));
        Assert.Equal(("Robert", 2, "newest"), (page.Contacts["bob"].DisplayName, page.Contacts["bob"].Mail?.Unread, page.Contacts["bob"].Mail?.Latest));

        await session.Stream.SendAsync("""{"ev":"channel","account":"ann","data":{"mailbox":"work@b.c","state":"closed","removed":true}}""");
        Assert.True((await session.Events.NextAsync<ChannelChanged>()).Removed);
        await session.Stream.SendAsync("""{"ev":"mail","account":"ann","data":{"mailbox":"ann@b.c","unread":2,"new":[],"badge":{}}}""");
        await session.Events.NextAsync<MailChanged>();
        page = session.Client.Pages["ann"];
        Assert.False(page.Mailboxes.ContainsKey("work@b.c"));
        Assert.Null(page.Contacts["bob"].Mail);
    }

    [Fact]
    public async Task Resume_TellsWhatOfMailWasMissed()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Page)]);
        session.Stream.Abort();
        var again = await session.Server.ConnectionAsync();
        await again.GreetAsync(ScriptedStream.Page("ann", 9, resumed: true, """
            ,"mailboxes":[{"address":"Ann@b.c","state":"open","unread":4,"badge":{},"new":[]},{"address":"new@b.c","state":"opening"}]
            """));

        Assert.Equal(("work@b.c", true), await NextChannelAsync());
        var mail = await session.Events.SkipToAsync<MailChanged>();
        Assert.Equal(("Ann@b.c", 4), (mail.Mailbox, mail.Unread));
        Assert.Equal(("new@b.c", false), await NextChannelAsync());
        await session.Events.SkipToAsync<Reconnected>();
        again.Abort();

        async Task<(string, bool)> NextChannelAsync()
        {
            var channel = await session.Events.SkipToAsync<ChannelChanged>();
            return (channel.Mailbox, channel.Removed);
        }
    }

    [Fact]
    public async Task Bind_AsksWithEveryFieldAndShowsTheMailbox()
    {
        await using var session = await SignedIn.StartAsync();
        var bind = session.Client.BindMailboxAsync("ann", new MailboxBinding("a@b.c", new MailTokens("at", "ann")
        {
            RefreshToken = "rt",
            TokenEndpoint = new Uri("https://login.b.c/token"),
            ClientId = "id",
            ClientSecret = "cs",
        })
        {
            Imap = new MailServer("imap.b.c", 993),
            Smtp = new MailServer("smtp.b.c", 587, "starttls"),
            CardDav = new Uri("https://dav.b.c"),
        });
        var request = await session.Stream.ReadAsync("mail.bind");
        await session.Stream.OkAsync(request, """{"mailbox":{"address":"a@b.c","state":"opening"}}""");

        Assert.Equal("opening", (await bind.Time("the answer")).State);
        Assert.Equal("opening", session.Client.Pages["ann"].Mailboxes["a@b.c"].State);
        Assert.EndsWith(
            """
            ,"as":"ann","address":"a@b.c","imap":{"host":"imap.b.c","port":993,"security":"tls"},"smtp":{"host":"smtp.b.c","port":587,"security":"starttls"},"carddav":{"url":"https://dav.b.c"},"auth":{"type":"oauth2","user":"ann","accessToken":"at","refreshToken":"rt","tokenEndpoint":"https://login.b.c/token","clientId":"id","clientSecret":"cs"}}
            """,
            request.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_HaveTheFieldsOfTheProtocol()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Page)]);
        var client = session.Client;
        var contacts = client.FindMailContactsAsync("ann", "a@b.c", "bo", 5);
        await AsksAsync(contacts, "mail.contacts", """{"as":"ann","address":"a@b.c","query":"bo","limit":5}""", """{"contacts":[{"address":"b@x.y","friend":{"account":"bob","name":"Bobby"}}]}""");
        Assert.Equal("Bobby", (await contacts).Single().Friend?.Name);
        await AsksAsync(client.MapAddressAsync("ann", "m@x.y", "bob"), "mail.map", """{"as":"ann","address":"m@x.y","friend":"bob"}""");
        await AsksAsync(client.UnmapAddressAsync("ann", "m@x.y"), "mail.unmap", """{"as":"ann","address":"m@x.y"}""");
        var list = client.ListMailsAsync("ann", "a@b.c", unreadOnly: true, limit: 3);
        await AsksAsync(list, "mail.list", """{"as":"ann","address":"a@b.c","unreadOnly":true,"limit":3}""", """{"unread":2,"mails":[{"uid":4,"from":{"address":"b@x.y"},"subject":"s","preview":"","date":"2026-01-02T03:04:05.000Z","unread":true}]}""");
        Assert.Equal((2, 4), ((await list).Unread, (await list).Mails.Single().Uid));
        await AsksAsync(client.BindMailboxAsync("ann", new MailboxBinding("a@b.c", new MailPassword("pw"))), "mail.bind", """{"as":"ann","address":"a@b.c","auth":{"type":"password","password":"pw"}}""", """{"mailbox":{"address":"a@b.c","state":"open"}}""");
        await AsksAsync(client.UnbindMailboxAsync("ann", "ANN@b.c"), "mail.unbind", """{"as":"ann","address":"ANN@b.c"}""");
        Assert.False(client.Pages["ann"].Mailboxes.ContainsKey("ann@b.c"));

        async Task AsksAsync(Task call, string op, string fields, string ok = "{}")
        {
            var request = await session.Stream.ReadAsync(op);
            await session.Stream.OkAsync(request, ok);
            await call.WaitAsync(TimeSpan.FromSeconds(60));
            Assert.EndsWith("," + fields[1..], request.GetRawText(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Send_ConnectionBreaking_IsAskedForAgainUnderTheSameCidUntilItIsKnown()
    {
        await using var session = await SignedIn.StartAsync();
        var send = session.Client.SendMailAsync("ann", new OutgoingMail("a@b.c", "s", "t") { To = ["bob"], ToAddresses = ["x@y.z"], ReplyTo = 7 });
        var first = await session.Stream.ReadAsync("mail.send");
        session.Stream.Abort();
        var again = await session.Server.ConnectionAsync();
        await again.GreetAsync();
        var second = await again.ReadAsync("mail.send");
        Assert.Equal(first.GetRawText(), second.GetRawText());
        await again.RefuseAsync(second, """{"code":"conflict","message":"It is being sent."}""");
        var third = await again.ReadAsync("mail.send");
        await again.OkAsync(third, """{"sent":["bob"],"failed":[{"to":"x@y.z","reason":"mail_refused","detail":"550 no"}]}""");
        var sent = await send.Time("the answer");

        var cid = first.GetProperty("cid").GetString();
        Assert.Equal(cid, third.GetProperty("cid").GetString());
        Assert.EndsWith($$""","as":"ann","address":"a@b.c","to":["bob"],"toAddresses":["x@y.z"],"subject":"s","text":"t","cid":"{{cid}}","replyTo":7}""", first.GetRawText(), StringComparison.Ordinal);
        Assert.Equal((cid, "bob"), (sent.Cid, sent.Sent.Single()));
        Assert.Equal(new FailedRecipient { To = "x@y.z", Reason = ErrorCodes.MailRefused, Detail = "550 no" }, sent.Failed.Single());
        again.Abort();
    }

    [Fact]
    public async Task Send_Refused_IsNotTriedAgain()
    {
        await using var session = await SignedIn.StartAsync();
        var send = session.Client.SendMailAsync("ann", new OutgoingMail("a@b.c", "s", "t") { To = ["bob"], Cid = "mine" });
        await session.Stream.RefuseAsync(await session.Stream.ReadAsync("mail.send"), """{"code":"mail_unreachable","message":"no"}""");

        Assert.Equal(ErrorCodes.MailUnreachable, (await Assert.ThrowsAsync<ImException>(() => send.Time("the refusal"))).Code);
    }

    [Fact]
    public void Secrets_AreNeverPrinted()
    {
        var bindings = new[]
        {
            new MailboxBinding("a@b.c", new MailPassword("hidden-1", "ann")),
            new MailboxBinding("a@b.c", new MailTokens("hidden-2", "ann") { RefreshToken = "hidden-3", ClientSecret = "hidden-4" }),
        };

        Assert.All(bindings, binding => Assert.Contains("ann", binding.ToString(), StringComparison.Ordinal));
        Assert.All(bindings, binding => Assert.DoesNotContain("hidden", binding.ToString(), StringComparison.Ordinal));
    }

    private static string Mail(string mailbox, int unread, int uid, string subject, string date) =>
        $$$"""{"ev":"mail","account":"ann","data":{"mailbox":"{{{mailbox}}}","unread":{{{unread}}},"badge":{"bob":1},"new":[{"uid":{{{uid}}},"from":{"address":"b@x.y","friend":{"account":"bob","name":"Bobby"}},"subject":"{{{subject}}}","preview":"","date":"{{{date}}}","unread":true}]}}""";
}
