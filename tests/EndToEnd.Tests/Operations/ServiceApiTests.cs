using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>An app's own servers, over HTTP, with credentials that an operator gives them.</summary>
public sealed class ServiceApiTests(AdminServer world) : IClassFixture<AdminServer>
{
    private static readonly string[] s_all =
        ["accounts.create", "accounts.read", "accounts.disable", "accounts.delete", "accounts.password", "sessions.end", "messages.system", "invites"];

    private readonly TestServer _server = world.Server;

    [Fact]
    public async Task Account_FromItsBeginningToItsEnd_IsTheAppServersAffair()
    {
        var secret = await SecretAsync(prefix: "game.");
        var account = TestServer.NewName("game.ann");
        Assert.Equal(account, (await CallAsync(secret, "accounts", new { account, displayName = "Ann" })).Expect(201).Text("account"));
        Assert.Equal("account_taken", (await CallAsync(secret, "accounts", new { account })).Code);
        Assert.Equal(401, (await Api.PostAsync(_server.Address, "v1/login", new { login = account, password = TestServer.Password })).Status);
        Assert.Equal(204, (await CallAsync(secret, $"accounts/{account}/password", new { password = TestServer.Password })).Status);
        using var phone = await _server.SignInAsync(account, device: "phone");
        using var desk = await _server.SignInAsync(account, device: "desk");

        Assert.Equal(2, (await SendAsync(HttpMethod.Get, secret, $"accounts/{account}")).Expect(200).Number("sessions"));
        var sessions = (await SendAsync(HttpMethod.Get, secret, $"accounts/{account}/sessions")).Expect(200).List("sessions");
        Assert.Equal(["phone", "desk"], sessions.Select(session => session.Text("device")));
        Assert.Equal(204, (await SendAsync(HttpMethod.Delete, secret, $"accounts/{account}/sessions/{desk.Session}")).Status);
        await desk.ByeAsync(4004);
        await phone.SettleAsync();
        Assert.Equal(204, (await SendAsync(HttpMethod.Delete, secret, $"accounts/{account}/sessions")).Status);
        await phone.ByeAsync(4004);

        Assert.Equal(204, (await SendAsync(HttpMethod.Post, secret, $"accounts/{account}/disable")).Status);
        Assert.Equal(401, (await Api.PostAsync(_server.Address, "v1/login", new { login = account, password = TestServer.Password })).Status);
        Assert.Equal(204, (await SendAsync(HttpMethod.Post, secret, $"accounts/{account}/enable")).Status);
        using var last = await _server.SignInAsync(account);
        Assert.Equal(204, (await SendAsync(HttpMethod.Delete, secret, $"accounts/{account}")).Status);
        await last.ByeAsync(4004);
        Assert.Equal("unknown_account", (await SendAsync(HttpMethod.Get, secret, $"accounts/{account}")).Code);

        var audit = world.AuditOf(account);
        Assert.Equal(2, audit.Count(line => line == "password.changed ok" || line == "account.deleted ok"));
        Assert.Equal(10, audit.Count(line => line.StartsWith("service.call", StringComparison.Ordinal)));
        Assert.DoesNotContain(secret[21..], world.ReadAudit(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credential_ListedRotatedAndRevoked_IsAsTheOperatorSays()
    {
        var account = await _server.RegisterAsync("ann");
        var made = (await world.PostAsync("v1/credentials", new { name = "shop", scopes = s_all, callsPerMinute = 100 })).Expect(201);
        var (id, first) = (made.Text("credential"), made.Text("secret"));
        var second = (await world.PostAsync($"v1/credentials/{id}/rotate", new { overlapSeconds = 3600 })).Expect(200).Text("secret");
        foreach (var secret in new[] { first, second })
        {
            (await SendAsync(HttpMethod.Get, secret, $"accounts/{account}")).Expect(200);
        }

        var third = (await world.PostAsync($"v1/credentials/{id}/rotate", new { overlapSeconds = 0 })).Expect(200).Text("secret");
        foreach (var secret in new[] { first, second })
        {
            Assert.Equal("unauthenticated", (await SendAsync(HttpMethod.Get, secret, $"accounts/{account}")).Code);
        }

        var listed = Assert.Single((await world.GetAsync("v1/credentials")).Expect(200).List("credentials"), credential => credential.Text("credential") == id);
        Assert.Equal(("shop", 100), (listed.Text("name"), listed.Number("callsPerMinute")));
        Assert.False(listed.TryGetProperty("secret", out _));
        await _server.RestartAsync();
        (await SendAsync(HttpMethod.Get, third, $"accounts/{account}")).Expect(200);

        Assert.Equal(204, (await world.DeleteAsync($"v1/credentials/{id}")).Status);

        var refused = await SendAsync(HttpMethod.Get, third, $"accounts/{account}");
        Assert.Equal((401, "unauthenticated"), (refused.Status, refused.Code));
        Assert.Equal((404, "invalid_argument"), StatusOf(await world.DeleteAsync($"v1/credentials/{id}")));
        Assert.Equal((404, "invalid_argument"), StatusOf(await world.PostAsync($"v1/credentials/{id}/rotate")));
    }

    [Fact]
    public async Task Call_WithoutAGoodSecret_IsRefusedWhateverItAsks()
    {
        var account = await _server.RegisterAsync("ann");
        var token = await _server.LogInAsync(account);
        var secret = await SecretAsync();
        foreach (var wrong in new[] { null, "", token, AdminServer.Secret, secret + "0", secret[..^1] + (secret[^1] == '0' ? '1' : '0'), new string('x', 300) })
        {
            foreach (var (method, path) in Paths(account))
            {
                var answer = await SendAsync(method, wrong, path);
                Assert.Equal((401, "unauthenticated"), (answer.Status, answer.Code));
            }
        }

        using var ann = await _server.SignInAsync(account);
        Assert.DoesNotContain(world.AuditOf(account), line => line.StartsWith("service", StringComparison.Ordinal));
        Assert.Contains("service.refused", world.ReadAudit(), StringComparison.Ordinal);

        // And a secret of a service is no token, and no operator's.
        using var stream = await RawClient.OpenAsync(_server.Address);
        Assert.Equal("unauthenticated", await stream.RefusalAsync("hello", new { token = secret }));
        Assert.Equal("unauthenticated", (await world.SendAsync(HttpMethod.Get, "v1/members", secret)).Code);
    }

    [Fact]
    public async Task Call_OfAnotherScopeOrPrefix_IsForbidden()
    {
        var account = await _server.RegisterAsync("ann");
        var bound = await SecretAsync(prefix: "game.");
        var reader = await SecretAsync(scopes: "accounts.read");
        foreach (var (method, path) in Paths(account).Where(it => it.Path.StartsWith($"accounts/{account}", StringComparison.Ordinal)))
        {
            Assert.Equal((403, "forbidden"), StatusOf(await SendAsync(method, bound, path)));
            Assert.Equal(StatusOf(await SendAsync(method, bound, path)), StatusOf(await SendAsync(method, bound, path.Replace(account, "nobody-of-that-name", StringComparison.Ordinal))));
            if (method != HttpMethod.Get)
            {
                Assert.Equal((403, "forbidden"), StatusOf(await SendAsync(method, reader, path)));
            }
        }

        Assert.Equal("forbidden", (await CallAsync(bound, "accounts", new { account = TestServer.NewName("ann") })).Code);
        Assert.Equal("forbidden", (await CallAsync(reader, "invites", new { })).Code);
        await _server.SignInAsync(account);
    }

    [Theory]
    [InlineData("scopes", """{"name":"x"}""")]
    [InlineData("scopes", """{"name":"x","scopes":[]}""")]
    [InlineData("scopes", """{"name":"x","scopes":["everything"]}""")]
    [InlineData("name", """{"scopes":["invites"]}""")]
    [InlineData("prefix", """{"name":"x","scopes":["invites"],"prefix":"@"}""")]
    [InlineData("callsPerMinute", """{"name":"x","scopes":["invites"],"callsPerMinute":0}""")]
    public async Task Credential_OutsideItsBounds_IsRefusedByName(string field, string body)
    {
        using var content = new StringContent(body);
        var refused = await Api.SendAsync(world.Admin, HttpMethod.Post, "v1/credentials", content, AdminServer.Secret);

        Assert.Equal((422, "invalid_argument"), (refused.Status, refused.Code));
        Assert.Contains(field + ":", refused.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("account", """{"account":"no id!"}""")]
    [InlineData("password", """{"account":"ann","password":""}""")]
    [InlineData("issuer, subject", """{"account":"ann","subject":"1"}""")]
    [InlineData("subject", """{"account":"ann","issuer":"https://nobody.example","subject":"1"}""")]
    public async Task Account_OutsideItsBounds_IsRefusedByName(string field, string body)
    {
        using var content = new StringContent(body);
        var refused = await Api.SendAsync(_server.Address, HttpMethod.Post, "v1/service/accounts", content, await SecretAsync());

        Assert.Equal((422, "invalid_argument"), (refused.Status, refused.Code));
        Assert.Contains(field, refused.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatThePathNames_AndIsNotThere_Is404()
    {
        var (secret, account) = (await SecretAsync(), await _server.RegisterAsync("ann"));

        Assert.Equal((404, "unknown_account"), StatusOf(await SendAsync(HttpMethod.Get, secret, "accounts/nobody-of-that-name")));
        Assert.Equal((404, "unknown_account"), StatusOf(await SendAsync(HttpMethod.Delete, secret, "accounts/nobody-of-that-name/sessions/x")));
        Assert.Equal((404, "invalid_argument"), StatusOf(await SendAsync(HttpMethod.Delete, secret, $"accounts/{account}/sessions/x")));
        Assert.Equal((404, "invalid_argument"), StatusOf(await SendAsync(HttpMethod.Delete, secret, "invites/x")));
        Assert.Equal((404, "invalid_argument"), StatusOf(await world.DeleteAsync("v1/invites/x")));
    }

    [Theory]
    [InlineData("accounts", """{"account":"no id!"}""", 422)]
    [InlineData("accounts", "no JSON", 422)]
    [InlineData("messages", "{}", 422)]
    [InlineData("accounts/No Id!/disable", "{}", 422)]
    [InlineData("accounts", null, 413)]
    public async Task FaultyRequest_WithoutAGoodSecret_IsToldOfTheSecretAlone(string path, string? body, int status)
    {
        var secret = await SecretAsync();
        body ??= new string(' ', 70_000);
        foreach (var (key, expected) in ((string?, int)[])[(null, 401), ("x", 401), (secret + "0", 401), (secret[..^1] + (secret[^1] == '0' ? '1' : '0'), 401), (secret, status)])
        {
            using var content = new StringContent(body);
            Assert.Equal(expected, (await Api.SendAsync(_server.Address, HttpMethod.Post, "v1/service/" + path, content, key)).Status);
        }
    }

    [Fact]
    public async Task Path_WithAnotherMethod_Is405()
    {
        var secret = await SecretAsync();
        Assert.Equal(405, (await SendAsync(HttpMethod.Get, secret, "accounts")).Status);
        Assert.Equal(405, (await SendAsync(HttpMethod.Post, secret, "accounts/ann")).Status);
        Assert.Equal(405, (await SendAsync(HttpMethod.Get, secret, "accounts/ann/disable")).Status);
        Assert.Equal(404, (await SendAsync(HttpMethod.Get, secret, "nowhere")).Status);
        Assert.Equal(422, (await SendAsync(HttpMethod.Get, secret, "accounts/No Id!")).Status);
    }

    private static (HttpMethod Method, string Path)[] Paths(string account) =>
    [
        (HttpMethod.Get, $"accounts/{account}"), (HttpMethod.Delete, $"accounts/{account}"), (HttpMethod.Post, $"accounts/{account}/disable"),
        (HttpMethod.Post, $"accounts/{account}/enable"), (HttpMethod.Get, $"accounts/{account}/sessions"), (HttpMethod.Delete, $"accounts/{account}/sessions"),
        (HttpMethod.Delete, $"accounts/{account}/sessions/x"), (HttpMethod.Get, "invites"), (HttpMethod.Delete, "invites/x"),
    ];

    private static (int Status, string Code) StatusOf(ApiAnswer answer) => (answer.Status, answer.Code);

    private async Task<string> SecretAsync(string? prefix = null, params string[] scopes) =>
        (await world.PostAsync("v1/credentials", new { name = "test", scopes = scopes.Length == 0 ? s_all : scopes, prefix, callsPerMinute = 100_000 })).Expect(201).Text("secret");

    private Task<ApiAnswer> CallAsync(string secret, string path, object body) => Api.PostAsync(_server.Address, "v1/service/" + path, body, secret);

    private Task<ApiAnswer> SendAsync(HttpMethod method, string? secret, string path) => Api.SendAsync(_server.Address, method, "v1/service/" + path, null, secret);
}
