using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansIM.Accounts;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Accounts;

public sealed class CredentialTests
{
    [Fact]
    public async Task LogIn_WrongUnknownDisabledDeleted_LookTheSame()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "off", "gone");
        (await world.Credentials("off").SetDisabledAsync(true)).ShouldBeDone();
        (await world.Credentials("gone").DeleteAsync()).ShouldBeDone();

        Refusal?[] refusals =
        [
            (await world.Credentials("ann").LogInAsync("wrong")).Refusal,
            (await world.Credentials("nobody").LogInAsync("wrong")).Refusal,
            (await world.Credentials("off").LogInAsync(GrainWorld.Password("off"))).Refusal,
            (await world.Credentials("gone").LogInAsync(GrainWorld.Password("gone"))).Refusal,
        ];

        Assert.All(refusals, refusal => Assert.Equal(refusals[0], refusal));
        Assert.Equal(ErrorCodes.BadCredentials, refusals[0]!.Code);
    }

    [Fact]
    public async Task PasswordHash_OfAnOlderCost_IsRenewedAtTheNextSignIn()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        await world.RestartAsync(("Accounts:PasswordIterations", "2000"));
        var writes = 0;
        world.State.BeforeWrite = (state, _) => writes += state == StorageNames.AccountRecord ? 1 : 0;
        (await world.Credentials("ann").LogInAsync("wrong")).ShouldBeRefused(ErrorCodes.BadCredentials);
        Assert.Equal(0, writes);

        var first = (await world.Credentials("ann").LogInAsync(GrainWorld.Password("ann"))).ShouldBeDone();
        var second = (await world.Credentials("ann").LogInAsync(GrainWorld.Password("ann"))).ShouldBeDone();

        Assert.Equal(1, writes);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Hashing_QueueIsFull_AnswersUnavailable()
    {
        await using var services = new ServiceCollection().AddMetrics().AddSingleton<AccountMetrics>().BuildServiceProvider();
        var options = new AccountOptions { PasswordIterations = 1_000_000, HashingParallelism = 1, HashingQueue = 1 };
        var hashing = new PasswordHashing(Options.Create(options), services.GetRequiredService<AccountMetrics>());
        var (working, waiting) = (hashing.HashAsync("one", default), hashing.HashAsync("two", default));
        Assert.Equal(PasswordCheck.Busy, await hashing.VerifyAsync(null, "three", default));
        Assert.Null(await hashing.HashAsync("four", default));
        Assert.NotNull(await working);
        Assert.NotNull(await waiting);
        Assert.NotNull(await hashing.HashAsync("five", default));
    }

    [Fact]
    public async Task LogIn_RepeatedFailures_SlowDownAndRecover()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:SlowDownAfter", "3"));
        await world.RegisterAsync("ann");
        for (var attempt = 0; attempt < 3; attempt++)
        {
            (await world.Credentials("ann").LogInAsync("wrong")).ShouldBeRefused(ErrorCodes.BadCredentials);
        }

        var slow = await world.Credentials("ann").LogInAsync(GrainWorld.Password("ann"));
        slow.ShouldBeRefused(ErrorCodes.SlowDown);
        Assert.InRange(slow.Refusal!.RetryAfter!.Value.TotalSeconds, 0, 1);

        world.Clock.Advance(TimeSpan.FromSeconds(1));
        (await world.Credentials("ann").LogInAsync(GrainWorld.Password("ann"))).ShouldBeDone();
    }

    [Fact]
    public async Task LogIn_ManyWrongGuessesAtOnce_DoNotAllGetThrough()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:SlowDownAfter", "3"));
        await world.RegisterAsync("ann");
        (await world.Credentials("ann").LogInAsync("wrong")).ShouldBeRefused(ErrorCodes.BadCredentials);

        var guesses = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => world.Credentials("ann").LogInAsync($"guess {number}")));

        Assert.InRange(guesses.Count(guess => guess.Refusal!.Code == ErrorCodes.BadCredentials), 1, 3);
    }

    [Fact]
    public void Throttle_Pauses_DoubleUpToTheLimit()
    {
        var throttle = new SignInThrottle(after: 2, max: TimeSpan.FromSeconds(5));
        var now = DateTimeOffset.UnixEpoch;
        var pauses = new List<double>();
        for (var failure = 0; failure < 6; failure++)
        {
            throttle.Failed(now);
            Assert.Equal(pauses.Count == 0 && failure == 0, throttle.TryBegin(now, out var pause));
            pauses.Add(pause.TotalSeconds);
            now += pause;
        }

        Assert.Equal([0, 1, 2, 4, 5, 5], pauses);
    }

    [Fact]
    public async Task Register_TakenId_IsRefusedAlsoWhenBothComeAtOnce()
    {
        await using var world = await GrainWorld.StartAsync();
        world.State.MaxDelay = 20;

        var both = await Task.WhenAll(Enumerable.Range(0, 10).Select(number =>
            world.Credentials("ann").RegisterAsync(new RegisterAccount { Password = $"secret {number}" })));

        Assert.Single(both, outcome => !outcome.IsRefused);
        Assert.All(both.Where(outcome => outcome.IsRefused), outcome => outcome.ShouldBeRefused(ErrorCodes.AccountTaken));
    }

    [Fact]
    public async Task Register_KeepsNameAndAddress()
    {
        await using var world = await GrainWorld.StartAsync();
        (await world.Credentials("ann").RegisterAsync(new RegisterAccount { Password = GrainWorld.Password("ann"), DisplayName = "Ann", Email = "ann@example.test" })).ShouldBeDone();

        var live = (await world.SignInAsync("ann")).Pages["ann"].Profile;
        await world.RestartAsync();

        Assert.Equal(("Ann", "ann@example.test"), (live.DisplayName, live.Email));
        Assert.Equal(live, (await world.SignInAsync("ann")).Pages["ann"].Profile);
    }

    [Fact]
    public async Task ChangePassword_KillsOtherTokensAndKeepsThisOne()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var (here, there) = (await world.SignInAsync("ann"), await world.SignInAsync("ann"));

        (await world.Credentials("ann").ChangePasswordAsync(new ChangePassword { Token = here.Token, Old = GrainWorld.Password("ann"), New = "new secret" })).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Gateway.EndOf("ann", there.Id) == SessionEnd.SignedOut, "the end of the other session");
        Assert.Null(world.Gateway.EndOf("ann", here.Id));
        (await there.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
        await world.RestartAsync();
        (await here.OpenAsync("ann")).ShouldBeDone();
        (await world.Credentials("ann").LogInAsync(GrainWorld.Password("ann"))).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await world.Credentials("ann").LogInAsync("new secret")).ShouldBeDone();
    }

    [Fact]
    public async Task LogOut_KillsTheTokenForGood()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var (here, there) = (await world.SignInAsync("ann"), await world.SignInAsync("ann"));

        (await world.Credentials("ann").LogOutAsync(here.Token, everywhere: false)).ShouldBeDone();
        await world.RestartAsync();

        (await here.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
        (await there.OpenAsync("ann")).ShouldBeDone();
        (await world.Credentials("ann").LogOutAsync(there.Token, everywhere: true)).ShouldBeDone();
        (await there.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
    }

    [Fact]
    public async Task LogOut_MasterSession_SeesNoLinkedPageAnyMore()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "work");
        (await (await world.SignInAsync("ann")).LinkAsync(("work", default))).ShouldBeDone();
        var ann = await world.SignInAsync("ann");
        Assert.Equal(2, ann.Pages.Count);

        (await world.Credentials("ann").LogOutAsync(ann.Token, everywhere: false)).ShouldBeDone();

        Assert.Contains(ann.Id, (await world.Account("work").RenewSessionsAsync(new RenewSessions { Sessions = [ann.Id] })).Unknown);
        (await ann.OpenAsync("work")).ShouldBeRefused(SessionRefusals.UnprovedSession);
        (await ann.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
    }

    [Fact]
    public async Task Token_Expired_IsDead()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var ann = await world.SignInAsync("ann");

        world.Clock.Advance(TimeSpan.FromDays(2));

        (await ann.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
    }

    [Fact]
    public async Task Session_NotRenewed_IsForgotten()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:SessionLease", "00:01:00"));
        await world.RegisterAsync("ann");
        var (kept, lost) = (await world.SignInAsync("ann"), await world.SignInAsync("ann"));

        world.Clock.Advance(TimeSpan.FromSeconds(50));
        Assert.Empty((await world.Account("ann").RenewSessionsAsync(new RenewSessions { Sessions = [kept.Id] })).Unknown);
        world.Clock.Advance(TimeSpan.FromSeconds(50));

        Assert.Equal([lost.Id], (await world.Account("ann").RenewSessionsAsync(new RenewSessions { Sessions = [kept.Id, lost.Id] })).Unknown);
    }

    [Fact]
    public async Task Sessions_OverTheLimit_AreRefused_AndOneCanBeEnded()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:MaxSessions", "2"));
        await world.RegisterAsync("ann");
        var (here, there) = (await world.SignInAsync("ann"), await world.SignInAsync("ann"));
        var token = here.Token with { TokenId = "third" };
        (await new TestSession(world, "ann", token).OpenAsync("ann")).ShouldBeRefused(ErrorCodes.LimitReached);

        Assert.Equal(2, (await world.Account("ann").ListSessionsAsync(here.Id)).ShouldBeDone().Length);
        (await world.Account("ann").EndSessionAsync(here.Id, there.Id)).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Gateway.EndOf("ann", there.Id) == SessionEnd.SignedOut, "the end of the other session");
        (await there.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
        (await new TestSession(world, "ann", token).OpenAsync("ann")).ShouldBeDone();
    }

    [Fact]
    public async Task Options_OutOfBounds_AreAllNamedAtStart()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => GrainWorld.StartAsync(
            ("Accounts:PasswordIterations", "1"), ("Accounts:MaxContacts", "0"), ("Accounts:DeliveryReceiptDelay", "00:00:00"),
            ("Accounts:TypingExpires", "00:10:00")));

        Assert.Contains("Accounts:PasswordIterations is 1", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("Accounts:MaxContacts is 0", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("Accounts:DeliveryReceiptDelay is 00:00:00; it has to be between 10 ms and a minute", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("Accounts:TypingExpires is 00:10:00", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LogOutEverywhere_SignInWhileItIsStored_StaysSignedIn()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var before = await world.SignInAsync("ann");
        var stored = new TaskCompletionSource();
        world.State.WhileWriting = name => name == StorageNames.AccountRecord ? stored.Task : Task.CompletedTask;

        var everywhere = world.Credentials("ann").LogOutAsync(before.Token, everywhere: true);
        var meanwhile = await world.SignInAsync("ann");
        stored.SetResult();
        (await everywhere).ShouldBeDone();

        var renewed = await world.Account("ann").RenewSessionsAsync(new RenewSessions { Sessions = [before.Id, meanwhile.Id] });
        Assert.Equal([before.Id], renewed.Unknown);
    }
}
