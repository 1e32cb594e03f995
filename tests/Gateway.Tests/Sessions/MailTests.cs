using System.Text;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Links;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Tests.Sessions;

/// <summary>Mailboxes in a session: their pages, and requests whose mail server takes its time.</summary>
public sealed class MailTests : IAsyncLifetime
{
    private const string List = """{"id":1,"op":"mail.list","as":"ann","address":"a@b.c"}""";

    private GatewayHost _host = null!;
    private FakeAccount _ann = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(options => (options.MaxRequestsInFlight, options.MaxMailRequestsInFlight) = (8, 3), new ManualTime());
        _ann = _host.World.Add("ann");
        _host.World.Add("bob");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Page_ShowsMailboxesAndTheBadgesOfFriends()
    {
        _ann.Mailboxes =
        [
            new Mailbox { Address = "ann@example.test", Channel = new ChannelState { Status = ChannelStatus.Open }, News = News(2, FakeAccount.Mail(9, friend: new FriendName { Account = "bob", Name = "Bobby" }) with { Mentions = [new MailParty { Address = "bob@example.test", Friend = new FriendName { Account = "bob", Name = "Bobby" } }] }) },
            new Mailbox { Address = "old@example.test", Channel = new ChannelState { Status = ChannelStatus.Failed, Error = new Refusal(ErrorCodes.MailUnreachable, "Nobody there."), RetryAt = DateTimeOffset.UnixEpoch } },
        ];
        _ann.Contacts["bob"] = new Contacts.Contact
        {
            Account = "bob",
            DisplayName = "Bob",
            State = Contacts.ContactState.Friend,
            Email = "Bob@example.test",
            Mailboxes = ["bob@example.test", "b@work.test"],
            Mapped = ["old@example.test"],
            Mail = new Contacts.ContactMail { Unread = 1, Latest = "subject 9" },
        };
        var page = (await (await _host.SignInAsync("ann")).FirstEventAsync("page", "ann")).GetProperty("data");

        const string Friend = """{"account":"bob","name":"Bobby"}""";
        Assert.Equal(
            $$$"""[{"address":"ann@example.test","state":"open","unread":2,"new":[{"uid":9,"from":{"address":"bob@example.test","name":"Bob B.","friend":{{{Friend}}}}"""
            + $$$""","subject":"subject 9","preview":"…","date":"1970-01-01T00:00:00.000Z","unread":true,"mentions":[{"address":"bob@example.test","friend":{{{Friend}}}}]}],"badge":{"bob":1}},"""
            + """{"address":"old@example.test","state":"failed","error":{"code":"mail_unreachable","message":"Nobody there."},"retryAt":"1970-01-01T00:00:00.000Z"}]""",
            page.GetProperty("mailboxes").GetRawText());
        Assert.Equal(
            """[{"account":"bob","displayName":"Bob","state":"friend","emails":["Bob@example.test","b@work.test","old@example.test"],"email":"Bob@example.test","mailboxes":"""
            + """["bob@example.test","b@work.test"],"mapped":["old@example.test"],"mail":{"unread":1,"latest":"subject 9"}}]""",
            page.GetProperty("contacts").GetRawText());
    }

    [Fact]
    public async Task Signals_OfAMailbox_TravelAsTheAccountWroteThem()
    {
        var client = await _host.SignInAsync("ann");

        _ann.Signal("channel", Encoding.UTF8.GetString(MailboxJson.ChannelData("a@b.c", new ChannelState { Status = ChannelStatus.Opening })));
        _ann.Signal("mail", Encoding.UTF8.GetString(MailboxJson.MailData("a@b.c", News(3, FakeAccount.Mail(7)))));
        _ann.Signal("channel", Encoding.UTF8.GetString(MailboxJson.UnboundData("a@b.c")));

        Assert.Equal("""{"mailbox":"a@b.c","state":"opening"}""", (await client.EventAsync("channel", "ann")).GetProperty("data").GetRawText());
        var mail = (await client.EventAsync("mail", "ann")).GetProperty("data");
        Assert.Equal(("a@b.c", 3, 7, 1), (mail.GetProperty("mailbox").GetString(), mail.GetProperty("unread").GetInt32(), mail.GetProperty("new")[0].GetProperty("uid").GetInt32(), mail.GetProperty("badge").GetProperty("bob").GetInt32()));
        Assert.Equal("""{"mailbox":"a@b.c","state":"closed","removed":true}""", (await client.EventAsync("channel", "ann")).GetProperty("data").GetRawText());
    }

    [Theory]
    [InlineData(List, "ListMails")]
    [InlineData("""{"id":1,"op":"mail.send","as":"ann","address":"a@b.c","to":["bob"],"subject":"s","text":"t","cid":"1"}""", "SendMail")]
    [InlineData("""{"id":1,"op":"mail.bind","as":"ann","address":"a@b.c","auth":{"type":"password","password":"p"}}""", "BindMailbox")]
    [InlineData("""{"id":1,"op":"mail.contacts","as":"ann","address":"a@b.c"}""", "FindMailContacts")]
    public async Task MailServer_TakingItsTime_HoldsUpNothingOfTheAccount(string request, string method)
    {
        var client = await _host.SignInAsync("ann");
        var gate = _ann.Close(method);
        await client.SendAsync(request);
        await gate.Reached;

        await client.OkAsync("""{"id":2,"op":"send","as":"ann","to":"bob","body":"x","cid":"1"}""");
        await client.EventAsync("message", "ann");

        // Nor while the account is opened again, where the requests of the line that are under way are waited for. The
        // clock of this gateway stands: a wait for the mail server would never end.
        _ann.Forget();
        await client.OkAsync("""{"id":3,"op":"send","as":"ann","to":"bob","body":"x","cid":"2"}""");
        Assert.DoesNotContain(client.Frames, frame => frame.TryGetProperty("re", out var re) && re.GetRawText() == "1");

        gate.Open();
        Assert.True((await client.AnswerAsync("1")).TryGetProperty("ok", out _));
    }

