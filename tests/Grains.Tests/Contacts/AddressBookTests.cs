using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Presence;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Tests.Contacts;

public sealed class AddressBookTests
{
    [Fact]
    public async Task Book_HasFriendsAndNobodyElse_WithAllThatIsKnownOfThem()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.FriendsAsync("ann", "bob");
        await world.RegisterAsync("cat");
        (await sessions[0].ChangeContactAsync("cat", ContactAction.Request)).ShouldBeDone();
        (await world.Account("ann").SetContactAsync(sessions[0].Id, new SetContact { Account = "bob", Remark = "Bobby", Labels = ["work"] })).ShouldBeDone();
        await AllSeenAsync(world);
        var grant = await GrantAsync(world, "ann");

        var book = (await world.Book("ann").ReadBookAsync(grant)).ShouldBeDone();

        var bob = Assert.Single(book.Friends);
        Assert.Equal(("bob", "Bobby"), (bob.Contact.Account, bob.Contact.Remark));
        Assert.Equal(["work"], bob.Contact.Labels!);
        Assert.Equal(PresenceStatus.Online, bob.Status);
        Assert.NotNull(bob.ChangedAt);
        Assert.Equal("ann", book.State.DisplayName);
        Assert.Equal(book.State, (await world.Book("ann").DescribeBookAsync(grant)).ShouldBeDone());
    }

    [Fact]
    public async Task Book_OfAnAccountWithoutSession_StillKnowsWhoIsOnline()
    {
        await using var world = await GrainWorld.StartAsync(("Presence:OfflineDelay", "00:00:00.05"));
        var sessions = await world.FriendsAsync("ann", "bob", "cat");
        (await world.Account("bob").SetPresenceAsync(sessions[1].Id, new SessionPresence { Status = PresenceStatus.Away, Note = "tea" })).ShouldBeDone();
        await world.CloseAsync(sessions[2]);
        (string, PresenceStatus, string?)[] seen = [("bob", PresenceStatus.Away, "tea"), ("cat", PresenceStatus.Offline, null)];
        await Eventually.TrueAsync(async () => (await SeenAsync(world, "ann")).SequenceEqual(seen), "ann to see bob away and cat offline", TimeSpan.FromSeconds(30));
        var token = (await ChangesAsync(world, null)).Token;

        await world.CloseAsync(sessions[0]);
        await Eventually.TrueAsync(async () => (await SeenAsync(world, "bob"))[0].Status is PresenceStatus.Offline, "ann to be gone", TimeSpan.FromSeconds(30));

        Assert.Equal(seen, await SeenAsync(world, "ann"));
        Assert.Empty((await ChangesAsync(world, token)).Changed);
    }

    [Fact]
    public async Task Changes_OfEveryKind_AreToldOnceEachAndAfterARestartToo()
    {
        await using var world = await GrainWorld.StartAsync(("Timelines:SnapshotEvery", "2"));
        var sessions = await world.FriendsAsync("ann", "bob", "cat");
        await AllSeenAsync(world);
        var token = (await ChangesAsync(world, null)).Token;

        (await world.Account("ann").SetContactAsync(sessions[0].Id, new SetContact { Account = "bob", Remark = "Bobby" })).ShouldBeDone();
        var renamed = await ChangesAsync(world, token);
        Assert.Equal(["bob"], Names(renamed));
        Assert.Empty((await ChangesAsync(world, renamed.Token)).Changed);

        (await sessions[0].ChangeContactAsync("cat", ContactAction.Remove)).ShouldBeDone();
        (await sessions[0].SendAsync("bob", "no change of a contact")).ShouldBeDone();
        await world.RestartAsync();

        var removed = await ChangesAsync(world, renamed.Token);
        Assert.Equal(["cat"], removed.Removed);
        var both = await ChangesAsync(world, token);
        Assert.Equal(["cat"], both.Removed);
        Assert.Contains("bob", Names(both));
    }

    [Fact]
    public async Task Token_AfterOtherThingsHappened_IsTheSame()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.FriendsAsync("ann", "bob");
        await AllSeenAsync(world);
        var token = (await ChangesAsync(world, null)).Token;

        (await sessions[0].SendAsync("bob", "hello")).ShouldBeDone();
        (await world.SetAsync(sessions[0], "colour", "1")).ShouldBeDone();

        Assert.Equal(token, (await ChangesAsync(world, token)).Token);
    }

    [Theory]
    [InlineData("urn:orleansim:book:1000000:0")]
    [InlineData("nonsense")]
    public async Task Token_ThatIsNotGood_IsRefused(string token)
    {
        await using var world = await GrainWorld.StartAsync();
        await world.FriendsAsync("ann", "bob");

        (await world.Book("ann").ReadBookChangesAsync(await GrantAsync(world, "ann"), token, null)).ShouldBeRefused(ErrorCodes.InvalidArgument);
    }

    [Fact]
    public async Task Book_WithoutGrantOfItsAccount_IsClosed()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.FriendsAsync("ann", "bob");
        var ofBob = await GrantAsync(world, "bob");

        foreach (var key in (string[])["", "x", ofBob])
        {
            (await world.Book("ann").ReadBookAsync(key)).ShouldBeRefused(ErrorCodes.Unauthenticated);
            (await world.Book("ann").DescribeBookAsync(key)).ShouldBeRefused(ErrorCodes.Unauthenticated);
            (await world.Book("ann").ReadBookChangesAsync(key, null, null)).ShouldBeRefused(ErrorCodes.Unauthenticated);
        }

        (await world.Book("ann").SignInToBookAsync("wrong")).ShouldBeRefused(ErrorCodes.BadCredentials);
        (await world.Book("nobody").SignInToBookAsync("wrong")).ShouldBeRefused(ErrorCodes.BadCredentials);
    }

    [Fact]
    public async Task Grant_EndsWithItsTimeAndWithThePassword()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var session = await world.SignInAsync("ann");
        var first = await GrantAsync(world, "ann");
        world.Clock.Advance(TimeSpan.FromMinutes(6));
        (await world.Book("ann").DescribeBookAsync(first)).ShouldBeRefused(ErrorCodes.Unauthenticated);

        var second = await GrantAsync(world, "ann");
        (await world.Book("ann").DescribeBookAsync(second)).ShouldBeDone();
        (await world.Credentials("ann").ChangePasswordAsync(new ChangePassword { Token = session.Token, Old = GrainWorld.Password("ann"), New = "new" })).ShouldBeDone();
        (await world.Book("ann").DescribeBookAsync(second)).ShouldBeRefused(ErrorCodes.Unauthenticated);
    }

    [Fact]
    public async Task Grant_ForAToken_EndsWithTheToken()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var session = await world.SignInAsync("ann");
        var grant = (await world.Book("ann").SignInToBookByTokenAsync(session.Token)).ShouldBeDone().Key;
        (await world.Book("ann").DescribeBookAsync(grant)).ShouldBeDone();

        (await world.Credentials("ann").LogOutAsync(session.Token, everywhere: true)).ShouldBeDone();

        (await world.Book("ann").DescribeBookAsync(grant)).ShouldBeRefused(ErrorCodes.Unauthenticated);
        (await world.Book("ann").SignInToBookByTokenAsync(session.Token)).ShouldBeRefused(ErrorCodes.BadCredentials);
    }

    /// <summary>Waits until ann sees all of her friends online: that comes a moment after they have become friends.</summary>
    private static Task AllSeenAsync(GrainWorld world) => Eventually.TrueAsync(
        async () => (await SeenAsync(world, "ann")).All(friend => friend.Status is PresenceStatus.Online), "ann to see all friends online", TimeSpan.FromSeconds(30));

    private static async Task<(string Account, PresenceStatus Status, string? Note)[]> SeenAsync(GrainWorld world, string account) =>
    [
        .. (await world.Book(account).ReadBookAsync(await GrantAsync(world, account))).ShouldBeDone().Friends
            .Select(friend => (friend.Contact.Account, friend.Status, friend.StatusNote)),
    ];

    private static async Task<string> GrantAsync(GrainWorld world, string account) =>
        (await world.Book(account).SignInToBookAsync(GrainWorld.Password(account))).ShouldBeDone().Key;

    private static async Task<AddressBookChanges> ChangesAsync(GrainWorld world, string? since) =>
        (await world.Book("ann").ReadBookChangesAsync(await GrantAsync(world, "ann"), since, null)).ShouldBeDone();

    private static string[] Names(AddressBookChanges changes) => [.. changes.Changed.Select(friend => friend.Contact.Account)];
}
