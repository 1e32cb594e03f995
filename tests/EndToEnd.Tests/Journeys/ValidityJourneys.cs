using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission L9: a linked account whose password has changed is dropped at the next check, and the session is told.</summary>
public sealed class ValidityJourneys
{
    private const string NewPassword = "another long password";

    [Theory]
    [InlineData("AtSignIn", true)]
    [InlineData("Both", true)]
    [InlineData("AtLink", false)]
    public async Task PasswordOfLinkedAccount_Changed_IsDroppedAtTheNextSignInWhereTheModeSaysSo(string mode, bool isDropped)
    {
        await using var server = await TestServer.StartAsync($"--Links:Validation={mode}");
        var (changed, disabled, stays) = (await server.RegisterAsync("changed"), await server.RegisterAsync("disabled"), await server.RegisterAsync("stays"));
        using var master = await server.JoinAsync("master");
        await master.LinkAsync("secondary", changed, disabled, stays);
        await master.AnyAsync(e => e.Is("page", changed), "the page of the linked account");
        var token = await server.LogInAsync(changed);
        (await Api.PostAsync(server.Address, "v1/password", new { old = TestServer.Password, @new = NewPassword }, token)).Expect(204);
        await server.DisableAsync(disabled);

        using var next = await server.SignInAsync(master.Account);

        Assert.Equal(!isDropped, next.Welcome.Each("accounts", "account").Contains(changed));
        Assert.Contains(stays, next.Welcome.Each("accounts", "account"));
        if (!isDropped)
        {
            await next.AnyAsync(e => e.Is("page", changed), "the page of the account that is still linked");
            return;
        }

        var told = await next.AnyAsync(e => e.Is("link", master.Account) && e.Data.Has("rejected"), "who was dropped");
        var reasons = told.Data.List("rejected").ToDictionary(one => one.Text("account"), one => one.Text("reason"));
        Assert.Equal(new Dictionary<string, string> { [changed] = "credentials_changed", [disabled] = "disabled" }, reasons);
        Assert.Equal("credentials_changed", (await master.AnyAsync(e => e.Is("pageGone", changed), "pageGone in the older session")).Data.Text("reason"));
        Assert.Equal("disabled", (await master.AnyAsync(e => e.Is("pageGone", disabled), "pageGone in the older session")).Data.Text("reason"));
    }

    [Theory]
    [InlineData("AtLink", true)]
    [InlineData("AtSignIn", false)]
    public async Task PasswordOfLinkedAccount_Changed_IsDroppedAtTheNextLinkWhereTheModeSaysSo(string mode, bool isDropped)
    {
        await using var server = await TestServer.StartAsync($"--Links:Validation={mode}");
        var (changed, added) = (await server.RegisterAsync("changed"), await server.RegisterAsync("added"));
        using var master = await server.JoinAsync("master");
        await master.LinkAsync("secondary", changed);
        var token = await server.LogInAsync(changed);
        (await Api.PostAsync(server.Address, "v1/password", new { old = TestServer.Password, @new = NewPassword }, token)).Expect(204);

        await master.OkAsync("link.add", new { accounts = new[] { new { account = added, password = TestServer.Password } } });

        Assert.Equal(!isDropped, (await master.OkAsync("link.list")).Each("members", "account").Contains(changed));
        if (isDropped)
        {
            Assert.Equal("credentials_changed", (await master.AnyAsync(e => e.Is("pageGone", changed), "pageGone")).Data.Text("reason"));
        }
    }
}