    [Fact]
    public async Task Requests_AboutMailAndOthers_ReachTheAccountInTheOrderTheyWereSent()
    {
        var client = await _host.SignInAsync("ann");
        var before = _host.World.Calls.Count;
        await client.SendAsync("""{"id":1,"op":"mail.map","as":"ann","address":"x@y.z","friend":"bob"}""");
        await client.SendAsync("""{"id":2,"op":"typing","as":"ann","to":"bob","on":true}""");
        await client.SendAsync("""{"id":3,"op":"mail.list","as":"ann","address":"a@b.c"}""");
        await client.AskAsync("""{"id":4,"op":"typing","as":"ann","to":"bob","on":true}""");

        Assert.Equal(["ann.MapAddress", "ann.SetTyping", "ann.ListMails", "ann.SetTyping"], _host.World.Calls.Skip(before));
    }

    [Fact]
    public async Task MailServer_Silent_LeavesRoomForOtherRequests()
    {
        var client = await _host.SignInAsync("ann");
        var gate = _ann.Close("ListMails");
        for (var id = 1; id <= 3; id++)
        {
            await client.SendAsync($$"""{"id":{{id}},"op":"mail.list","as":"ann","address":"a@b.c"}""");
        }

        for (var id = 4; id <= 20; id++)
        {
            Assert.Equal(ErrorCodes.SlowDown, await client.RefusalAsync($$"""{"id":{{id}},"op":"mail.list","as":"ann","address":"a@b.c"}"""));
        }

        await client.OkAsync("""{"id":21,"op":"send","as":"ann","to":"bob","body":"x","cid":"1"}""");
        gate.Open();
        await client.AnswerAsync("3");
        await client.OkAsync("""{"id":22,"op":"mail.list","as":"ann","address":"a@b.c"}""");
    }

    [Fact]
    public async Task Stream_Ending_EndsWhatIsAskedAndLetsAMailBeSent()
    {
        var client = await _host.SignInAsync("ann");
        var (list, send) = (_ann.Close("ListMails"), _ann.Close("SendMail"));
        await client.SendAsync(List);
        await list.Reached;
        var givenUp = new TaskCompletionSource();
        using var listing = _ann.MailCancellation.Register(givenUp.SetResult);
        await client.SendAsync("""{"id":2,"op":"mail.send","as":"ann","address":"a@b.c","to":["bob"],"subject":"s","text":"t","cid":"1"}""");
        await send.Reached;
        var sending = _ann.MailCancellation;

        client.Dispose();

        await givenUp.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(sending.CanBeCanceled);
        send.Open();
    }

    [Fact]
    public async Task Account_ThatForgotTheSession_IsOpenedAgainAndAskedOnceMore()
    {
        var client = await _host.SignInAsync("ann");
        _ann.Forget();

        await client.OkAsync(List);

        Assert.Equal(1, client.Count("page"));
    }

    [Fact]
    public async Task Account_OpenedAgain_TellsItsMailboxesAnew()
    {
        _ann.Mailboxes = [Box("a@b.c", ChannelStatus.Opening), Box("old@b.c", ChannelStatus.Open)];
        var client = await _host.SignInAsync("ann");
        _ann.Mailboxes = [Box("a@b.c", ChannelStatus.Open) with { News = News(4, FakeAccount.Mail(5)) }, Box("new@b.c", ChannelStatus.Closed)];

        _ann.End(SessionEnd.Restarted);

        Assert.Equal("""{"mailbox":"old@b.c","state":"closed","removed":true}""", (await client.EventAsync("channel", "ann")).GetProperty("data").GetRawText());
        Assert.Equal("""{"mailbox":"a@b.c","state":"open"}""", (await client.EventAsync("channel", "ann")).GetProperty("data").GetRawText());
        Assert.Equal(4, (await client.EventAsync("mail", "ann")).GetProperty("data").GetProperty("unread").GetInt32());
        Assert.Equal("""{"mailbox":"new@b.c","state":"closed"}""", (await client.EventAsync("channel", "ann")).GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Answer_OfAnAccountThatHasLeft_IsForbidden()
    {
        _host.World.Add("ben");
        _host.World.Link("g", ("ann", LinkRole.Master), ("ben", LinkRole.Secondary));
        var client = await _host.SignInAsync("ann");
        var gate = _host.World["ben"].Close("ListMails");
        await client.SendAsync("""{"id":1,"op":"mail.list","as":"ben","address":"a@b.c"}""");
        await gate.Reached;

        _host.World["ben"].End(SessionEnd.Unlinked);
        await client.EventAsync("pageGone", "ben");
        gate.Open();

        Assert.Equal(ErrorCodes.Forbidden, (await client.AnswerAsync("1")).GetProperty("err").GetProperty("code").GetString());
    }

    private static Mailbox Box(string address, ChannelStatus status) => new() { Address = address, Channel = new ChannelState { Status = status } };

    private static MailboxNews News(int unread, params MailSummary[] mails) =>
        new() { Unread = unread, New = mails, Badge = new Dictionary<string, int> { ["bob"] = 1 } };
}
