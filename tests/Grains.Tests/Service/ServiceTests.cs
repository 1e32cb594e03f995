using OrleansIM.Accounts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Invites;
using OrleansIM.Messages;
using OrleansIM.Protocol;
using OrleansIM.Service;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Service;

/// <summary>An app's own servers at work, and others that would like to be.</summary>
public sealed class ServiceTests : IAsyncLifetime
{
    private GrainWorld _world = null!;

    public async Task InitializeAsync() => _world = await GrainWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Account_LifeWithAService_IsWhatItSays()
    {
        var secret = await SecretAsync();
        await _world.RestartAsync(("Accounts:Registration", "Closed"));
        (await Service.CreateAccountAsync(secret, "ann", new CreateAccount { Password = GrainWorld.Password("ann"), DisplayName = "Ann" })).ShouldBeDone();
        (await Service.CreateAccountAsync(secret, "ann", new CreateAccount())).ShouldBeRefused(ErrorCodes.AccountTaken);
        var ann = await _world.SignInAsync("ann");
        Assert.Equal("Ann", ann.Pages["ann"].Profile.DisplayName);
        Assert.Equal(ann.Id, Assert.Single((await Service.ListSessionsAsync(secret, "ann")).ShouldBeDone()).Session);

        (await Service.SignOutAsync(secret, "ann", ann.Id)).ShouldBeDone();
        (await ann.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
        var again = await _world.SignInAsync("ann");
        (await Service.SignOutAsync(secret, "ann", null)).ShouldBeDone();
        (await again.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);

        (await Service.SetDisabledAsync(secret, "ann", true)).ShouldBeDone();
        Assert.True((await Service.DescribeAccountAsync(secret, "ann")).ShouldBeDone().IsDisabled);
        (await Service.SetDisabledAsync(secret, "ann", false)).ShouldBeDone();
        await _world.SignInAsync("ann");
        (await Service.DeleteAccountAsync(secret, "ann")).ShouldBeDone();
        (await Service.DescribeAccountAsync(secret, "ann")).ShouldBeRefused(ErrorCodes.UnknownAccount);
        (await Service.CreateAccountAsync(secret, "ann", new CreateAccount())).ShouldBeRefused(ErrorCodes.AccountTaken);
    }

    [Fact]
    public async Task Account_WithoutAPassword_OpensToNobodyUntilItHasOne()
    {
        var secret = await SecretAsync();
        (await Service.CreateAccountAsync(secret, "ann", new CreateAccount())).ShouldBeDone();
        (await _world.Credentials("ann").LogInAsync("")).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await _world.Credentials("ann").LogInAsync(GrainWorld.Password("ann"))).ShouldBeRefused(ErrorCodes.BadCredentials);

        (await Service.SetPasswordAsync(secret, "ann", GrainWorld.Password("ann"), default)).ShouldBeDone();
        var ann = await _world.SignInAsync("ann");
        (await Service.SetPasswordAsync(secret, "ann", "another one", default)).ShouldBeDone();

        (await ann.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
        (await _world.Credentials("ann").LogInAsync(GrainWorld.Password("ann"))).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await Service.SetPasswordAsync(secret, "nobody", "another one", default)).ShouldBeRefused(ErrorCodes.UnknownAccount);
    }

    [Fact]
    public async Task Call_OutsideItsScopeOrPrefix_IsForbiddenAndTellsNothing()
    {
        await _world.RegisterAsync("ann", "game.ann");
        foreach (var scope in ServiceScopes.All)
        {
            var all = await SecretAsync(scopes: scope);
            var bound = await SecretAsync(prefix: "game.", scopes: scope);
            foreach (var (needs, call) in Calls())
            {
                // Whether the account exists or not.
                Assert.Equal(ErrorCodes.Forbidden, (await call(bound, "ann"))?.Code);
                Assert.Equal(await call(bound, "ann"), await call(bound, "nobody"));
                if (needs != scope)
                {
                    Assert.Equal(ErrorCodes.Forbidden, (await call(all, "ann"))?.Code);
                    Assert.Equal(await call(all, "ann"), await call(all, "nobody"));
                }
            }

            Assert.Equal(scope == ServiceScopes.Invites, !(await Service.ListInvitesAsync(bound)).IsRefused);
        }

        await _world.SignInAsync("ann");
    }

