using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>An app brings its own users: they sign in with its tokens, and link accounts with them.</summary>
public sealed class JwtJourneys : IAsyncLifetime
{
    private AppSignIn _app = null!;
    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        _app = await AppSignIn.StartAsync();
        _server = await TestServer.StartAsync([.. _app.Settings(("Identity:Issuers:app:DisplayNameClaim", "name")).Select(pair => $"--{pair.Key}={pair.Value}")]);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task PlayersOfAGame_SignInWithItsTokens_AndTalk()
    {
        await using var ann = _server.Sdk();
        await using var bob = _server.Sdk();
        await ann.SignInWithJwtAsync(_app.Sign("1", claims => claims["name"] = "Ann"));
        await bob.SignInWithJwtAsync(_app.Sign("2", claims => claims["name"] = "Bob"));
        Assert.Equal(("game.1", "jwt", "Ann"), (ann.Account, ann.Pages["game.1"].Via, ann.Pages["game.1"].Profile.DisplayName));

        await ann.RequestContactAsync("game.1", "game.2");
        await bob.ShowsAsync("game.2", page => page.Contacts.ContainsKey("game.1"), "the request");
        await bob.AcceptContactAsync("game.2", "game.1");
        await ann.SendAsync("game.1", "game.2", "Hello");
        await bob.ShowsAsync("game.2", page => page.Unread.GetValueOrDefault("game.1") == 1, "the message");
    }

    [Fact]
    public async Task TokenOfOurs_AfterARestart_ConnectsWithoutTheIssuer()
    {
        Session session;
        await using (var first = _server.Sdk())
        {
            session = await first.SignInWithJwtAsync(_app.Sign("1"));
            Assert.Equal("jwt", session.Via);
        }

        await _server.RestartAsync();
        await using var again = _server.Sdk();
        await again.ConnectAsync(session);
        Assert.Equal("game.1", again.Account);
    }

    [Fact]
    public async Task AccountOfTheGame_LinkedWithAToken_IsAPageOfTheOther()
    {
        var name = await _server.RegisterAsync("ann");
        await using var ann = await _server.SdkAsync(name);
        var result = await ann.AddLinksAsync([LinkRequest.WithJwt("game.1", _app.Sign("1")), LinkRequest.WithJwt("game.2", _app.Sign("3"))]);
        Assert.Equal(["game.1"], result.Linked);
        Assert.Equal(("game.2", "bad_credentials"), (Assert.Single(result.Rejected).Account, result.Rejected[0].Reason));
        await Eventually.TrueAsync(() => ann.Pages.ContainsKey("game.1"), "the page of the linked account");
    }

    [Fact]
    public async Task WrongToken_IsBadCredentials()
    {
        await using var client = _server.Sdk();
        foreach (var jwt in new[] { "a.b.c", _app.Sign("1", claims => claims["aud"] = "shop"), _app.Sign("1", claims => claims["exp"] = 1), _app.Sign("An n") })
        {
            var refused = await Assert.ThrowsAsync<ImException>(() => client.SignInWithJwtAsync(jwt));
            Assert.Equal("bad_credentials", refused.Code);
        }

        await client.SignInWithJwtAsync(_app.Sign("1"));
    }

    [Fact]
    public async Task ClosedRegistration_KeepsEverybodyOutButTheAppsUsers()
    {
        var before = await _server.RegisterAsync("before");
        await _server.RestartAsync([.. _app.Settings(("Accounts:Registration", "Closed")).Select(pair => $"--{pair.Key}={pair.Value}")]);
        foreach (var account in new[] { TestServer.NewName("new"), before })
        {
            var refused = await Api.PostAsync(_server.Address, "v1/accounts", new { account, password = TestServer.Password });
            Assert.Equal((403, "forbidden"), (refused.Status, refused.Code));
        }

        await _server.LogInAsync(before);
        (await Api.PostAsync(_server.Address, "v1/login", new { jwt = _app.Sign("1") })).Expect(200);
    }
}
