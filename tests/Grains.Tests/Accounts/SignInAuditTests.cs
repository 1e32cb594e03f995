using OrleansIM.Accounts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Accounts;

/// <summary>What an account writes into the audit log of those who sign in.</summary>
public sealed class SignInAuditTests
{
    [Fact]
    public async Task LogIn_IsWrittenDownAsDoneOnlyWhenTheTokenIsStored()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        world.State.BeforeWrite = (state, _) => throw new IOException("The disk is full.");

        await Assert.ThrowsAnyAsync<Exception>(() => SignInAsync(world, GrainWorld.Password("ann")));
        Assert.Empty(SignIns(world));

        world.State.BeforeWrite = null;
        (await SignInAsync(world, GrainWorld.Password("ann"))).ShouldBeDone();
        Assert.Equal(["Information signin ok account=ann detail=account"], SignIns(world));
    }

    [Fact]
    public async Task LogIn_Refused_SaysWhyAsTheClientIsNotTold()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        (await world.Credentials("ann").SetDisabledAsync(true)).ShouldBeDone();

        (await SignInAsync(world, "wrong")).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await SignInAsync(world, GrainWorld.Password("ann"))).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await world.Grains.GetGrain<IAccountMailboxObserver>("ann").LogInByMailboxAsync("ann@example.test")).ShouldBeRefused(ErrorCodes.BadCredentials);

        Assert.Equal(
            [
                "Information signin bad_credentials account=ann detail=account",
                "Information signin disabled account=ann detail=account",
                "Information signin bad_credentials account=ann detail=mailbox",
            ],
            SignIns(world));
    }

    private static Task<Outcome<TokenGrant>> SignInAsync(GrainWorld world, string password)
    {
        var now = world.Clock.GetUtcNow();
        SigningIn.Say("desk", now, now.AddDays(30));
        return world.Credentials("ann").LogInAsync(password);
    }

    private static string[] SignIns(GrainWorld world) => [.. world.Audit.Lines.Where(line => line.Contains(" signin ", StringComparison.Ordinal))];
}
