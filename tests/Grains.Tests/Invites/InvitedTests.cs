using OrleansIM.Accounts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Invites;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Tests.Invites;

/// <summary>Accounts that are made with invites: never more than a code has uses, and none is lost.</summary>
public sealed class InvitedTests : IAsyncLifetime
{
    private GrainWorld _world = null!;

    public async Task InitializeAsync() => _world = await GrainWorld.StartAsync(("Accounts:Registration", "Invite"));

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Register_WithACode_MakesAsManyAccountsAsItHasUses()
    {
        var code = (await CreateAsync(uses: 2)).Code;

        (await RegisterAsync("ann", code.ToUpperInvariant())).ShouldBeDone();
        (await RegisterAsync("bob", code)).ShouldBeDone();
        (await RegisterAsync("cat", code)).ShouldBeRefused(ErrorCodes.BadInvite);
        await _world.SignInAsync("ann");
        Assert.Equal((2, 2), Uses(await ListAsync()));
        Assert.Equal((await ListAsync()).Id, (await _world.Grains.GetGrain<IAccountAdminGrain>("ann").DescribeAsync()).ShouldBeDone().Invite);
    }

    [Fact]
    public async Task Register_WithACodeThatIsNotGood_HasOneAnswerWhateverIsWrong()
    {
        var used = (await CreateAsync()).Code;
        (await RegisterAsync("ann", used)).ShouldBeDone();
        var revoked = await CreateAsync();
        (await Invites.RevokeAsync(revoked.Invite.Id, null)).ShouldBeDone();
        var expired = (await CreateAsync(lifetime: TimeSpan.FromMinutes(1))).Code;
        var otherPrefix = (await Invites.CreateAsync(new CreateInvite { Uses = 1, Lifetime = TimeSpan.FromDays(1), Prefix = "game." })).ShouldBeDone().Code;
        _world.Clock.Advance(TimeSpan.FromMinutes(1));

        // Ann exists: that is not told either.
        var refusals = new List<Refusal?>();
        foreach (var code in new[] { used, revoked.Code, expired, otherPrefix, null, "", "no code at all", "0000-0000-0000-0000" })
        {
            refusals.Add((await RegisterAsync("ann", code)).Refusal);
            refusals.Add((await RegisterAsync("bob", code)).Refusal);
        }

        Assert.All(refusals, refusal => Assert.Equal(refusals[0], refusal));
        Assert.Equal(ErrorCodes.BadInvite, refusals[0]?.Code);
    }

    [Fact]
    public async Task Register_ManyAtOnceWithOneCode_MakesNoMoreThanItsUses()
    {
        _world.State.MaxDelay = 5;
        var code = (await CreateAsync(uses: 3)).Code;

        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => RegisterAsync($"user{number}", code)));

        Assert.Equal(3, made.Count(outcome => !outcome.IsRefused));
        Assert.All(made.Where(outcome => outcome.IsRefused), refused => refused.ShouldBeRefused(ErrorCodes.BadInvite));
        Assert.Equal((3, 3), Uses(await ListAsync()));
    }

    [Fact]
    public async Task Register_OneNameManyTimesAtOnce_SpendsOneUse()
    {
        _world.State.MaxDelay = 5;
        var code = (await CreateAsync(uses: 5)).Code;

        var made = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RegisterAsync("ann", code)));

        Assert.Single(made, outcome => !outcome.IsRefused);
        await Eventually.TrueAsync(async () => (await ListAsync()).Used == 1, "the other uses to be free again");
    }

    [Fact]
    public async Task Register_RefusedForAnotherReason_SpendsNothing()
    {
        var code = (await CreateAsync(uses: 2)).Code;
        (await RegisterAsync("ann", code)).ShouldBeDone();

        (await RegisterAsync("ann", code)).ShouldBeRefused(ErrorCodes.AccountTaken);

        Assert.Equal((2, 1), Uses(await ListAsync()));
        (await RegisterAsync("bob", code)).ShouldBeDone();
    }

    [Fact]
    public async Task Register_AccountCouldNotBeStored_LeavesTheUseFree()
    {
        var code = (await CreateAsync()).Code;
        _world.State.BeforeWrite = (state, _) =>
        {
            if (state == StorageNames.AccountRecord)
            {
                throw new InvalidOperationException("The disk is full.");
            }
        };
        await Assert.ThrowsAnyAsync<Exception>(() => RegisterAsync("ann", code));
        _world.State.BeforeWrite = null;

        // The account that was not made knows so as soon as it has started anew.
        await Eventually.TrueAsync(async () => !(await RegisterAsync("bob", code)).IsRefused, "the use to be found free");
        Assert.Equal((1, 1), Uses(await ListAsync()));
    }

    [Fact]
    public async Task Use_TakenBeforeACrash_IsSpentIfTheAccountWasMadeAndFreeIfNot()
    {
        var code = (await CreateAsync(uses: 2)).Code;
        (await Invites.TakeAsync(code, "lost", "a use that nobody spends")).ShouldBeDone();
        // The account is stored, and then nobody can be told of it.
        var writes = 0;
        _world.State.BeforeWrite = (state, _) =>
        {
            if (state == StorageNames.Invites && ++writes == 2)
            {
                throw new InvalidOperationException("The power is gone.");
            }
        };
        (await RegisterAsync("ann", code)).ShouldBeDone();
        _world.State.BeforeWrite = null;
        await _world.RestartAsync();
        Assert.Equal((2, 2), Uses(await ListAsync()));

        (await RegisterAsync("bob", code)).ShouldBeDone();
        (await RegisterAsync("cat", code)).ShouldBeRefused(ErrorCodes.BadInvite);
        Assert.Equal((2, 2), Uses(await ListAsync()));
    }

    [Fact]
    public async Task Invite_AfterARestart_IsAsItWasAndItsCodeIsNowhereInTheStore()
    {
        var made = await CreateAsync(uses: 2, note: "for the team");
        (await RegisterAsync("ann", made.Code)).ShouldBeDone();

        await _world.RestartAsync();

        Assert.Equal(made.Invite with { Used = 1 }, await ListAsync());
        var dump = _world.State.Dump();
        Assert.Contains("for the team", dump, StringComparison.Ordinal);
        Assert.DoesNotContain(made.Code, dump, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(made.Code.Replace("-", "", StringComparison.Ordinal), dump, StringComparison.OrdinalIgnoreCase);
        (await RegisterAsync("bob", made.Code)).ShouldBeDone();
        (await RegisterAsync("cat", made.Code)).ShouldBeRefused(ErrorCodes.BadInvite);
    }

    [Fact]
    public async Task Invites_WhereRegistrationIsOpen_AreNotLookedAt()
    {
        await _world.RestartAsync(("Accounts:Registration", "Open"));

        (await RegisterAsync("ann", "no code at all")).ShouldBeDone();
    }

    private IInvitesGrain Invites => _world.Grains.GetGrain<IInvitesGrain>(IInvitesGrain.Key);

    private async Task<NewInvite> CreateAsync(int uses = 1, TimeSpan? lifetime = null, string? note = null) =>
        (await Invites.CreateAsync(new CreateInvite { Uses = uses, Lifetime = lifetime ?? TimeSpan.FromDays(1), Note = note })).ShouldBeDone();

    private async Task<InviteInfo> ListAsync() => Assert.Single(await Invites.ListAsync(null));

    private static (int Uses, int Used) Uses(InviteInfo invite) => (invite.Uses, invite.Used);

    private Task<Outcome> RegisterAsync(string account, string? code) =>
        _world.Credentials(account).RegisterAsync(new RegisterAccount { Password = GrainWorld.Password(account), Invite = code });
}
