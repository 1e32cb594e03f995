using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>Messages of the service: they arrive like all others, are told apart from them, and nobody else can send one.</summary>
public sealed class ServiceMessageTests(AdminServer world) : IClassFixture<AdminServer>
{
    private const string Service = "@service";

    private readonly TestServer _server = world.Server;

    [Fact]
    public async Task Message_ToSomeoneOnlineAndSomeoneAway_ReachesBothAndIsUnreadUntilRead()
    {
        var secret = await SecretAsync();
        var (online, away) = (await _server.RegisterAsync("online"), await _server.RegisterAsync("away"));
        await using var ann = await _server.SdkAsync(online);
        await using var phone = await _server.SdkAsync(online, device: "phone");

        var answer = (await SendAsync(secret, "1", "Maintenance at noon.", online, away)).Expect(200);

        Assert.Equal([online, away], answer.Each("sent", "account"));
        Assert.Empty(answer.List("failed"));
        foreach (var device in new[] { ann, phone })
        {
            await device.ShowsAsync(online, page => page.Unread.GetValueOrDefault(Service) == 1, "the message");
        }

        await _server.RestartAsync();
        await using var late = await _server.SdkAsync(away);
        var message = Assert.IsType<MessageReceived>(Assert.Single(late.Pages[away].Recent));
        Assert.Equal((Service, away, "Maintenance at noon.", Service, true, false), (message.From, message.To, message.Body, message.Peer, message.IsFromService, message.IsOwn));
        Assert.Equal(answer.List("sent")[1].Text("id"), message.Id);
        Assert.Null(message.Cid);
        Assert.Equal(1, late.Pages[away].Unread[Service]);
        Assert.Equal([message.Id], (await late.HistoryAsync(away, Service)).Events.Cast<MessageReceived>().Select(e => e.Id));
        await late.MarkReadAsync(away, Service, message.Seq!.Value);
        await late.ShowsAsync(away, page => !page.Unread.ContainsKey(Service), "it to be read");
        await ann.ShowsAsync(online, page => page.Unread.GetValueOrDefault(Service) == 1, "the other's to be unread still");
    }

