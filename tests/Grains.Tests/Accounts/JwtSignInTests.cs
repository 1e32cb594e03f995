using OrleansIM.Accounts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Service;

namespace OrleansIM.Grains.Tests.Accounts;

/// <summary>Accounts whose users sign in with tokens of an issuer.</summary>
public sealed class JwtSignInTests : IAsyncLifetime
{
    private AppSignIn _app = null!;

    public async Task InitializeAsync() => _app = await AppSignIn.StartAsync();

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task LogIn_FirstToken_MakesTheAccountWithItsName()
    {
        await using var world = await StartAsync(("Identity:Issuers:app:DisplayNameClaim", "name"));
        var grant = (await LogInAsync(world, "game.4711", _app.Sign("4711", claims => claims["name"] = "Ann"))).ShouldBeDone();
        var session = await world.EnterAsync("game.4711", grant, "jwt");
        Assert.Equal("Ann", session.Pages["game.4711"].Profile.DisplayName);
        (await world.Credentials("game.4711").LogInAsync("")).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await world.Credentials("game.4711").RegisterAsync(new RegisterAccount { Password = "x" })).ShouldBeRefused(ErrorCodes.AccountTaken);
    }

    [Fact]
    public async Task LogIn_AfterARestart_IsTheSameAccount()
    {
        await using var world = await StartAsync();
        var first = (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeDone();
        await world.RestartAsync();
        Assert.Equal(first, (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeDone());
    }

    [Fact]
    public async Task LogIn_ManyAtOnce_MakeOneAccount()
    {
        await using var world = await StartAsync();
        var grants = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => LogInAsync(world, "game.4711", _app.Sign("4711"))));
        Assert.All(grants, grant => Assert.Equal(1, grant.ShouldBeDone().Generation));
    }

    [Fact]
    public async Task LogIn_UnknownSubjectWithoutProvision_IsRefusedAndMakesNothing()
    {
        await using var world = await StartAsync(("Identity:Issuers:app:Provision", "false"));
        (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeRefused(ErrorCodes.BadCredentials);
        await world.RestartAsync();
        Assert.False((await world.Grains.GetGrain<IAccountLinkGrain>("game.4711").GetLinkStateAsync()).Exists);
    }

    [Fact]
    public async Task LogIn_AccountThatAnAppsServerMadeForTheSubject_IsItsOwn()
    {
        await using var world = await StartAsync(("Identity:Issuers:app:Provision", "false"));
        var account = world.Grains.GetGrain<IAccountServiceGrain>("game.4711");
        var owned = new CreateAccount { DisplayName = "Ann", Issuer = _app.Address, Subject = "4711" };
        // An account of that form that is nobody's would keep its user out.
        (await account.CreateAsync(new CreateAccount { Password = "x" })).ShouldBeRefused(ErrorCodes.AccountTaken);
        (await account.CreateAsync(owned with { Subject = "4712" })).ShouldBeRefused(ErrorCodes.InvalidArgument);
        (await account.CreateAsync(owned with { Issuer = "https://other.example" })).ShouldBeRefused(ErrorCodes.InvalidArgument);

        (await account.CreateAsync(owned)).ShouldBeDone();

        var grant = (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeDone();
        Assert.Equal("Ann", (await world.EnterAsync("game.4711", grant, "jwt")).Pages["game.4711"].Profile.DisplayName);
        (await LogInAsync(world, "game.4711", _app.Sign("4712"))).ShouldBeRefused(ErrorCodes.BadCredentials);
    }

    [Fact]
    public async Task LogIn_TokenOfAnotherSubject_IsRefused()
    {
        await using var world = await StartAsync();
        (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeDone();
        (await LogInAsync(world, "game.4711", _app.Sign("4712"))).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await LogInAsync(world, "somebody", _app.Sign("4712"))).ShouldBeRefused(ErrorCodes.BadCredentials);
    }

    [Fact]
    public async Task LogIn_OtherIssuerWithTheSameAccount_IsRefused()
    {
        await using var other = await AppSignIn.StartAsync();
        await using var world = await StartAsync(
            ("Identity:Issuers:other:Authority", other.Address), ("Identity:Issuers:other:Audiences:0", AppSignIn.Audience), ("Identity:Issuers:other:Account", "{sub}"));
        (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeDone();
        (await LogInAsync(world, "game.4711", other.Sign("game.4711"))).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await LogInAsync(world, "ann", other.Sign("ann"))).ShouldBeDone();
    }

    [Fact]
    public async Task LogIn_AccountThatWasRegisteredWithAPassword_StaysItsOwners()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("game.4711");

        // The issuer is configured later; whoever has the name keeps it.
        await world.RestartAsync(_app.Settings());
        (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await world.Credentials("game.4711").LogInAsync(GrainWorld.Password("game.4711"))).ShouldBeDone();
    }

    [Fact]
    public async Task Register_NameOfAnIssuersUsers_IsRefused()
    {
        await using var world = await StartAsync();
        (await world.Credentials("game.4711").RegisterAsync(new RegisterAccount { Password = "x" })).ShouldBeRefused(ErrorCodes.AccountTaken);
        (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeDone();
        await world.RegisterAsync("gamer");
    }

    [Fact]
    public async Task LogIn_DisabledOrDeletedAccount_IsRefused()
    {
        await using var world = await StartAsync();
        (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeDone();
        (await world.Credentials("game.4711").SetDisabledAsync(true)).ShouldBeDone();
        (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await world.Credentials("game.4711").SetDisabledAsync(false)).ShouldBeDone();
        (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeDone();
        (await world.Credentials("game.4711").DeleteAsync()).ShouldBeDone();
        (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeRefused(ErrorCodes.BadCredentials);
    }

    [Fact]
    public async Task LogIn_IssuerThatIsDown_IsUnavailable()
    {
        await using var world = await StartAsync();
        _app.KeysAnswer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeRefused(ErrorCodes.Unavailable);
    }

    [Fact]
    public async Task LogIn_WrongTokens_DoNotSlowTheOwnerDown()
    {
        await using var world = await StartAsync();
        for (var i = 0; i < 50; i++)
        {
            (await LogInAsync(world, "game.4711", _app.Sign("4711", claims => claims["aud"] = "shop"))).ShouldBeRefused(ErrorCodes.BadCredentials);
        }

        (await LogInAsync(world, "game.4711", _app.Sign("4711"))).ShouldBeDone();
    }

    [Fact]
    public async Task SessionOfAToken_IsTheAccountsOwn()
    {
        await using var world = await StartAsync();
        var session = await SignInAsync(world, "4711");
        var app = (await world.AppPasswords("game.4711").CreateAppPasswordAsync(session.Id, "phone")).ShouldBeDone();
        (await world.Book("game.4711").SignInToBookAsync(app.Password)).ShouldBeDone();
        (await world.Credentials("game.4711").LogOutAsync(session.Token, everywhere: true)).ShouldBeDone();
        (await session.OpenAsync("game.4711")).ShouldBeRefused(ErrorCodes.Unauthenticated);
    }

    [Fact]
    public async Task Link_WithTokens_LinksTheRightOnesAndNamesTheOthers()
    {
        await using var world = await StartAsync();
        await world.RegisterAsync("ann");
        (await LogInAsync(world, "game.3", _app.Sign("3"))).ShouldBeDone();
        (await world.Credentials("game.3").SetDisabledAsync(true)).ShouldBeDone();
        var session = await world.SignInAsync("ann");

        var added = (await world.Account("ann").AddLinksAsync(session.Id,
        [
            Link("game.1", _app.Sign("1")),
            Link("game.2", _app.Sign("1")),
            Link("game.3", _app.Sign("3")),
            Link("game.4", _app.Sign("4", claims => claims["exp"] = 1)),
            Link("ann", _app.Sign("1")),
        ])).ShouldBeDone();

        Assert.Equal("game.1", Assert.Single(added.Linked).Account);
        Assert.Equal(
            [("ann", "self"), ("game.2", "bad_credentials"), ("game.3", "disabled"), ("game.4", "bad_credentials")],
            added.Rejected.Select(one => (one.Account, one.Reason)).Order());
        Assert.Equal(["ann", "game.1"], (await world.SignInAsync("ann")).Pages.Keys.Order());
    }

    [Fact]
    public async Task Link_FromASessionOfAToken_ShowsTheLinkedAccount()
    {
        await using var world = await StartAsync();
        await world.RegisterAsync("ann");
        var session = await SignInAsync(world, "4711");
        (await session.LinkAsync(("ann", LinkRole.Secondary))).ShouldBeDone();
        Assert.Equal(["ann", "game.4711"], (await SignInAsync(world, "4711")).Pages.Keys.Order());
    }

    [Fact]
    public async Task Link_OfATokensAccount_OutlivesNewKeysAtTheIssuerAndEndsWithTheAccount()
    {
        await using var world = await StartAsync(("Links:Validation", "Both"));
        await world.RegisterAsync("ann");
        (await world.Account("ann").AddLinksAsync((await world.SignInAsync("ann")).Id, [Link("game.1", _app.Sign("1"))])).ShouldBeDone();
        _app.Rotate();
        world.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(["ann", "game.1"], (await world.SignInAsync("ann")).Pages.Keys.Order());
        (await world.Credentials("game.1").SetDisabledAsync(true)).ShouldBeDone();
        var dropped = await world.SignInAsync("ann");
        Assert.Equal(["ann"], dropped.Pages.Keys);
        Assert.Equal(("game.1", "disabled"), (Assert.Single(dropped.View.Rejected).Account, dropped.View.Rejected[0].Reason));
    }

    private static LinkRequest Link(string account, string jwt) => new() { Account = account, Jwt = jwt, Role = LinkRole.Secondary };

    private static Task<Outcome<TokenGrant>> LogInAsync(GrainWorld world, string account, string jwt) => world.Credentials(account).LogInByJwtAsync(jwt);

    private async Task<TestSession> SignInAsync(GrainWorld world, string subject) =>
        await world.EnterAsync($"game.{subject}", (await LogInAsync(world, $"game.{subject}", _app.Sign(subject))).ShouldBeDone(), "jwt");

    private Task<GrainWorld> StartAsync(params (string Key, string Value)[] settings) => GrainWorld.StartAsync(_app.Settings(settings));
}
