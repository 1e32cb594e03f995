using OrleansIM.EndToEnd.Tests.Mail;
using OrleansIM.EndToEnd.Tests.Process;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>Mission P8: what an operator can look at and do.</summary>
public sealed class AdminTests(AdminServer world) : IClassFixture<AdminServer>
{
    private const string Missing = "which is not there";

    private readonly TestServer _server = world.Server;

    [Fact]
    public async Task Account_LinkedAndSignedIn_IsDescribed()
    {
        var linked = await _server.RegisterAsync("linked");
        using var ann = await _server.JoinAsync("ann");
        await ann.LinkAsync("secondary", linked);

        var answer = (await world.GetAsync($"v1/accounts/{ann.Account}")).Expect(200);

        Assert.Equal(ann.Account, answer.Text("account"));
        Assert.False(answer.GetProperty("disabled").GetBoolean());
        Assert.Equal(1, answer.Number("sessions"));
        Assert.Equal("master", answer.Text("role"));
        Assert.Contains(linked, answer.Each("linked", "account"));
        Assert.Equal("unknown_account", (await world.GetAsync("v1/accounts/nobody-of-that-name")).Code);
        Assert.Equal("invalid_argument", (await world.GetAsync("v1/accounts/No Id!")).Code);
    }

    [Fact]
    public async Task Accounts_OfAPrefix_AreListedPartByPartWithoutDeletedOnes()
    {
        const string Prefix = "listed.";
        foreach (var account in (string[])["listed.c", "listed.a", "listed.d", "listed.b"])
        {
            (await Api.PostAsync(_server.Address, "v1/accounts", new { account, password = TestServer.Password })).Expect(201);
        }

        Assert.Equal(204, (await world.PostAsync("v1/accounts/listed.c/disable")).Status);
        using (var gone = await _server.SignInAsync("listed.b"))
        {
            (await Api.PostAsync(_server.Address, "v1/account/delete", new { password = TestServer.Password }, gone.Token)).Expect(204);
        }

        var first = (await world.GetAsync($"v1/accounts?prefix={Prefix.ToUpperInvariant()}&limit=3")).Expect(200);
        Assert.Equal(["listed.a", "listed.c"], first.Each("accounts", "account"));
        Assert.Equal([false, true], first.List("accounts").Select(static account => account.GetProperty("disabled").GetBoolean()));
        Assert.All(first.List("accounts"), static account => Assert.InRange(DateTimeOffset.Parse(account.Text("createdAt"), null), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1)));
        Assert.Equal("listed.c", first.Text("next"));

