using System.Net;
using System.Text;
using OrleansIM.Gateway.Http;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Http;

public sealed class HttpApiTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async Task InitializeAsync() => _host = await GatewayHost.StartAsync(o => (o.FailedSignInsPerMinute, o.RegistrationsPerMinute) = (5, 5));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Register_ThenLogIn_GivesATokenThatSaysHello()
    {
        var registered = await _host.PostAsync("/v1/accounts", new { account = "Ann.B", password = "password-1", displayName = "Ann", unknown = 1 });
        Assert.Equal((HttpStatusCode.Created, "ann.b"), (registered.Status, registered.Body.GetProperty("account").GetString()));

        var login = await _host.PostAsync("/v1/login", new { login = "ANN.b", password = "password-1", device = "test" });
        Assert.Equal(HttpStatusCode.OK, login.Status);
        Assert.Equal(("ann.b", "account"), (login.Body.GetProperty("account").GetString(), login.Body.GetProperty("via").GetString()));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", login.Body.GetProperty("expiresAt").GetString());

        var client = await _host.ConnectAsync();
        await client.OkAsync($$"""{"id":1,"op":"hello","token":"{{login.Body.GetProperty("token").GetString()}}"}""");
        Assert.Equal("Ann", (await client.EventAsync("page")).GetProperty("data").GetProperty("profile").GetProperty("displayName").GetString());
    }

    [Fact]
    public async Task Register_TakenId_Is409()
    {
        _host.World.Add("ann");

        var answer = await _host.PostAsync("/v1/accounts", new { account = "ann", password = "password-2" });

        Assert.Equal((HttpStatusCode.Conflict, ErrorCodes.AccountTaken), (answer.Status, Code(answer.Body)));
    }

    [Theory]
    [InlineData("""{"password":"password-1"}""", "account")]
    [InlineData("""{"account":"a","password":"password-1"}""", "account")]
    [InlineData("""{"account":"a b","password":"password-1"}""", "account")]
    [InlineData("""{"account":"-ab","password":"password-1"}""", "account")]
    [InlineData("""{"account":"abcdefghijklmnopqrstuvwxyz0123456","password":"password-1"}""", "account")]
    [InlineData("""{"account":["ann"],"password":"password-1"}""", "account")]
    [InlineData("""{"account":"ann","account":"bob","password":"password-1"}""", "account")]
    [InlineData("""{"account":"ann"}""", "password")]
    [InlineData("""{"account":"ann","password":""}""", "password")]
    [InlineData("""{"account":"ann","password":12345678}""", "password")]
    [InlineData("""{"account":"ann","password":"password-1","displayName":7}""", "displayName")]
    [InlineData("""{"account":"ann","password":"password-1","displayName":"a\u0000b"}""", "displayName")]
    [InlineData("""{"account":"ann","password":"password-1","email":"nobody"}""", "email")]
    [InlineData("""{"account":"ann","password":"pass\ud800word-1"}""", "surrogate")]
    public async Task Register_BadField_Is422AndNamesIt(string body, string named)
    {
        var answer = await SendAsync(HttpMethod.Post, "/v1/accounts", body);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, ErrorCodes.InvalidArgument), (answer.Status, answer.Code));
        Assert.Contains(named, answer.Message, StringComparison.Ordinal);
        Assert.Empty(_host.World.Calls);
    }

    [Theory]
    [InlineData("ann", "wrong")]
    [InlineData("nobody", "password-1")]
    [InlineData("not an id", "password-1")]
    [InlineData("ann@example.test", "password-1")]
    public async Task LogIn_Wrong_IsAlwaysTheSame(string login, string password)
    {
        _host.World.Add("ann");

        var answer = await _host.PostAsync("/v1/login", new { login, password });

        Assert.Equal((HttpStatusCode.Unauthorized, ErrorCodes.BadCredentials), (answer.Status, Code(answer.Body)));
    }

    [Fact]
    public async Task LogIn_FailingTooOften_SlowsTheSourceDownWhoeverItIs()
    {
        _host.World.Add("ann");
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await _host.PostAsync("/v1/login", new { login = "ann", password = "password-1" })).Status);
        }

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await _host.PostAsync("/v1/login", new { login = "ann", password = "wrong" })).Status);
        }

        var answer = await _host.PostAsync("/v1/login", new { login = "ann", password = "password-1" });
        Assert.Equal((HttpStatusCode.TooManyRequests, ErrorCodes.SlowDown), (answer.Status, Code(answer.Body)));
        Assert.InRange(answer.Response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
    }

    [Fact]
    public async Task Register_TooOften_SlowsTheSourceDown()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Created, (await _host.PostAsync("/v1/accounts", new { account = "user" + i, password = "password-1" })).Status);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await _host.PostAsync("/v1/accounts", new { account = "user6", password = "password-1" })).Status);
    }

    [Fact]
    public async Task LogOut_EndsTheSessionWithBye()
    {
        _host.World.Add("ann");
        var client = await _host.SignInAsync("ann");

        Assert.Equal(HttpStatusCode.NoContent, (await _host.PostAsync("/v1/logout", new { everywhere = true }, _host.Token("ann"))).Status);

        await client.SaidByeAsync(CloseCodes.SignedOut);
    }

    [Fact]
    public async Task LogOut_WithoutABody_IsFine()
    {
        _host.World.Add("ann");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/logout");
        request.Headers.Authorization = new("bearer", _host.Token("ann"));

        Assert.Equal(HttpStatusCode.NoContent, (await _host.Http.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("/v1/logout")]
    [InlineData("/v1/password")]
    public async Task Bearer_MissingOrMadeUp_Is401(string path)
    {
        foreach (var token in new[] { null, "made-up" })
        {
            var answer = await _host.PostAsync(path, new { old = "password-1", @new = "password-2" }, token);

            Assert.Equal((HttpStatusCode.Unauthorized, ErrorCodes.Unauthenticated), (answer.Status, Code(answer.Body)));
        }
    }

    [Fact]
    public async Task Password_Change_ChecksBoth()
    {
        _host.World.Add("ann");
        var token = _host.Token("ann");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _host.PostAsync("/v1/password", new { old = "password-1", @new = "" }, token)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _host.PostAsync("/v1/password", new { old = "wrong", @new = "password-2" }, token)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await _host.PostAsync("/v1/password", new { old = "password-1", @new = "password-2" }, token)).Status);
        Assert.Equal("password-2", _host.World["ann"].Password);
    }

    [Theory]
    [InlineData("GET", "/v1/login", null, 405, ErrorCodes.UnknownOp)]
    [InlineData("GET", "/v1/nothing", null, 404, ErrorCodes.UnknownOp)]
    [InlineData("POST", "/nothing/at.all", "{}", 404, ErrorCodes.UnknownOp)]
    [InlineData("POST", "/v1/login", "{", 422, ErrorCodes.InvalidArgument)]
    [InlineData("POST", "/v1/login", "", 422, ErrorCodes.InvalidArgument)]
    [InlineData("POST", "/v1/login", "[]", 422, ErrorCodes.InvalidArgument)]
    [InlineData("POST", "/v1/login", "null", 422, ErrorCodes.InvalidArgument)]
    [InlineData("POST", "/v1/login", "{} {}", 422, ErrorCodes.InvalidArgument)]
    [InlineData("POST", "/v1/login", "{}", 422, ErrorCodes.InvalidArgument)]
    [InlineData("GET", "/v1/stream", null, 400, ErrorCodes.InvalidArgument)]
    public async Task Request_OfTheWrongKind_IsRefusedAsJson(string method, string path, string? body, int status, string code)
    {
        var answer = await SendAsync(new HttpMethod(method), path, body);

        Assert.Equal((status, code), ((int)answer.Status, answer.Code));
    }

    [Fact]
    public async Task Body_OfAnotherType_IsReadAsJsonAllTheSame()
    {
        _host.World.Add("ann");

        using var content = new StringContent("""{"login":"ann","password":"password-1"}""", null, "text/plain");
        Assert.Equal(HttpStatusCode.OK, (await _host.Http.PostAsync("/v1/login", content)).StatusCode);
    }

    [Fact]
    public async Task Body_NotUtf8_Is422()
    {
        using var content = new ByteArrayContent([.. "{\"login\":\""u8, 0xFF, 0xFE, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _host.Http.PostAsync("/v1/login", content)).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_TooLarge_Is413(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/login")
        {
            Content = new StringContent($$"""{"login":"{{new string('a', 70_000)}}"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;

        var answer = await _host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains(ErrorCodes.TooLarge, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Account_Unreachable_Is503WithRetryAfter()
    {
        _host.World.Add("ann").Throws = _ => new TimeoutException();

        var answer = await _host.PostAsync("/v1/login", new { login = "ann", password = "password-1" });

        Assert.Equal((HttpStatusCode.ServiceUnavailable, ErrorCodes.Unavailable), (answer.Status, Code(answer.Body)));
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Response.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task Account_ThrowsABug_Is500AndLogged()
    {
        _host.World.Add("ann").Throws = _ => new InvalidOperationException("secret");

        var answer = await _host.PostAsync("/v1/login", new { login = "ann", password = "password-1" });

        Assert.Equal((HttpStatusCode.InternalServerError, ErrorCodes.Internal), (answer.Status, Code(answer.Body)));
        Assert.DoesNotContain("secret", answer.Body.GetRawText(), StringComparison.Ordinal);
        Assert.True(_host.Errors.TryDequeue(out _));
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task Health_WhileServing_Is200(string path) => Assert.Equal(HttpStatusCode.OK, (await _host.Http.GetAsync(path)).StatusCode);

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    public void Source_OfAnAddress_IsItsHousehold(string address, string source) =>
        Assert.Equal(IPAddress.Parse(source), SourceLimits.SourceOf(IPAddress.Parse(address)));

    private static string Code(System.Text.Json.JsonElement body) => body.GetProperty("error").GetProperty("code").GetString()!;

    private async Task<(HttpStatusCode Status, string Code, string Message)> SendAsync(HttpMethod method, string path, string? body, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, type);
        }

        using var response = await _host.Http.SendAsync(request);
        var error = System.Text.Json.JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("error");
        return (response.StatusCode, error.GetProperty("code").GetString()!, error.GetProperty("message").GetString()!);
    }
}
