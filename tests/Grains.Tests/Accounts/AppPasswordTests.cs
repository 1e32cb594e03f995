using OrleansIM.Accounts;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Links;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Tests.Accounts;

public sealed class AppPasswordTests
{
    [Fact]
    public void Make_Thousand_AreTypableAndDifferent()
    {
        var made = Enumerable.Range(0, 1000).Select(_ => AppPasswords.Make()).ToArray();

        Assert.All(made, one => Assert.Matches("^([0-9a-hjkmnp-tv-z]{4}-){6}[0-9a-hjkmnp-tv-z]{4}$", one.Password));
        Assert.Equal(1000, made.Select(one => one.Password).Distinct().Count());
        Assert.Equal(1000, made.Select(one => one.Hash).Distinct().Count());
    }

    [Fact]
    public void Find_HoweverItWasTyped_IsTheSame()
    {
        var (password, hash) = AppPasswords.Make();
        AppPasswordRecord[] all = [Record(AppPasswords.Make().Hash), Record(hash)];

        Assert.Same(all[1], AppPasswords.Find(all, password));
        Assert.Same(all[1], AppPasswords.Find(all, password.ToUpperInvariant()));
        Assert.Same(all[1], AppPasswords.Find(all, password.Replace("-", "", StringComparison.Ordinal)));
        Assert.Same(all[1], AppPasswords.Find(all, " " + password.Replace('-', ' ').Replace('0', 'O').Replace('1', 'l')));
        Assert.Null(AppPasswords.Find(all, password[..^1]));
        Assert.Null(AppPasswords.Find(all, password + "0"));
        Assert.Null(AppPasswords.Find(all, password.Replace('-', '_')));
        Assert.Null(AppPasswords.Find(all, ""));
        Assert.Null(AppPasswords.Find(all, AppPasswords.Make().Password));
    }

    [Fact]
    public async Task AppPassword_OpensTheBookAndNothingElse()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var session = await world.SignInAsync("ann");
        var made = (await world.AppPasswords("ann").CreateAppPasswordAsync(session.Id, "phone")).ShouldBeDone();