    [Fact]
    public async Task Secret_WrongReplacedOrRevoked_IsUnauthenticatedAtOnce()
    {
        await _world.RegisterAsync("ann");
        var made = (await Credentials.CreateAsync(Request())).ShouldBeDone();
        var second = (await Credentials.RotateAsync(made.Credential.Id, TimeSpan.FromHours(1))).ShouldBeDone();
        Assert.NotNull(second.Credential.OldSecretEndsAt);
        foreach (var secret in new[] { made.Secret, second.Secret })
        {
            (await Service.DescribeAccountAsync(secret, "ann")).ShouldBeDone();
        }

        _world.Clock.Advance(TimeSpan.FromHours(1));
        await RefusesAsync(made.Secret);
        (await Service.DescribeAccountAsync(second.Secret, "ann")).ShouldBeDone();
        var third = (await Credentials.RotateAsync(made.Credential.Id, TimeSpan.Zero)).ShouldBeDone();
        await RefusesAsync(second.Secret);
        (await Service.DescribeAccountAsync(third.Secret, "ann")).ShouldBeDone();

        (await Credentials.RevokeAsync(made.Credential.Id)).ShouldBeDone();
        await RefusesAsync(third.Secret);
        await _world.RestartAsync();
        await RefusesAsync(third.Secret);
        await RefusesAsync(third.Secret + "x");
        await RefusesAsync("");
        Assert.Empty(await Credentials.ListAsync());

        async Task RefusesAsync(string secret)
        {
            foreach (var (_, call) in Calls())
            {
                Assert.Equal(ErrorCodes.Unauthenticated, (await call(secret, "ann"))?.Code);
            }

            (await Service.ListInvitesAsync(secret)).ShouldBeRefused(ErrorCodes.Unauthenticated);
        }
    }

