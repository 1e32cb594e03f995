using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Mail.Tests.Network;

namespace OrleansIM.Mail.Tests.OAuth;

public sealed class OAuthTokensTests
{
    [Fact]
    public async Task Refresh_EndpointGivesATokenAndRotates_BothAreReturned()
    {
        var form = new TaskCompletionSource<Dictionary<string, string>>();
        await using var web = await ScriptedWeb.StartAsync(async context =>
        {
            var read = await context.Request.ReadFormAsync();
            form.SetResult(read.ToDictionary(field => field.Key, field => field.Value.ToString()));
            await Json(context, 200, """{"access_token":"new.token","token_type":"Bearer","expires_in":3600,"refresh_token":"r2"}""");
        });
        await using var services = MailServices.Create();
        var before = DateTimeOffset.UtcNow;

        var access = await RefreshAsync(services, web, grant => grant with { ClientId = "id", ClientSecret = "s&cret=+ü" });

        Assert.Equal(("new.token", "r2"), (access.AccessToken, access.RefreshToken));
        Assert.InRange(access.UseUntil!.Value, before.AddSeconds(3540), DateTimeOffset.UtcNow.AddSeconds(3540));
        Assert.Equal(
            new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = "r1", ["client_id"] = "id", ["client_secret"] = "s&cret=+ü" },
            await form.Task);
        Assert.DoesNotContain("new.token", access.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("r2", access.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"access_token":"t"}""", null)]
    [InlineData("""{"access_token":"t","token_type":"bearer","expires_in":"100"}""", 90)]
    [InlineData("""{"access_token":"t","expires_in":-5}""", null)]
    [InlineData("""{"access_token":"t","expires_in":1e300}""", null)]
    public async Task Refresh_SparseAnswer_KeepsTheRefreshTokenAndTakesWhatItSaysOfTime(string body, int? seconds)
    {
        await using var web = await ScriptedWeb.StartAsync(context => Json(context, 200, body));
        await using var services = MailServices.Create();
        var before = DateTimeOffset.UtcNow;

        var access = await RefreshAsync(services, web);

        Assert.Equal(("t", "r1"), (access.AccessToken, access.RefreshToken));
        Assert.Equal(seconds is null, access.UseUntil is null);
        if (seconds is { } life)
        {
            Assert.InRange(access.UseUntil!.Value, before.AddSeconds(life), DateTimeOffset.UtcNow.AddSeconds(life));
        }
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_grant","error_description":"hear\nhear"}""", MailFault.AuthenticationFailed)]
    [InlineData(401, """{"error":"invalid_client"}""", MailFault.AuthenticationFailed)]
    [InlineData(400, """{"error":"invalid_request"}""", MailFault.Unreachable)]
    [InlineData(503, """{"error":"temporarily_unavailable"}""", MailFault.Unreachable)]
    [InlineData(500, "<html>oops</html>", MailFault.Unreachable)]
    [InlineData(200, "[]", MailFault.Unreachable)]
    [InlineData(200, "{}", MailFault.Unreachable)]
    [InlineData(200, """{"access_token":"bad\r\ntoken"}""", MailFault.Unreachable)]
    [InlineData(200, """{"access_token":"t","token_type":"mac"}""", MailFault.Unreachable)]
    [InlineData(302, "", MailFault.Unreachable)]
    public async Task Refresh_NoToken_SaysWhy(int status, string body, MailFault fault)
    {
        await using var web = await ScriptedWeb.StartAsync(context =>
        {
            context.Response.Headers.Location = "/elsewhere";
            return Json(context, status, body);
        });
        await using var services = MailServices.Create();

        var failure = await Assert.ThrowsAsync<MailException>(() => RefreshAsync(services, web));

        Assert.Equal(fault, failure.Fault);
        Assert.DoesNotContain("hear", failure.Message, StringComparison.Ordinal);
        Assert.Single(web.Requests);
    }

    [Fact]
    public async Task Refresh_AnswerOfAMegabyte_IsGarbage()
    {
        await using var web = await ScriptedWeb.StartAsync(context => Json(context, 200, $$"""{"access_token":"{{new string('x', 1_000_000)}}"}"""));
        await using var services = MailServices.Create();

        Assert.Equal(MailFault.Garbage, (await Assert.ThrowsAsync<MailException>(() => RefreshAsync(services, web))).Fault);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080/token", false)]
    [InlineData("http://login.example.com/token", true)]
    [InlineData("http://10.0.0.1/token", true)]
    [InlineData("https://user:secret@login.example.com/token", true)]
    [InlineData("ftp://login.example.com/token", true)]
    public async Task Refresh_EndpointWithoutProtection_IsRefused(string endpoint, bool allowPrivate)
    {
        await using var services = MailServices.Create(options => options.AllowPrivateHosts = allowPrivate);

        var failure = await Assert.ThrowsAsync<MailException>(
            () => services.GetRequiredService<OAuthTokens>().RefreshAsync(new OAuthGrant(new Uri(endpoint), "r1"), CancellationToken.None));

        Assert.Equal(MailFault.NotSecure, failure.Fault);
    }

    private static Task Json(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }

    private static Task<OAuthAccess> RefreshAsync(ServiceProvider services, ScriptedWeb web, Func<OAuthGrant, OAuthGrant>? with = null)
    {
        var grant = new OAuthGrant(new Uri(web.Url + "/token"), "r1");
        return services.GetRequiredService<OAuthTokens>().RefreshAsync(with?.Invoke(grant) ?? grant, CancellationToken.None);
    }
}