        (await world.Book("ann").SignInToBookAsync(made.Password)).ShouldBeDone();
        (await world.Credentials("ann").LogInAsync(made.Password)).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await world.Credentials("ann").ChangePasswordAsync(new ChangePassword { Token = session.Token, Old = made.Password, New = "x" }))
            .ShouldBeRefused(ErrorCodes.BadCredentials);
    }

    [Fact]
    public async Task AppPasswords_AreListedWithWhenTheyWereUsed_AndSurviveARestart()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var session = await world.SignInAsync("ann");
        var phone = (await world.AppPasswords("ann").CreateAppPasswordAsync(session.Id, "phone")).ShouldBeDone();
        var begin = world.Clock.GetUtcNow();
        (await world.AppPasswords("ann").CreateAppPasswordAsync(session.Id, "pc")).ShouldBeDone();
        (await world.Book("ann").SignInToBookAsync(phone.Password)).ShouldBeDone();

        await world.RestartAsync();
        session = await world.SignInAsync("ann");
        var all = (await world.AppPasswords("ann").ListAppPasswordsAsync(session.Id)).ShouldBeDone();

        Assert.Equal(["phone", "pc"], all.Select(one => one.Name));
        Assert.Equal([true, false], all.Select(one => one.LastUsed is not null));
        Assert.InRange(all[0].LastUsed!.Value, begin, world.Clock.GetUtcNow());
        (await world.Book("ann").SignInToBookAsync(phone.Password)).ShouldBeDone();
    }

    [Fact]
    public async Task Revoked_IsNoPasswordAnyMore_AndItsGrantsAreOver()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var session = await world.SignInAsync("ann");
        var made = (await world.AppPasswords("ann").CreateAppPasswordAsync(session.Id, "phone")).ShouldBeDone();
        var grant = (await world.Book("ann").SignInToBookAsync(made.Password)).ShouldBeDone();
        (await world.Book("ann").ReadBookAsync(grant.Key)).ShouldBeDone();

        (await world.AppPasswords("ann").RevokeAppPasswordAsync(session.Id, made.Id)).ShouldBeDone();

        (await world.Book("ann").ReadBookAsync(grant.Key)).ShouldBeRefused(ErrorCodes.Unauthenticated);
        (await world.Book("ann").SignInToBookAsync(made.Password)).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await world.AppPasswords("ann").RevokeAppPasswordAsync(session.Id, made.Id)).ShouldBeRefused(ErrorCodes.InvalidArgument);
        Assert.Empty((await world.AppPasswords("ann").ListAppPasswordsAsync(session.Id)).ShouldBeDone());
    }

    [Fact]
    public async Task AppPassword_OutlivesPasswordAndSignOut_ButNotTheAccount()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var session = await world.SignInAsync("ann");
        var made = (await world.AppPasswords("ann").CreateAppPasswordAsync(session.Id, "phone")).ShouldBeDone();

        (await world.Credentials("ann").ChangePasswordAsync(new ChangePassword { Token = session.Token, Old = GrainWorld.Password("ann"), New = "new" })).ShouldBeDone();
        (await world.Credentials("ann").LogOutAsync(session.Token, everywhere: true)).ShouldBeDone();
        var grant = (await world.Book("ann").SignInToBookAsync(made.Password)).ShouldBeDone();

        (await world.Credentials("ann").SetDisabledAsync(true)).ShouldBeDone();
        (await world.Book("ann").ReadBookAsync(grant.Key)).ShouldBeRefused(ErrorCodes.Unauthenticated);
        (await world.Book("ann").SignInToBookAsync(made.Password)).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await world.Credentials("ann").SetDisabledAsync(false)).ShouldBeDone();
        (await world.Book("ann").SignInToBookAsync(made.Password)).ShouldBeDone();

        (await world.Credentials("ann").DeleteAsync()).ShouldBeDone();
        (await world.Book("ann").SignInToBookAsync(made.Password)).ShouldBeRefused(ErrorCodes.BadCredentials);
    }

    [Fact]
    public async Task AppPasswords_OverTheLimit_AreRefused()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:MaxAppPasswords", "2"));
        await world.RegisterAsync("ann");
        var session = await world.SignInAsync("ann");
        var first = (await world.AppPasswords("ann").CreateAppPasswordAsync(session.Id, "1")).ShouldBeDone();
        (await world.AppPasswords("ann").CreateAppPasswordAsync(session.Id, "2")).ShouldBeDone();
        (await world.AppPasswords("ann").CreateAppPasswordAsync(session.Id, "3")).ShouldBeRefused(ErrorCodes.LimitReached);

        (await world.AppPasswords("ann").RevokeAppPasswordAsync(session.Id, first.Id)).ShouldBeDone();
        (await world.AppPasswords("ann").CreateAppPasswordAsync(session.Id, "3")).ShouldBeDone();
    }

    [Fact]
    public async Task AppPasswords_ThroughALink_AreForbidden()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "work");
        var ann = await world.SignInAsync("ann");
        (await ann.LinkAsync(("work", LinkRole.Secondary))).ShouldBeDone();
        ann = await world.SignInAsync("ann");
        Assert.Contains("work", ann.Pages.Keys);

        (await world.AppPasswords("work").CreateAppPasswordAsync(ann.Id, "phone")).ShouldBeRefused(ErrorCodes.Forbidden);
        (await world.AppPasswords("work").ListAppPasswordsAsync(ann.Id)).ShouldBeRefused(ErrorCodes.Forbidden);
        (await world.AppPasswords("work").RevokeAppPasswordAsync(ann.Id, "x")).ShouldBeRefused(ErrorCodes.Forbidden);
    }

    [Fact]
    public async Task AppPasswords_InASessionOfTheMailbox_AreNotMade()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var grant = (await world.Credentials("ann").LogInAsync(GrainWorld.Password("ann"))).ShouldBeDone();
        var token = new TokenClaims
        {
            TokenId = "t",
            Account = "ann",
            Generation = grant.Generation,
            Device = "",
            Via = "mailbox",
            IssuedAt = world.Clock.GetUtcNow(),
            ExpiresAt = world.Clock.GetUtcNow().AddDays(1),
        };
        var session = new TestSession(world, "ann", token);
        (await session.OpenAsync("ann")).ShouldBeDone();

        (await world.AppPasswords("ann").CreateAppPasswordAsync(session.Id, "phone")).ShouldBeRefused(ErrorCodes.Forbidden);
        (await world.AppPasswords("ann").ListAppPasswordsAsync(session.Id)).ShouldBeDone();
    }

    [Fact]
    public async Task Guessing_AtTheBook_SlowsDownTheBookButNotThePersonNorAnAppPassword()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:SlowDownAfter", "3"));
        await world.RegisterAsync("ann");
        var session = await world.SignInAsync("ann");
        var made = (await world.AppPasswords("ann").CreateAppPasswordAsync(session.Id, "phone")).ShouldBeDone();
        for (var i = 0; i < 3; i++)
        {
            (await world.Book("ann").SignInToBookAsync(AppPasswords.Make().Password)).ShouldBeRefused(ErrorCodes.BadCredentials);
        }

        (await world.Book("ann").SignInToBookAsync(GrainWorld.Password("ann"))).ShouldBeRefused(ErrorCodes.SlowDown);
        (await world.Book("ann").SignInToBookAsync(made.Password)).ShouldBeDone();
        (await world.Credentials("ann").LogInAsync(GrainWorld.Password("ann"))).ShouldBeDone();
    }

    private static AppPasswordRecord Record(string hash) => new() { Id = hash[..4], Name = "x", Hash = hash, CreatedAt = DateTimeOffset.UnixEpoch };
}
