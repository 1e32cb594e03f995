using OrleansIM.Accounts;
using OrleansIM.Grains.Links;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Links;

public sealed class LinkGroupGrainTests
{
    [Fact]
    public async Task Add_MixedBatch_LinksTheValidAndNamesEveryOther()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "work", "game", "gone", "taken", "other");
        var other = await world.SignInAsync("other");
        (await other.LinkAsync(("taken", LinkRole.Secondary))).ShouldBeDone();
        (await world.Credentials("gone").SetDisabledAsync(true)).ShouldBeDone();
        var ann = await world.SignInAsync("ann");

        var added = (await world.Account("ann").AddLinksAsync(ann.Id,
        [
            Request("work"), Request("game", role: LinkRole.Master), Request("gone"), Request("taken"), Request("nobody"), Request("ann"),
            Request("other", "not the password"),
        ])).ShouldBeDone();

        Assert.Equal(["game", "work"], added.Linked.Select(member => member.Account).Order());
        var rejected = added.Rejected.ToDictionary(rejection => rejection.Account, rejection => rejection.Reason);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["gone"] = ErrorCodes.Disabled,
                ["taken"] = ErrorCodes.AlreadyLinked,
                ["nobody"] = ErrorCodes.UnknownAccount,
                ["ann"] = ErrorCodes.Self,
                ["other"] = ErrorCodes.BadCredentials,
            },
            rejected);
        var view = (await ann.ViewAsync()).ShouldBeDone();
        Assert.Equal(["ann Master", "game Master", "work Secondary"], view.Members.Select(member => $"{member.Account} {member.Role}").Order());
    }

    [Fact]
    public async Task Add_AccountOfTheOwnGroup_IsAlreadyLinkedAndKeepsItsRole()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "work");
        var ann = await world.SignInAsync("ann");
        (await ann.LinkAsync(("work", LinkRole.Secondary))).ShouldBeDone();

        var right = (await ann.LinkAsync(("work", LinkRole.Master))).ShouldBeDone();
        var wrong = (await world.Account("ann").AddLinksAsync(ann.Id, [Request("work", "not the password")])).ShouldBeDone();

        Assert.Empty(right.Linked);
        Assert.Equal([ErrorCodes.AlreadyLinked, ErrorCodes.BadCredentials], [Assert.Single(right.Rejected).Reason, Assert.Single(wrong.Rejected).Reason]);
        Assert.Equal(["ann Master", "work Secondary"], (await ann.ViewAsync()).ShouldBeDone().Members.Select(member => $"{member.Account} {member.Role}").Order());
    }

    [Fact]
    public async Task Add_AccountWhoseGroupDoesNotKnowIt_IsFree()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "work");
        var ann = await world.SignInAsync("ann");
        var work = world.Grains.GetGrain<IAccountLinkGrain>("work");
        var proof = (await work.VerifyForLinkAsync(GrainWorld.Password("work"), default)).ShouldBeDone();

        // As a group leaves it that is lost between the account's joining and its own last word.
        (await work.JoinGroupAsync("nobody's", proof.CredentialVersion)).ShouldBeDone();

        var added = (await ann.LinkAsync(("work", LinkRole.Secondary))).ShouldBeDone();
        Assert.Equal(["work"], added.Linked.Select(member => member.Account));
    }

    [Fact]
    public async Task Add_NothingValid_MakesNoGroup()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var ann = await world.SignInAsync("ann");

        var added = (await ann.LinkAsync(("nobody", LinkRole.Secondary))).ShouldBeDone();

        Assert.Empty(added.Linked);
        Assert.Null((await ann.ViewAsync()).ShouldBeDone().Group);
    }

    [Fact]
    public async Task SignIn_AfterRestart_MasterSeesAllAndSecondaryOnlyItself()
    {
        await using var world = await GrainWorld.StartAsync();
        await LinkedAsync(world, "ann", "work", "game");

        await world.RestartAsync();
        var master = await world.SignInAsync("ann");
        var secondary = await world.SignInAsync("work");

        Assert.Equal(["ann", "game", "work"], master.Pages.Keys.Order());
        Assert.Equal(["work"], secondary.Pages.Keys);
        Assert.Equal(["work"], secondary.View.Members.Select(member => member.Account));
        (await secondary.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Forbidden);
    }

    [Fact]
    public async Task Edit_BySecondary_IsForbiddenExceptToLeave()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("fresh");
        await LinkedAsync(world, "ann", "work", "game");
        var secondary = await world.SignInAsync("work");

        (await secondary.LinkAsync(("fresh", LinkRole.Secondary))).ShouldBeRefused(ErrorCodes.Forbidden);
        (await world.Account("work").RemoveLinkAsync(secondary.Id, "game")).ShouldBeRefused(ErrorCodes.Forbidden);
        (await world.Account("work").SetLinkRoleAsync(secondary.Id, "work", LinkRole.Master)).ShouldBeRefused(ErrorCodes.Forbidden);
        (await world.Account("work").RemoveLinkAsync(secondary.Id, "work")).ShouldBeDone();

        Assert.Null((await secondary.ViewAsync()).ShouldBeDone().Group);
    }

    [Fact]
    public async Task Edit_InTheNameOfAnotherPage_IsForbidden()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await LinkedAsync(world, "ann", "work", "game");

        // Ann's session sees game's page, but speaks for its links only as ann.
        (await world.Account("game").RemoveLinkAsync(ann.Id, "game")).ShouldBeRefused(ErrorCodes.Forbidden);
    }

    [Fact]
    public async Task Remove_LiveMasterSession_LosesThePageAndGetsNothingMore()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await LinkedAsync(world, "ann", "work", "game");
        await world.RegisterAsync("friend");
        var friend = await world.SignInAsync("friend");
        await GrainWorld.BefriendAsync(await world.SignInAsync("work"), friend);

        (await world.Account("ann").RemoveLinkAsync(ann.Id, "work")).ShouldBeDone();
        (await friend.SendAsync("work", "for work alone")).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Gateway.EndOf("work", ann.Id) == SessionEnd.Unlinked, "the end of work's page");
        await Eventually.TrueAsync(() => world.Gateway.EntriesOf("work", friend.Id).Length == 0 && world.Store.All("work")[^1].Body() == "for work alone", "the message");
        Assert.DoesNotContain(world.Gateway.EntriesOf("work", ann.Id), entry => entry.Kind is EntryKind.Message);
        (await ann.SendAsync("friend", "too late", from: "work")).ShouldBeRefused(SessionRefusals.UnknownSession);
        (await ann.OpenAsync("work")).ShouldBeRefused(ErrorCodes.Forbidden);
    }

    [Fact]
    public async Task Session_ThatTheMasterHasForgotten_IsUnknownToTheOthersUntilItIsOpenThereAgain()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await LinkedAsync(world, "ann", "work", "game");
        // The group asks the master again after a change, as it does when it was activated anew itself.
        (await world.Account("ann").RemoveLinkAsync(ann.Id, "game")).ShouldBeDone();
        await world.Account("ann").CloseSessionAsync(ann.Id);

        var renewed = await world.Account("work").RenewSessionsAsync(new RenewSessions { Sessions = [ann.Id] });

        Assert.Equal([ann.Id], renewed.Unknown);
        Assert.Equal(0, renewed.Head);
        Assert.Null(world.Gateway.EndOf("work", ann.Id));
        (await ann.OpenAsync("work")).ShouldBeRefused(SessionRefusals.UnprovedSession);
        (await ann.OpenAsync("ann")).ShouldBeDone();
        (await ann.OpenAsync("work")).ShouldBeDone();
    }

    [Fact]
    public async Task Role_MasterBecomesSecondary_LosesTheOtherPages()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await LinkedAsync(world, "ann", "work", "game");
        (await world.Account("ann").SetLinkRoleAsync(ann.Id, "game", LinkRole.Master)).ShouldBeDone();
        var game = await world.SignInAsync("game");
        Assert.Equal(3, game.Pages.Count);

        (await world.Account("ann").SetLinkRoleAsync(ann.Id, "game", LinkRole.Secondary)).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Gateway.EndOf("work", game.Id) == SessionEnd.Role, "the end of work's page");
        (await game.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Forbidden);
        (await game.OpenAsync("game")).ShouldBeDone();
    }

    [Fact]
    public async Task LastMaster_CanNeitherLeaveNorStepDown()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await LinkedAsync(world, "ann", "work", "game");

        (await world.Account("ann").RemoveLinkAsync(ann.Id, "ann")).ShouldBeRefused(ErrorCodes.LastMaster);
        (await world.Account("ann").SetLinkRoleAsync(ann.Id, "ann", LinkRole.Secondary)).ShouldBeRefused(ErrorCodes.LastMaster);
    }

    [Fact]
    public async Task Remove_OneOfTwo_EndsTheGroup()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await LinkedAsync(world, "ann", "work");

        (await world.Account("ann").RemoveLinkAsync(ann.Id, "work")).ShouldBeDone();

        Assert.Null((await ann.ViewAsync()).ShouldBeDone().Group);
        (await ann.LinkAsync(("work", LinkRole.Secondary))).ShouldBeDone();
        Assert.Equal(2, (await ann.ViewAsync()).ShouldBeDone().Members.Length);
    }

    [Theory]
    [InlineData(nameof(LinkValidation.AtLink), false)]
    [InlineData(nameof(LinkValidation.AtSignIn), true)]
    [InlineData(nameof(LinkValidation.Both), true)]
    public async Task SignIn_LinkedAccountChangedItsPassword_IsDroppedIfTheModeChecks(string mode, bool dropped)
    {
        await using var world = await GrainWorld.StartAsync(("Links:Validation", mode));
        await LinkedAsync(world, "ann", "work", "game");
        var work = await world.SignInAsync("work");
        (await world.Credentials("work").ChangePasswordAsync(
            new ChangePassword { Token = work.Token, Old = GrainWorld.Password("work"), New = "another secret" })).ShouldBeDone();

        var ann = await world.SignInAsync("ann");

        Assert.Equal(dropped ? ["ann", "game"] : ["ann", "game", "work"], ann.Pages.Keys.Order());
        if (dropped)
        {
            Assert.Equal(["work credentials_changed"], ann.View.Rejected.Select(rejection => $"{rejection.Account} {rejection.Reason}"));
            var news = world.Store.All("ann")[^1];
            Assert.Equal(EntryKind.Link, news.Kind);
            Assert.Equal("credentials_changed", news.Json().GetProperty("rejected")[0].GetProperty("reason").GetString());
            Assert.Null((await work.ViewAsync()).ShouldBeDone().Group);
        }
    }

    [Theory]
    [InlineData(nameof(LinkValidation.AtLink), true)]
    [InlineData(nameof(LinkValidation.AtSignIn), false)]
    public async Task Add_MemberChangedItsPassword_IsDroppedIfTheModeChecksAtLink(string mode, bool dropped)
    {
        await using var world = await GrainWorld.StartAsync(("Links:Validation", mode));
        await world.RegisterAsync("fresh");
        var ann = await LinkedAsync(world, "ann", "work", "game");
        var work = await world.SignInAsync("work");
        (await world.Credentials("work").ChangePasswordAsync(
            new ChangePassword { Token = work.Token, Old = GrainWorld.Password("work"), New = "another secret" })).ShouldBeDone();

        (await ann.LinkAsync(("fresh", LinkRole.Secondary))).ShouldBeDone();

        var members = (await ann.ViewAsync()).ShouldBeDone().Members.Select(member => member.Account).Order();
        Assert.Equal(dropped ? ["ann", "fresh", "game"] : ["ann", "fresh", "game", "work"], members);
    }

    [Fact]
    public async Task SignIn_DeletedAndDisabledMembers_AreDroppedWithTheirReason()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await LinkedAsync(world, "ann", "work", "game", "pet");
        (await world.Credentials("work").SetDisabledAsync(true)).ShouldBeDone();
        (await world.Credentials("game").DeleteAsync()).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Gateway.EndOf("work", ann.Id) == SessionEnd.Disabled, "the end of the disabled account's page");
        var again = await world.SignInAsync("ann");

        Assert.Equal(["ann", "pet"], again.Pages.Keys.Order());
        Assert.Equal(["work disabled"], again.View.Rejected.Select(rejection => $"{rejection.Account} {rejection.Reason}"));
    }

    [Fact]
    public async Task Delete_LastMaster_EndsTheGroup()
    {
        await using var world = await GrainWorld.StartAsync();
        await LinkedAsync(world, "ann", "work", "game");

        (await world.Credentials("ann").DeleteAsync()).ShouldBeDone();

        Assert.Null((await world.SignInAsync("work")).View.Group);
        (await world.Credentials("ann").RegisterAsync(new RegisterAccount { Password = "somebody else" })).ShouldBeRefused(ErrorCodes.AccountTaken);
    }

    [Fact]
    public async Task Add_OverTheLimit_IsRejected()
    {
        await using var world = await GrainWorld.StartAsync(("Links:MaxMembers", "3"));
        await world.RegisterAsync("ann", "b1", "b2", "b3");
        var ann = await world.SignInAsync("ann");

        var added = (await ann.LinkAsync(("b1", default), ("b2", default), ("b3", default))).ShouldBeDone();

        Assert.Equal(2, added.Linked.Length);
        Assert.Equal(["b3 limit_reached"], added.Rejected.Select(rejection => $"{rejection.Account} {rejection.Reason}"));
    }

    [Fact]
    public async Task News_ToASecondary_NamesOnlyItself()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("fresh");
        var ann = await LinkedAsync(world, "ann", "work", "game");
        var before = world.Store.All("work").Count;

        (await ann.LinkAsync(("fresh", LinkRole.Secondary))).ShouldBeDone();

        Assert.Equal(before, world.Store.All("work").Count);
        Assert.All(world.Store.All("work"), entry => Assert.Equal(1, entry.Json().GetProperty("members").GetArrayLength()));
        Assert.Equal(4, world.Store.All("ann")[^1].Json().GetProperty("members").GetArrayLength());
    }

    private static LinkRequest Request(string account, string? password = null, LinkRole role = LinkRole.Secondary) =>
        new() { Account = account, Password = password ?? GrainWorld.Password(account), Role = role };

    private static async Task<TestSession> LinkedAsync(GrainWorld world, string master, params string[] others)
    {
        await world.RegisterAsync([master, .. others]);
        var session = await world.SignInAsync(master);
        var added = (await session.LinkAsync([.. others.Select(other => (other, LinkRole.Secondary))])).ShouldBeDone();
        Assert.Empty(added.Rejected);
        foreach (var other in others)
        {
            session.Pages[other] = (await session.OpenAsync(other)).ShouldBeDone().Page;
        }

        return session;
    }
}
