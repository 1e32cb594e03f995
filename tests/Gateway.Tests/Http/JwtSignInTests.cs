using System.Net;
using System.Text;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Http;

/// <summary>Where <c>/v1/login</c> takes a token to. Whether it is genuine is for the account to say.</summary>
public sealed class JwtSignInTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async Task InitializeAsync() => _host = await GatewayHost.StartAsync(o => o.FailedSignInsPerMinute = 5, services: GatewayHost.WithAnIssuer);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task LogIn_Token_GoesToItsAccountAndSaysHello()
    {
        var jwt = Jwt("""{"iss":"https://app.example","sub":"4711"}""");
        _host.World.Add("game.4711").Jwt = jwt;

        var login = await _host.PostAsync("/v1/login", new { jwt, device = "phone" });

        Assert.Equal(HttpStatusCode.OK, login.Status);
        Assert.Equal(("game.4711", "jwt"), (login.Body.GetProperty("account").GetString(), login.Body.GetProperty("via").GetString()));
        Assert.Equal(["game.4711.LogInByJwt"], _host.World.Calls);
        var client = await _host.ConnectAsync();
        var hello = await client.OkAsync($$"""{"id":1,"op":"hello","token":"{{login.Body.GetProperty("token").GetString()}}"}""");
        Assert.Equal("jwt", hello.GetProperty("accounts")[0].GetProperty("via").GetString());
    }

    [Theory]
    [InlineData("""{"iss":"https://app.example","sub":"4711"}""", "game.4711.LogInByJwt")]
    [InlineData("""{"iss":"https://other.example","sub":"4711"}""", null)]
    [InlineData("""{"iss":"https://app.example"}""", null)]
    [InlineData("""{"iss":"https://app.example","sub":"An/n"}""", null)]
    [InlineData("""[1]""", null)]
    public async Task LogIn_TokenThatIsWrong_IsAlwaysTheSame(string claims, string? asked)
    {
        var answer = await _host.PostAsync("/v1/login", new { jwt = Jwt(claims) });

        Assert.Equal((HttpStatusCode.Unauthorized, ErrorCodes.BadCredentials), (answer.Status, Code(answer.Body)));
        Assert.Equal(asked is null ? [] : [asked], _host.World.Calls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10_000)]
    [InlineData(60_000)]
    public async Task LogIn_TokenOfAnySize_IsRefusedWithoutAskingAnybody(int size)
    {
        var answer = await _host.PostAsync("/v1/login", new { jwt = new string('a', size) });

        Assert.Equal((HttpStatusCode.Unauthorized, ErrorCodes.BadCredentials), (answer.Status, Code(answer.Body)));
        Assert.Empty(_host.World.Calls);
    }

    [Fact]
    public async Task LogIn_TokenBesideAPassword_IsRefusedAndNamed()
    {
        foreach (var body in new object[] { new { jwt = "a.b.c", login = "ann" }, new { jwt = "a.b.c", password = "x" } })
        {
            var answer = await _host.PostAsync("/v1/login", body);
            Assert.Equal((HttpStatusCode.UnprocessableEntity, ErrorCodes.InvalidArgument), (answer.Status, Code(answer.Body)));
            Assert.StartsWith("jwt", answer.Body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        Assert.Empty(_host.World.Calls);
    }

    [Fact]
    public async Task LogIn_WrongTokensTooOften_SlowTheSourceDownForPasswordsToo()
    {
        _host.World.Add("ann");
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await _host.PostAsync("/v1/login", new { jwt = "a.b.c" })).Status);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await _host.PostAsync("/v1/login", new { jwt = "a.b.c" })).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await _host.PostAsync("/v1/login", new { login = "ann", password = "password-1" })).Status);
    }

    [Fact]
    public async Task LinkAdd_EntryWithAToken_IsLinkedAndOneOfImpossibleSizeIsRejected()
    {
        _host.World.Add("ann");
        _host.World.Add("game.1").Jwt = "a.b.c";
        var client = await _host.SignInAsync("ann");

        var ok = await client.OkAsync($$"""
            {"id":1,"op":"link.add","accounts":[
              {"account":"game.1","jwt":"a.b.c"},
              {"account":"game.2","jwt":"{{new string('a', ProtocolLimits.MaxJwt + 1)}}"},
              {"account":"game.3","jwt":""}]}
            """);

        Assert.Equal(["game.1"], ok.GetProperty("linked").EnumerateArray().Select(one => one.GetProperty("account").GetString()));
        Assert.Equal(
            [("game.2", "bad_credentials"), ("game.3", "bad_credentials")],
            ok.GetProperty("rejected").EnumerateArray().Select(one => (one.GetProperty("account").GetString()!, one.GetProperty("reason").GetString()!)));
    }

    /// <summary>A token that is read and not checked here.</summary>
    private static string Jwt(string claims) => $"{Encode("""{"alg":"ES256"}""")}.{Encode(claims)}.{Encode("signature")}";

    private static string Encode(string text) => Microsoft.AspNetCore.WebUtilities.WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(text));

    private static string? Code(System.Text.Json.JsonElement body) => body.GetProperty("error").GetProperty("code").GetString();
}