    [Fact]
    public async Task Message_OfTheSameCid_IsStoredOnceAndAnsweredAlike()
    {
        var (secret, other) = (await SecretAsync(), await SecretAsync());
        using var ann = await _server.JoinAsync("ann");

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => SendAsync(secret, "again", $"Hello {number}", ann.Account)));
        var later = (await SendAsync(secret, "again", "Something else", ann.Account)).Expect(200);
        await _server.RestartAsync();
        var afterwards = (await SendAsync(secret, "again", "Something else", ann.Account)).Expect(200);

        var sent = answers.Select(answer => answer.Expect(200).List("sent").Single().ToString()).Append(later.List("sent").Single().ToString()).Append(afterwards.List("sent").Single().ToString());
        Assert.Single(sent.Distinct());
        // The cid is the credential's own.
        Assert.NotEqual(later.List("sent")[0].Text("id"), (await SendAsync(other, "again", "Hello", ann.Account)).Expect(200).List("sent")[0].Text("id"));
        using var reader = await _server.SignInAsync(ann.Account);
        Assert.Equal(2, (await reader.LogAsync(ann.Account, Service)).Length);
    }

    [Fact]
    public async Task Message_ToSeveral_SaysWhoDidNotGetItAndWhy()
    {
        var secret = await SecretAsync();
        var (ann, off) = (await _server.RegisterAsync("ann"), await _server.RegisterAsync("off"));
        await _server.DisableAsync(off);

        var answer = (await SendAsync(secret, "1", "Hello", ann, "nobody-of-that-name", off, ann)).Expect(200);

        Assert.Equal([ann], answer.Each("sent", "account"));
        Assert.Equal([("nobody-of-that-name", "unknown_account"), (off, "disabled")], answer.List("failed").Select(failed => (failed.Text("account"), failed.Text("reason"))));
    }

    [Fact]
    public async Task Message_WithoutARightToIt_IsStoredForNobody()
    {
        using var ann = await _server.JoinAsync("ann");
        var mine = await _server.JoinAsync("game.ann");
        var secrets = (Scope: await SecretAsync(scopes: "accounts.create"), Bound: await SecretAsync(prefix: "game."), Good: await SecretAsync());

        Assert.Equal((403, "forbidden"), StatusOf(await SendAsync(secrets.Scope, "1", "Hello", ann.Account)));
        // One account outside the prefix, and none gets it.
        Assert.Equal((403, "forbidden"), StatusOf(await SendAsync(secrets.Bound, "1", "Hello", mine.Account, ann.Account)));
        Assert.Equal((401, "unauthenticated"), StatusOf(await SendAsync(secrets.Good + "0", "1", "Hello", ann.Account)));
        Assert.Equal((401, "unauthenticated"), StatusOf(await SendAsync(ann.Token, "1", "Hello", ann.Account)));
        Assert.Equal((422, "invalid_argument"), StatusOf(await SendAsync(secrets.Good, "1", "Hello", [.. Enumerable.Range(0, 101).Select(number => $"user{number}")])));
        Assert.Equal((422, "invalid_argument"), StatusOf(await SendAsync(secrets.Good, "1", "Hello")));
        Assert.Equal((422, "invalid_argument"), StatusOf(await SendAsync(secrets.Good, new string('x', 65), "Hello", ann.Account)));
        Assert.Equal((422, "invalid_argument"), StatusOf(await SendAsync(secrets.Good, "1", "", ann.Account)));
        Assert.Equal((413, "too_large"), StatusOf(await SendAsync(secrets.Good, "1", new string('x', 20_000), ann.Account)));

        await ann.SettleAsync();
        await mine.SettleAsync();
        Assert.Empty(ann.Durable(ann.Account));
        Assert.Empty(mine.Durable(mine.Account));
    }

    [Fact]
    public async Task Sender_OfAUser_CannotBeTheServiceNorTheOtherWayRound()
    {
        var secret = await SecretAsync();
        using var ann = await _server.JoinAsync("ann");
        using var bob = await _server.JoinAsync("bob");
        await ann.BefriendAsync(bob);
        // Nobody registers as the service, writes to it, or as it.
        Assert.Equal("invalid_argument", (await Api.PostAsync(_server.Address, "v1/accounts", new { account = Service, password = TestServer.Password })).Code);
        Assert.Equal("invalid_argument", (await Api.PostAsync(_server.Address, "v1/service/accounts", new { account = Service }, secret)).Code);
        Assert.Equal("invalid_argument", await ann.RefusalAsync("send", new { @as = ann.Account, to = Service, body = "x", cid = "1" }));
        Assert.Equal("invalid_argument", await ann.RefusalAsync("send", new { @as = Service, to = bob.Account, body = "x", cid = "2" }));
        Assert.Equal("invalid_argument", await ann.RefusalAsync("typing", new { @as = ann.Account, to = Service, on = true }));
        Assert.Equal("invalid_argument", await ann.RefusalAsync("contacts.request", new { @as = ann.Account, account = Service }));
        // Nor does a message become one by what it claims.
        await ann.OkAsync("send", new { @as = ann.Account, to = bob.Account, body = "x", cid = "3", from = Service, kind = "system" });
        var heard = await bob.EventAsync("message", bob.Account);
        Assert.Equal(ann.Account, heard.Data.Text("from"));

        // And what the service claims is not heard: it is from the service.
        (await Api.PostAsync(_server.Address, "v1/service/messages", new { to = new[] { bob.Account }, body = "y", cid = "1", from = ann.Account, @as = ann.Account }, secret)).Expect(200);
        var notice = await bob.EventAsync(e => e.Is("message", bob.Account) && e.Data.Text("body") == "y", "the message of the service");
        Assert.Equal((Service, bob.Account), (notice.Data.Text("from"), notice.Data.Text("to")));
        await ann.SettleAsync();
        Assert.DoesNotContain("y", ann.Bodies(ann.Account));
    }

    private static (int Status, string Code) StatusOf(ApiAnswer answer) => (answer.Status, answer.Code);

    private async Task<string> SecretAsync(string? prefix = null, string scopes = "messages.system accounts.create") =>
        (await world.PostAsync("v1/credentials", new { name = "test", scopes = scopes.Split(' '), prefix, callsPerMinute = 100_000 })).Expect(201).Text("secret");

    private Task<ApiAnswer> SendAsync(string secret, string cid, string body, params string[] to) =>
        Api.PostAsync(_server.Address, "v1/service/messages", new { to, body, cid }, secret);
}
