using System.Net;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Http;

public sealed class MailboxSignInTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(options => (options.MailboxSignInsPerMinute, options.MailboxSignInTimeout) = (5, TimeSpan.FromMilliseconds(300)));
        _host.World.Add("ann");
        var mailbox = _host.World.Mailbox("ann@example.test");
        (mailbox.Account, mailbox.Password) = ("ann", "mail-secret");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task LogIn_WithAMailbox_IsTheAccountAndSaysHow()
    {
        var login = await _host.PostAsync("/v1/login", new { login = " Ann@EXAMPLE.test ", password = "mail-secret" });
        Assert.Equal((HttpStatusCode.OK, "ann", "mailbox"), (login.Status, login.Body.GetProperty("account").GetString(), login.Body.GetProperty("via").GetString()));

        var client = await _host.ConnectAsync();
        var hello = await client.OkAsync($$"""{"id":1,"op":"hello","token":"{{login.Body.GetProperty("token").GetString()}}"}""");
        Assert.Equal("""[{"account":"ann","role":"master","via":"mailbox"}]""", hello.GetProperty("accounts").GetRawText());
    }

    [Theory]
    [InlineData("ann@example.test", "wrong")]
    [InlineData("nobody@example.test", "mail-secret")]
    [InlineData("ann@@example.test", "mail-secret")]
    public async Task LogIn_Wrong_IsAnsweredLikeAWrongPasswordOfAnAccount(string login, string password)
    {
        var expected = await _host.PostAsync("/v1/login", new { login = "not an id", password });

        var answer = await _host.PostAsync("/v1/login", new { login, password });

        Assert.Equal((HttpStatusCode.Unauthorized, expected.Body.GetRawText()), (answer.Status, answer.Body.GetRawText()));
    }

    [Fact]
    public async Task LogIn_Failing_CountsForTheSource()
    {
        await using var host = await GatewayHost.StartAsync(options => options.FailedSignInsPerMinute = 2);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostAsync("/v1/login", new { login = "ann@example.test", password = "wrong" })).Status);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await host.PostAsync("/v1/login", new { login = "ann@example.test", password = "wrong" })).Status);
    }

    [Fact]
    public async Task LogIn_TooOften_AsksNoMailServer()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await _host.PostAsync("/v1/login", new { login = "ann@example.test", password = "mail-secret" })).Status);
        }

        var calls = _host.World.Calls.Count;
        var answer = await _host.PostAsync("/v1/login", new { login = "ann@example.test", password = "mail-secret" });

        Assert.Equal((HttpStatusCode.TooManyRequests, ErrorCodes.SlowDown), (answer.Status, answer.Body.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(calls, _host.World.Calls.Count);
        Assert.Equal(HttpStatusCode.OK, (await _host.PostAsync("/v1/login", new { login = "ann", password = "password-1" })).Status);
    }

    [Fact]
    public async Task LogIn_MailServerSilent_IsUnavailableAfterItsTime()
    {
        _host.World.Mailbox("ann@example.test").IsSilent = true;

        var answer = await _host.PostAsync("/v1/login", new { login = "ann@example.test", password = "mail-secret" });

        Assert.Equal((HttpStatusCode.ServiceUnavailable, ErrorCodes.Unavailable), (answer.Status, answer.Body.GetProperty("error").GetProperty("code").GetString()));
        Assert.NotNull(answer.Response.Headers.RetryAfter);
    }

    [Theory]
    [InlineData(ErrorCodes.SlowDown, HttpStatusCode.TooManyRequests)]
    [InlineData(ErrorCodes.Unavailable, HttpStatusCode.ServiceUnavailable)]
    public async Task LogIn_Refused_HasTheStatusOfItsCode(string code, HttpStatusCode status)
    {
        _host.World.Mailbox("ann@example.test").Refuses = new Refusal(code, "No.", TimeSpan.FromSeconds(7));

        var answer = await _host.PostAsync("/v1/login", new { login = "ann@example.test", password = "mail-secret" });

        Assert.Equal((status, 7), (answer.Status, (int)answer.Response.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
    }
}
