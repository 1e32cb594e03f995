using System.Reflection;
using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Groups;
using OrleansIM.Invites;
using OrleansIM.Keys;
using OrleansIM.Links;
using OrleansIM.Mailboxes;
using OrleansIM.Presence;
using OrleansIM.Protocol;
using OrleansIM.Service;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Security;

/// <summary>
/// Rights live in the grains: every method of every grain is called by somebody who is not entitled to it, past the gateway,
/// with made-up sessions, those of another account, and claims that are not true. A method that is new and has no rule here
/// fails <see cref="EveryMethod_HasARule"/>.
/// </summary>
/// <remarks>
/// A method has one of three rules: it takes a session, which the stranger does not have; it is asked without one, and has its
/// own answer (<see cref="s_doors"/>); or only grains (and operators) call it, and then the gateway, through which all that is
/// foreign comes, has no call to it in its code. What is in the cluster is trusted (docs/security.md).
/// </remarks>
public sealed class StrangerTests : IAsyncLifetime
{
    private const string Stranger = "mallory";
    private const string Victim = "ann";

    /// <summary>What only grains call, and operators: whole interfaces, and methods of others.</summary>
    private static readonly HashSet<string> s_inside =
    [
        nameof(IAccountPeerGrain), nameof(IAccountLinkGrain), nameof(ILinkGroupGrain), nameof(IGroupGrain), nameof(IAccountPresenceGrain), nameof(IPresenceGrain),
        nameof(IAccountMailboxObserver), nameof(IAccountAdminGrain), nameof(IAccountListGrain), nameof(IAccountServiceGrain), nameof(IServiceCredentialsGrain), nameof(IInvitesGrain),
        nameof(IKeyRotationGrain), $"{nameof(IMailboxBridgeGrain)}.SealAgainAsync",
        $"{nameof(IMailboxBridgeGrain)}.ExportAsync", $"{nameof(IMailboxBridgeGrain)}.BindAsync", $"{nameof(IMailboxBridgeGrain)}.UnbindAsync", $"{nameof(IMailboxBridgeGrain)}.KeepOpenAsync",
        $"{nameof(IMailboxBridgeGrain)}.LetCloseAsync", $"{nameof(IMailboxBridgeGrain)}.FindContactsAsync", $"{nameof(IMailboxBridgeGrain)}.ListAsync", $"{nameof(IMailboxBridgeGrain)}.SendAsync",
        $"{nameof(IAccountCredentialsGrain)}.SetDisabledAsync", $"{nameof(IAccountCredentialsGrain)}.DeleteAsync",
    ];

    /// <summary>What can be asked without a session, and the answer that somebody without the right gets.</summary>
    private static readonly Dictionary<string, string> s_doors = new()
    {
        [$"{nameof(IAccountCredentialsGrain)}.RegisterAsync"] = ErrorCodes.AccountTaken,
        [$"{nameof(IAccountCredentialsGrain)}.LogInAsync"] = ErrorCodes.BadCredentials,
        [$"{nameof(IAccountCredentialsGrain)}.LogInByJwtAsync"] = ErrorCodes.BadCredentials,
        [$"{nameof(IAccountCredentialsGrain)}.ChangePasswordAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IAccountCredentialsGrain)}.CloseAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IAccountExportGrain)}.BeginExportAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IAccountExportGrain)}.ReadExportAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IAccountCredentialsGrain)}.LogOutAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IAccountAddressBookGrain)}.SignInToBookAsync"] = ErrorCodes.BadCredentials,
        [$"{nameof(IAccountAddressBookGrain)}.SignInToBookByTokenAsync"] = ErrorCodes.BadCredentials,
        [$"{nameof(IAccountAddressBookGrain)}.DescribeBookAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IAccountAddressBookGrain)}.ReadBookAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IAccountAddressBookGrain)}.ReadBookChangesAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IMailboxBridgeGrain)}.SignInAsync"] = ErrorCodes.BadCredentials,
        [$"{nameof(IAccountGrain)}.OpenSessionAsync"] = ErrorCodes.Forbidden,
        [$"{nameof(IServiceGrain)}.CheckSecretAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IServiceGrain)}.CreateAccountAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IServiceGrain)}.DescribeAccountAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IServiceGrain)}.SetDisabledAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IServiceGrain)}.DeleteAccountAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IServiceGrain)}.SetPasswordAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IServiceGrain)}.ListSessionsAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IServiceGrain)}.SignOutAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IServiceGrain)}.SendAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IServiceGrain)}.CreateInviteAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IServiceGrain)}.ListInvitesAsync"] = ErrorCodes.Unauthenticated,
        [$"{nameof(IServiceGrain)}.RevokeInviteAsync"] = ErrorCodes.Unauthenticated,
    };