    [Fact]
    public async Task Credential_AfterARestart_IsAsItWasAndItsSecretIsNowhereInTheStore()
    {
        var made = (await Credentials.CreateAsync(Request(prefix: "game."))).ShouldBeDone();
        var rotated = (await Credentials.RotateAsync(made.Credential.Id, TimeSpan.FromHours(1))).ShouldBeDone();

        await _world.RestartAsync();

        Assert.Equivalent(rotated.Credential, Assert.Single(await Credentials.ListAsync()), strict: true);
        (await Service.CreateAccountAsync(made.Secret, "game.ann", new CreateAccount())).ShouldBeDone();
        (await Service.DescribeAccountAsync(rotated.Secret, "game.ann")).ShouldBeDone();
        var dump = _world.State.Dump();
        Assert.Contains(made.Credential.Id, dump, StringComparison.Ordinal);
        Assert.All(new[] { made.Secret, rotated.Secret }, secret => Assert.DoesNotContain(secret[21..], dump, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Calls_OverTheLimit_SlowDownThisCredentialAlone()
    {
        await _world.RegisterAsync("ann");
        var (one, other) = (await SecretAsync(callsPerMinute: 1), await SecretAsync(callsPerMinute: 1));
        (await Service.DescribeAccountAsync(one, "ann")).ShouldBeDone();

        var slow = await Service.DescribeAccountAsync(one, "ann");
        slow.ShouldBeRefused(ErrorCodes.SlowDown);
        Assert.InRange(slow.Refusal!.RetryAfter!.Value, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(1));
        (await Service.DescribeAccountAsync(other, "ann")).ShouldBeDone();
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        (await Service.DescribeAccountAsync(one, "ann")).ShouldBeDone();
    }

    [Fact]
    public async Task Send_TheSameManyTimesAtOnce_StoresItOnce()
    {
        await _world.RegisterAsync("ann");
        var secret = await SecretAsync();
        var ann = await _world.SignInAsync("ann");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(secret, "1", "ann")));

        Assert.Single(answers.Select(answer => Assert.Single(answer.ShouldBeDone().Sent)).Distinct());
        var history = (await _world.Account("ann").ReadHistoryAsync(ann.Id, new HistoryQuery { Peer = Senders.Service, Limit = 10 })).ShouldBeDone();
        Assert.Equal(EntryKind.Message, Assert.Single(history.Entries).Kind);
        await _world.RestartAsync();
        Assert.Equal(answers[0].ShouldBeDone().Sent[0], Assert.Single((await SendAsync(secret, "1", "ann")).ShouldBeDone().Sent));
    }

    [Fact]
    public async Task Send_StoreFailsForOne_ReachesTheOthersAndThatOneWhenRepeated()
    {
        await _world.RegisterAsync("ann", "bob");
        var secret = await SecretAsync();
        _world.State.BeforeRead = grain =>
        {
            if (grain.ToString().EndsWith("/bob", StringComparison.Ordinal))
            {
                throw new InvalidOperationException("The disk is gone.");
            }
        };
        await _world.RestartAsync();

        var answer = (await SendAsync(secret, "1", "ann", "bob")).ShouldBeDone();

        Assert.Equal("ann", Assert.Single(answer.Sent).Account);
        Assert.Equal(("bob", ErrorCodes.Unavailable), (answer.Failed[0].Account, answer.Failed[0].Reason));
        _world.State.BeforeRead = null;
        var again = (await SendAsync(secret, "1", "ann", "bob")).ShouldBeDone();
        Assert.Equal(answer.Sent[0], again.Sent[0]);
        Assert.Equal("bob", again.Sent[1].Account);
    }

    [Fact]
    public async Task Send_MoreRecipientsThanCallsLeft_SlowsDown()
    {
        await _world.RegisterAsync("ann", "bob");
        var secret = await SecretAsync(callsPerMinute: 3);
        (await SendAsync(secret, "1", "ann", "bob")).ShouldBeDone();

        (await SendAsync(secret, "2", "ann", "bob")).ShouldBeRefused(ErrorCodes.SlowDown);
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        (await SendAsync(secret, "2", "ann", "bob")).ShouldBeDone();
    }

    [Fact]
    public async Task Invites_OfACredential_AreItsOwnAndWithinItsPrefix()
    {
        var (game, shop) = (await SecretAsync(prefix: "game."), await SecretAsync(prefix: "shop."));
        await _world.RestartAsync(("Accounts:Registration", "Invite"));
        // What the request claims about maker and prefix is not asked.
        var made = (await Service.CreateInviteAsync(game, new CreateInvite { Uses = 2, Lifetime = TimeSpan.FromDays(1), Prefix = "shop.", MadeBy = "me" })).ShouldBeDone();

        Assert.Empty((await Service.ListInvitesAsync(shop)).ShouldBeDone());
        Assert.Equal(made.Invite, Assert.Single((await Service.ListInvitesAsync(game)).ShouldBeDone()));
        (await RegisterAsync("shop.ann")).ShouldBeRefused(ErrorCodes.BadInvite);
        (await RegisterAsync("game.ann")).ShouldBeDone();
        (await Service.RevokeInviteAsync(shop, made.Invite.Id)).ShouldBeRefused(ErrorCodes.InvalidArgument);
        (await Service.RevokeInviteAsync(game, made.Invite.Id)).ShouldBeDone();
        (await RegisterAsync("game.bob")).ShouldBeRefused(ErrorCodes.BadInvite);

        Task<Outcome> RegisterAsync(string account) => _world.Credentials(account).RegisterAsync(new RegisterAccount { Password = "secret", Invite = made.Code });
    }

    private IServiceGrain Service => _world.Grains.GetGrain<IServiceGrain>(IServiceGrain.Key);

    private IServiceCredentialsGrain Credentials => _world.Grains.GetGrain<IServiceCredentialsGrain>(IServiceGrain.Key);

    /// <summary>Every call about an account, and the scope it takes.</summary>
    private IEnumerable<(string Scope, Func<string, string, Task<Refusal?>> Call)> Calls() =>
    [
        (ServiceScopes.CreateAccounts, async (secret, account) => (await Service.CreateAccountAsync(secret, account, new CreateAccount())).Refusal),
        (ServiceScopes.ReadAccounts, async (secret, account) => (await Service.DescribeAccountAsync(secret, account)).Refusal),
        (ServiceScopes.ReadAccounts, async (secret, account) => (await Service.ListSessionsAsync(secret, account)).Refusal),
        (ServiceScopes.DisableAccounts, async (secret, account) => (await Service.SetDisabledAsync(secret, account, true)).Refusal),
        (ServiceScopes.DisableAccounts, async (secret, account) => (await Service.SetDisabledAsync(secret, account, false)).Refusal),
        (ServiceScopes.DeleteAccounts, async (secret, account) => (await Service.DeleteAccountAsync(secret, account)).Refusal),
        (ServiceScopes.SetPasswords, async (secret, account) => (await Service.SetPasswordAsync(secret, account, "password", default)).Refusal),
        (ServiceScopes.SendMessages, async (secret, account) => (await SendAsync(secret, "1", account)).Refusal),
        (ServiceScopes.EndSessions, async (secret, account) => (await Service.SignOutAsync(secret, account, null)).Refusal),
    ];

    private Task<Outcome<ServiceMessagesSent>> SendAsync(string secret, string cid, params string[] to) =>
        Service.SendAsync(secret, to, new ServiceMessage { Body = "Maintenance at noon.", Cid = cid, Kind = "text" });

    private static CreateServiceCredential Request(string prefix = "", int callsPerMinute = 1_000, params string[] scopes) =>
        new() { Name = "test", Scopes = scopes.Length == 0 ? [.. ServiceScopes.All] : scopes, Prefix = prefix, CallsPerMinute = callsPerMinute };

    private async Task<string> SecretAsync(string prefix = "", int callsPerMinute = 1_000, params string[] scopes) =>
        (await Credentials.CreateAsync(Request(prefix, callsPerMinute, scopes))).ShouldBeDone().Secret;
}