        var second = (await world.GetAsync($"v1/accounts?prefix={Prefix}&limit=3&after={first.Text("next")}")).Expect(200);
        Assert.Equal(["listed.d"], second.Each("accounts", "account"));
        Assert.False(second.Has("next"));
        Assert.Contains("listed.a", (await world.GetAsync("v1/accounts?limit=1000")).Expect(200).Each("accounts", "account"));
    }

    [Theory]
    [InlineData("prefix=No%20Id", "prefix: what account ids can begin with.")]
    [InlineData("after=.a", "after: an account id, or what one can begin with.")]
    [InlineData("limit=0", "limit: a number from 1 to 1000.")]
    [InlineData("limit=1001", "limit: a number from 1 to 1000.")]
    [InlineData("limit=many", "limit: a number from 1 to 1000.")]
    [InlineData("perfix=a", "perfix: there is no such field. There are prefix, after, limit.")]
    public async Task Accounts_AskedForWrongly_SaysWhat(string query, string message)
    {
        var answer = await world.GetAsync("v1/accounts?" + query);

        Assert.Equal((422, "invalid_argument"), (answer.Status, answer.Code));
        Assert.Equal(message, JsonElement.Parse(answer.Body).GetProperty("error").Text("message"));
    }

    [Fact]
    public async Task Account_DisabledAndEnabled_LosesItsSessionsAndComesBack()
    {
        using var ann = await _server.JoinAsync("ann");

        Assert.Equal(204, (await world.PostAsync($"v1/accounts/{ann.Account}/disable")).Status);

        await ann.ByeAsync(4004);
        Assert.Equal("bad_credentials", (await Api.PostAsync(_server.Address, "v1/login", new { login = ann.Account, password = TestServer.Password })).Code);
        Assert.True((await world.GetAsync($"v1/accounts/{ann.Account}")).Expect(200).GetProperty("disabled").GetBoolean());
        Assert.Equal(204, (await world.PostAsync($"v1/accounts/{ann.Account}/enable")).Status);
        using var back = await _server.SignInAsync(ann.Account);
        Assert.Equal(
            ["account.registered ok", "signin ok", "session.opened ok", "account.disabled ok", "admin.call ok", "signin disabled", "admin.call ok", "account.enabled ok", "admin.call ok", "signin ok", "session.opened ok"],
            world.AuditOf(ann.Account));
    }

    [Fact]
    public async Task Sessions_OfAnAccount_AreListedAndSignedOutOneOrAll()
    {
        using var phone = await _server.JoinAsync("ann");
        using var desk = await _server.SignInAsync(phone.Account, device: "desk");
        using var master = await _server.JoinAsync("master");
        await master.LinkAsync("secondary", phone.Account);
        await master.AnyAsync(e => e.Is("page", phone.Account), "the linked page");

        var sessions = (await world.GetAsync($"v1/accounts/{phone.Account}/sessions")).Expect(200).List("sessions");

        Assert.Equal([phone.Session, desk.Session, master.Session], sessions.Select(session => session.Text("session")));
        Assert.Equal([phone.Account, phone.Account, master.Account], sessions.Select(session => session.Text("signedInAs")));
        Assert.Equal("desk", sessions[1].Text("device"));
        Assert.Equal("forbidden", (await world.DeleteAsync($"v1/accounts/{phone.Account}/sessions/{master.Session}")).Code);
        Assert.Equal(204, (await world.DeleteAsync($"v1/accounts/{phone.Account}/sessions/{desk.Session}")).Status);
        await desk.ByeAsync(4004);
        await phone.SettleAsync();
        var gone = await world.DeleteAsync($"v1/accounts/{phone.Account}/sessions/{desk.Session}");
        Assert.Equal((404, "invalid_argument"), (gone.Status, gone.Code));

        Assert.Equal(204, (await world.DeleteAsync($"v1/accounts/{phone.Account}/sessions")).Status);
        await phone.ByeAsync(4004);
        using var late = await RawClient.OpenAsync(_server.Address);
        Assert.Equal("unauthenticated", await late.RefusalAsync("hello", new { token = phone.Token }));
    }

    [Fact]
    public async Task Mailboxes_OfAnAccount_ShowTheirChannelsAndWhatIsWrong()
    {
        await using var story = await FaultStory.BeginAsync(_server, ServerFault.None);
        var path = $"v1/accounts/{story.Ann.Account}/mailboxes";
        var mailbox = Assert.Single((await world.GetAsync(path)).Expect(200).List("mailboxes"));
        Assert.Equal((story.Address, "open"), (mailbox.Text("address"), mailbox.Text("channel")));

        await story.Host.StopAsync();
        await story.FailedAsync("mail_unreachable");

        var failed = Assert.Single((await world.GetAsync(path)).Expect(200).List("mailboxes"));
        Assert.Contains(failed.Text("channel"), (string[])["failed", "opening"]);
    }

    [Fact]
    public async Task Members_OfAServerByItself_AreItselfAlone()
    {
        var member = Assert.Single((await world.GetAsync("v1/members")).Expect(200).List("members"));

        Assert.Equal((System.Net.Dns.GetHostName(), "active"), (member.Text("name"), member.Text("status")));
        Assert.False(member.Has("address"), "Nobody can connect to a process that is alone.");
        Assert.True(member.GetProperty("self").GetBoolean());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("another secret of nobody, long enough")]
    [InlineData(AdminServer.Secret + "x")]
    public async Task Call_WithoutTheSecret_IsRefusedAndDoesNothing(string? secret)
    {
        var account = await _server.RegisterAsync("ann");

        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, $"v1/accounts/{account}"), (HttpMethod.Post, $"v1/accounts/{account}/disable"), (HttpMethod.Get, $"v1/accounts/{account}/sessions"),
            (HttpMethod.Delete, $"v1/accounts/{account}/sessions"), (HttpMethod.Get, $"v1/accounts/{account}/mailboxes"), (HttpMethod.Get, "v1/members"),
            (HttpMethod.Get, "v1/drain"), (HttpMethod.Post, "v1/drain"), (HttpMethod.Get, "nowhere"),
        })
        {
            Assert.Equal("unauthenticated", (await world.SendAsync(method, path, secret)).Code);
        }

        await _server.LogInAsync(account);
        Assert.DoesNotContain(world.AuditOf(account), line => line.StartsWith("admin", StringComparison.Ordinal));
        Assert.Contains("admin.refused", world.ReadAudit(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v1/invites", "lifetimeSecond: is no field of this call, which has uses, lifetimeSeconds, note.", "{\"uses\":1,\"lifetimeSecond\":60}")]
    [InlineData("v1/invites", "Uses: ", "{\"Uses\":5}")]
    [InlineData("v1/credentials", "scope: ", "{\"name\":\"x\",\"scopes\":[\"invites\"],\"scope\":1}")]
    [InlineData("v1/credentials/0123456789abcdef/rotate", "overlap: ", "{\"overlap\":0}")]
    [InlineData("v1/keys/retire", "force: is no field of this call, which has none.", "{\"force\":true}")]
    [InlineData("v1/accounts/ann/enable", "reason: ", "{\"reason\":\"why not\"}")]
    public async Task Body_WithAFieldThatNobodyReads_IsRefusedByName(string path, string fault, string body)
    {
        using var content = new StringContent(body);

        var refused = await Api.SendAsync(world.Admin, HttpMethod.Post, path, content, AdminServer.Secret);

        Assert.Equal((422, "invalid_argument"), (refused.Status, refused.Code));
        Assert.Contains(fault, refused.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "v1/accounts/ann", "GET")]
    [InlineData("GET", "v1/accounts/ann/disable", "POST")]
    [InlineData("POST", "v1/accounts/ann/sessions", "GET, DELETE")]
    [InlineData("DELETE", "v1/drain", "GET, POST")]
    [InlineData("POST", "v1/members", "GET")]
    public async Task Call_ByAnotherMethod_IsToldThoseThatThereAre(string method, string path, string allowed)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(world.Admin, path));
        request.Headers.Authorization = new("Bearer", AdminServer.Secret);

        using var answer = await http.SendAsync(request);

        Assert.Equal((405, allowed), ((int)answer.StatusCode, string.Join(", ", answer.Content.Headers.Allow)));
        Assert.Contains("\"error\":{\"code\":\"unknown_op\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_OfAPathThatIsNone_IsUnmatchedInTheAuditLog()
    {
        Assert.Equal(404, (await world.GetAsync("v1/what-nobody-has")).Status);

        var audit = world.ReadAudit();
        Assert.Contains("\"GET unmatched\"", audit, StringComparison.Ordinal);
        Assert.DoesNotContain("{**path}", audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateway_AskedForTheAdminApi_HasNoSuchPath()
    {
        foreach (var path in (string[])["v1/members", "v1/drain", "v1/accounts/ann"])
        {
            using var http = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Address, path));
            request.Headers.Authorization = new("Bearer", AdminServer.Secret);
            request.Headers.Host = world.Admin.Authority;
            using var answer = await http.SendAsync(request);
            Assert.Contains((int)answer.StatusCode, (int[])[404, 405]);
        }
    }

    [Fact]
    public async Task Dashboard_UnlessItIsAskedFor_IsNotThere()
    {
        foreach (var path in (string[])["dashboard", "dashboard/", "dashboard/DashboardCounters", "dashboard/Trace"])
        {
            Assert.Equal(404, (await world.GetAsync(path)).Status);
            Assert.Equal(401, (await world.SendAsync(HttpMethod.Get, path, null)).Status);
        }
    }

    [Theory]
    [InlineData("is on the command line", "--Admin:Url=http://127.0.0.1:0", "--Admin:Secret=0123456789012345678901234567890123456789")]
    [InlineData("The secret of the admin API is missing.", "--Admin:Url=http://127.0.0.1:0")]
    [InlineData(Missing, "--Admin:Url=http://127.0.0.1:0", "--Admin:SecretFile=/nowhere/at/all")]
    [InlineData("Admin:Url is 'ftp://x'", "--Admin:Url=ftp://x")]
    [InlineData("Admin:Dashboard is on, and is a part of the admin API", "--Admin:Dashboard=true")]
    [InlineData("Admin:Dashboard", "--Admin:Url=http://127.0.0.1:0", "--Admin:Dashboard=maybe")]
    [InlineData("Telemetry:MetricsUrl is 'here'", "--Telemetry:MetricsUrl=here")]
    [InlineData("Telemetry:TraceShare is 2", "--Telemetry:TraceShare=2")]
    [InlineData("Telemetry:OtlpProtocol is 'morse'", "--Telemetry:OtlpProtocol=morse")]
    [InlineData("Logs:AuditFil is no setting", "--Logs:AuditFil=x")]
    public async Task Settings_ThatAreWrong_AreNamedAtStart(string fault, params string[] settings)
    {
        using var data = new TempDirectory();
        await using var server = ChildServer.Launch([ChildServer.DataDirectory(data.Path), .. settings]);

        Assert.Equal(1, await server.ExitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains(fault, server.Errors, StringComparison.Ordinal);
        Assert.True(fault != Missing || server.Errors.Trim().Split('\n').Length == 1, server.Errors);
        Assert.DoesNotContain("0123456789", server.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Errors, StringComparison.Ordinal);
    }
}