    /// <summary>What has no refusal: each has a test of its own.</summary>
    private static readonly HashSet<string> s_silent = [$"{nameof(IAccountGrain)}.CloseSessionAsync", $"{nameof(IAccountGrain)}.RenewSessionsAsync"];

    private GrainWorld _world = null!;
    private TestSession _ann = null!;
    private TestSession _stranger = null!;

    public static IEnumerable<MethodInfo> Methods { get; } =
    [
        .. typeof(IAccountGrain).Assembly.GetTypes()
            .Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrainWithStringKey)))
            .SelectMany(type => type.GetMethods()),
    ];

    public static TheoryData<string> MethodsWithASession => [.. Methods.Where(TakesSession).Where(method => !s_silent.Contains(NameOf(method))).Select(NameOf)];

    public static TheoryData<string> Doors => [.. s_doors.Keys];

    public async Task InitializeAsync()
    {
        _world = await GrainWorld.StartAsync();
        await _world.RegisterAsync(Victim, "bob", Stranger);
        (_ann, _stranger) = (await _world.SignInAsync(Victim), await _world.SignInAsync(Stranger));
        await GrainWorld.BefriendAsync(_ann, await _world.SignInAsync("bob"));
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public void EveryMethod_HasARule()
    {
        var names = Methods.Select(NameOf).ToHashSet();
        var without = Methods.Where(method => !HasRule(method)).Select(NameOf);
        Assert.True(!without.Any(), $"Who may call this? Give it a rule: {string.Join(", ", without)}");

        var gone = s_doors.Keys.Concat(s_silent).Concat(s_inside.Where(name => name.Contains('.'))).Where(name => !names.Contains(name));
        Assert.True(!gone.Any(), $"There is no such method any more: {string.Join(", ", gone)}");
        Assert.True(names.Count > 80, $"Only {names.Count} methods were found.");
    }

    [Fact]
    public void MethodsOfGrainsAlone_AreNotCalledByTheGateway()
    {
        var calls = GatewayCalls.Read();
        Assert.Contains($"{nameof(IAccountGrain)}.SendAsync", calls);
        Assert.DoesNotContain(Methods.Select(NameOf), name => IsInside(name) && calls.Contains(name));
    }

    [Theory]
    [MemberData(nameof(MethodsWithASession))]
    public async Task MethodWithASession_OfAStranger_IsRefused(string name)
    {
        var before = await StateAsync();
        foreach (var session in new[] { "made-up", _stranger.Id, "" })
        {
            var method = Find(name);
            var arguments = Samples.For(method, Stranger, _world.GatewayReference);
            arguments[0] = session;
            Assert.Equal(SessionRefusals.UnknownSession, await RefusalOfAsync(method, Victim, arguments));
        }

        Assert.Equal(before, await StateAsync());
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task MethodWithoutASession_OfAStranger_IsRefused(string name)
    {
        var before = await StateAsync();
        var method = Find(name);
        var arguments = Samples.For(method, Stranger, _world.GatewayReference).Select(argument => argument switch
        {
            OpenSession open => open with { Token = _stranger.Token, Session = _stranger.Id },
            ChangePassword change => change with { Token = _stranger.Token },
            OwnerProof proof => proof with { Token = _stranger.Token },
            TokenClaims => _stranger.Token,
            _ => argument,
        });
        Assert.Equal(s_doors[name], await RefusalOfAsync(method, Victim, [.. arguments]));
        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task OpenSession_WithClaimsThatAreNotTrue_IsRefused()
    {
        var open = new OpenSession { Session = "made-up", Token = _ann.Token, Gateway = _world.GatewayReference };
        foreach (var token in new[]
        {
            _ann.Token with { Generation = 0, TokenId = "x" },
            _ann.Token with { Generation = 2, TokenId = "x" },
            _ann.Token with { ExpiresAt = _world.Clock.GetUtcNow() },
        })
        {
            (await _world.Account(Victim).OpenSessionAsync(open with { Token = token })).ShouldBeRefused(ErrorCodes.Unauthenticated);
        }

        // Somebody else's open session, under a token of one's own that is good.
        (await _world.Account(Victim).OpenSessionAsync(open with { Session = _ann.Id, Token = _ann.Token with { TokenId = "another" } })).ShouldBeRefused(ErrorCodes.Forbidden);
    }

    [Fact]
    public async Task CloseAndRenew_OfAStranger_DoNothingAndTellNothing()
    {
        await _world.Account(Victim).CloseSessionAsync(_stranger.Id);
        var renewed = await _world.Account(Victim).RenewSessionsAsync(new RenewSessions { Sessions = [_stranger.Id, "made-up"] });
        Assert.Equal(0, renewed.Head);
        Assert.Equal([_stranger.Id, "made-up"], renewed.Unknown);
        Assert.Empty((await _world.Account(Victim).RenewSessionsAsync(new RenewSessions { Sessions = [_ann.Id] })).Unknown);
    }

    [Fact]
    public async Task GroupAndLinkGroup_OfAStranger_RefuseAndTellNothing()
    {
        var group = (await _ann.CreateGroupAsync("Friends", "bob")).ShouldBeDone().Group.Id;
        var chat = _world.Grains.GetGrain<IGroupGrain>(group);
        (await chat.GetAsync(Stranger)).ShouldBeRefused(ErrorCodes.Forbidden);
        (await chat.InviteAsync(Stranger, [Stranger])).ShouldBeRefused(ErrorCodes.Forbidden);
        (await chat.SetTypingAsync(Stranger, true)).ShouldBeRefused(ErrorCodes.Forbidden);
        (await chat.ChangeAsync(Stranger, new ChangeGroup { Group = group, Action = GroupAction.Kick, Account = "bob" })).ShouldBeRefused(ErrorCodes.Forbidden);
        Assert.Equal(ErrorCodes.Forbidden, Assert.Single(await chat.PostAsync(Stranger, [new() { To = "group:" + group, Body = "x", Cid = "1", Kind = "text" }])).Refusal?.Code);

        (await _ann.LinkAsync(("bob", LinkRole.Secondary))).ShouldBeDone();
        var links = _world.Grains.GetGrain<ILinkGroupGrain>((await _world.Grains.GetGrain<IAccountLinkGrain>(Victim).GetLinkStateAsync()).Group!);
        (await links.RemoveAsync(Stranger, "bob", SessionEnd.Unlinked)).ShouldBeRefused(ErrorCodes.Forbidden);
        (await links.SetRoleAsync(Stranger, "bob", LinkRole.Master)).ShouldBeRefused(ErrorCodes.Forbidden);
        (await links.AddAsync(new LinkCandidate { Account = Stranger, Role = LinkRole.Master, CredentialVersion = 1 }, [])).ShouldBeRefused(ErrorCodes.Forbidden);
        Assert.Empty((await links.EnterAsync(Stranger, atSignIn: true)).Members);
        Assert.Equal(SessionRight.No, await links.CheckRightAsync(_stranger.Id, Stranger, Victim));
        Assert.Equal(SessionRight.Unproved, await links.CheckRightAsync("made-up", Victim, "bob"));
    }

    private static bool HasRule(MethodInfo method)
    {
        var name = NameOf(method);
        bool[] rules = [TakesSession(method) && !s_silent.Contains(name), s_doors.ContainsKey(name), s_silent.Contains(name), IsInside(name)];
        return rules.Count(rule => rule) == 1;
    }

    private static bool TakesSession(MethodInfo method) => !IsInside(NameOf(method)) && method.GetParameters() is [{ Name: "session" } first, ..] && first.ParameterType == typeof(string);

    private static bool IsInside(string name) => s_inside.Contains(name) || s_inside.Contains(name[..name.IndexOf('.', StringComparison.Ordinal)]);

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static MethodInfo Find(string name) => Methods.Single(method => NameOf(method) == name);

    private async Task<string?> RefusalOfAsync(MethodInfo method, string key, object?[] arguments)
    {
        var grain = typeof(GrainFactoryCalls).GetMethod(nameof(GrainFactoryCalls.Get))!.MakeGenericMethod(method.DeclaringType!).Invoke(null, [_world.Grains, key])!;
        var task = (Task)method.Invoke(grain, arguments)!;
        await task;
        var outcome = task.GetType().GetProperty("Result")!.GetValue(task)!;
        return ((Refusal?)outcome.GetType().GetProperty("Refusal")!.GetValue(outcome))?.Code;
    }

    /// <summary>What a stranger must not change.</summary>
    private async Task<string> StateAsync()
    {
        var renewed = await _world.Account(Victim).RenewSessionsAsync(new RenewSessions { Sessions = [_ann.Id] });
        var sessions = (await _world.Account(Victim).ListSessionsAsync(_ann.Id)).ShouldBeDone();
        (await _world.Credentials(Victim).LogInAsync(GrainWorld.Password(Victim))).ShouldBeDone();
        return $"{renewed.Head} {renewed.Unknown.Length} {string.Join(',', sessions.Select(session => session.Session))}";
    }

    private static class GrainFactoryCalls
    {
        public static object Get<T>(IGrainFactory grains, string key) where T : IGrainWithStringKey => grains.GetGrain<T>(key);
    }
}
