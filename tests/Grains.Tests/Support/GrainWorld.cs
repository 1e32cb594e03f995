using System.Net;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Contacts;
using OrleansIM.Grains.Mailboxes;
using OrleansIM.Grains.Presence;
using OrleansIM.Grains.Timelines;
using OrleansIM.Groups;
using OrleansIM.Links;
using OrleansIM.Mail;
using OrleansIM.Messages;
using OrleansIM.Presence;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Support;

/// <summary>The grains in a silo of their own, over stores that outlive it.</summary>
internal sealed class GrainWorld : IAsyncDisposable
{
    private readonly List<IHost> _silos = [];
    private readonly EphemeralDataProtectionProvider _keys = new();
    private int _siloCount = 1;
    private readonly Dictionary<string, string?> _settings = new()
    {
        ["Accounts:PasswordIterations"] = "1000",
        ["Accounts:HashingParallelism"] = "2",
    };

    public MemoryTimelineStore Store { get; } = new();
    public MemoryGrainStorage State { get; } = new();
    public MemoryReminderTable Reminders { get; } = new();
    public ShiftableClock Clock { get; } = new();
    public RecordingGateway Gateway { get; } = new();
    public FakeMailServer Mail { get; } = new();
    public LogLines Audit { get; } = new();
    public IGrainFactory Grains { get; private set; } = null!;
    public IGatewayObserver GatewayReference { get; private set; } = null!;

    /// <summary>The gateways of the first silo's own process.</summary>
    public LocalGateways LocalGateways => _silos[0].Services.GetRequiredService<LocalGateways>();

    public static Task<GrainWorld> StartAsync(params (string Key, string Value)[] settings) => StartClusterAsync(1, settings);

    /// <summary>Several silos in this process, one cluster.</summary>
    public static async Task<GrainWorld> StartClusterAsync(int silos, params (string Key, string Value)[] settings)
    {
        var world = new GrainWorld { _siloCount = silos };
        foreach (var (key, value) in settings)
        {
            world._settings[key] = value;
        }

        await world.StartSilosAsync();
        return world;
    }

    /// <summary>Everything that was in memory is gone; what was stored is not.</summary>
    public async Task RestartAsync(params (string Key, string Value)[] settings)
    {
        await StopSilosAsync();
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }

        await StartSilosAsync();
    }

    /// <summary>A process has left the cluster: with it the gateway that sessions were at.</summary>
    public void LoseNode(string name) => _silos.ForEach(silo => silo.Services.GetRequiredService<LostNodes>().Add(name));

    /// <summary>A silo dies, without a word to its activations. Not the first: the others find each other through it.</summary>
    public async Task KillSiloAsync(int number)
    {
        var silo = _silos[number];
        _silos.RemoveAt(number);
        try
        {
            await silo.StopAsync(new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            // That is what was wanted: nothing waits for its end.
        }

        silo.Dispose();
    }

    /// <summary>A silo is shut down in order. Not the first.</summary>
    public async Task StopSiloAsync(int number)
    {
        var silo = _silos[number];
        _silos.RemoveAt(number);
        await silo.StopAsync();
        silo.Dispose();
    }

    /// <summary>What is called next, if it is not active yet, becomes active there. For this flow of calls.</summary>
    public void PlaceOn(int silo) =>
        RequestContext.Set("PlacementHintKey", _silos[silo].Services.GetRequiredService<ILocalSiloDetails>().SiloAddress);

    public async ValueTask DisposeAsync() => await StopSilosAsync();

    private async Task StopSilosAsync()
    {
        foreach (var silo in Enumerable.Reverse(_silos))
        {
            await silo.StopAsync();
            silo.Dispose();
        }

        _silos.Clear();
    }

    private async Task StartSilosAsync()
    {
        var primary = Ports.Free();
        await StartSiloAsync(primary, null);
        for (var more = 1; more < _siloCount; more++)
        {
            await StartSiloAsync(Ports.Free(), new IPEndPoint(IPAddress.Loopback, primary));
        }

        await Eventually.TrueAsync(() => _silos.All(silo => SilosSeenBy(silo) == _siloCount), "the silos to see each other");
        Grains = _silos[0].Services.GetRequiredService<IGrainFactory>();
        GatewayReference = Grains.CreateObjectReference<IGatewayObserver>(Gateway);
    }

    /// <summary>How many silos a silo would place a grain on.</summary>
    private static int SilosSeenBy(IHost silo) => silo.Services.GetRequiredService<IClusterManifestProvider>().Current.Silos.Count;

    private async Task StartSiloAsync(int port, IPEndPoint? primary)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddFilter((category, _) => category == SecurityAudit.Category).AddProvider(Audit);
        builder.Configuration.AddInMemoryCollection(_settings);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton<ITimelineStore>(Store);
        builder.Services.AddGrains(builder.Configuration);
        builder.Services.AddMail(builder.Configuration);
        builder.Services.AddKeyedSingleton<IMailboxConnector>(MailKeys.Inner, Mail);
        builder.Services.AddSingleton<IMailEnvironment>(Mail.Around);
        builder.Services.AddSingleton<IDataProtectionProvider>(_keys);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(port, Ports.Free(), primary);
            silo.Services.AddKeyedSingleton<IGrainStorage>(StorageNames.State, State);
            silo.Services.AddSingleton<IReminderTable>(Reminders);
            silo.AddReminders();
        });
        var host = builder.Build();
        await host.StartAsync();
        _silos.Add(host);
    }

    public IAccountGrain Account(string account) => Grains.GetGrain<IAccountGrain>(account);

    public IAccountCredentialsGrain Credentials(string account) => Grains.GetGrain<IAccountCredentialsGrain>(account);

    public IAccountAppPasswordsGrain AppPasswords(string account) => Grains.GetGrain<IAccountAppPasswordsGrain>(account);

    public IAccountAddressBookGrain Book(string account) => Grains.GetGrain<IAccountAddressBookGrain>(account);

    public async Task RegisterAsync(params string[] accounts)
    {
        foreach (var (number, account) in accounts.Index())
        {
            PlaceNext(number);
            (await Credentials(account).RegisterAsync(new RegisterAccount { Password = Password(account) })).ShouldBeDone();
        }
    }

    /// <summary>In a cluster, accounts take turns: neighbours are on different silos.</summary>
    private void PlaceNext(int number)
    {
        if (_silos.Count > 1)
        {
            PlaceOn(number % _silos.Count);
        }
    }

    public static string Password(string account) => "secret of " + account;

    /// <summary>Signs in: the account's own page and every page its session sees.</summary>
    public async Task<TestSession> SignInAsync(string account, long? resumeFrom = null, SessionPresence? presence = null)
    {
        var grant = (await Credentials(account).LogInAsync(Password(account))).ShouldBeDone();
        return await EnterAsync(account, grant, "account", resumeFrom, presence);
    }

    /// <summary>Opens a session with what a sign-in has granted.</summary>
    public async Task<TestSession> EnterAsync(string account, TokenGrant grant, string via, long? resumeFrom = null, SessionPresence? presence = null)
    {
        var token = new TokenClaims
        {
            TokenId = Guid.NewGuid().ToString("N"),
            Account = account,
            Generation = grant.Generation,
            Device = "test",
            Via = via,
            IssuedAt = Clock.GetUtcNow(),
            ExpiresAt = Clock.GetUtcNow().AddDays(1),
        };
        var session = new TestSession(this, account, token);
        session.Pages[account] = (await session.OpenAsync(account, resumeFrom, presence)).ShouldBeDone().Page;
        var view = (await Account(account).EnterGroupAsync(session.Id, atSignIn: true)).ShouldBeDone();
        session.View = view;
        foreach (var member in view.Members.Where(member => member.Account != account))
        {
            session.Pages[member.Account] = (await session.OpenAsync(member.Account, presence: presence)).ShouldBeDone().Page;
        }

        return session;
    }

    public static async Task BefriendAsync(TestSession one, TestSession other)
    {
        (await one.ChangeContactAsync(other.SignedInAs, ContactAction.Request)).ShouldBeDone();
        (await other.ChangeContactAsync(one.SignedInAs, ContactAction.Accept)).ShouldBeDone();
    }
}

/// <summary>A session that a test holds.</summary>
internal sealed class TestSession(GrainWorld world, string signedInAs, TokenClaims token)
{
    public string Id { get; } = Guid.NewGuid().ToString("N");
    public string SignedInAs { get; } = signedInAs;
    public TokenClaims Token { get; } = token;
    public Dictionary<string, AccountPage> Pages { get; } = [];

    /// <summary>The process of its gateway.</summary>
    public string? Node { get; set; }

    public GroupView View { get; set; } = null!;

    public Task<Outcome<OpenedSession>> OpenAsync(string account, long? resumeFrom = null, SessionPresence? presence = null) => world.Account(account).OpenSessionAsync(
        new OpenSession { Session = Id, Token = Token, Gateway = world.GatewayReference, Node = Node, ResumeFrom = resumeFrom, Presence = presence });

    public Task CloseAsync(string? account = null) => world.Account(account ?? SignedInAs).CloseSessionAsync(Id);

    public Task<Outcome<SentMessage>> SendAsync(string to, string body, string? cid = null, string? from = null) =>
        world.Account(from ?? SignedInAs).SendAsync(Id, new SendMessage { To = to, Body = body, Cid = cid ?? Guid.NewGuid().ToString("N"), Kind = "text" });

    /// <summary>Several messages in one call.</summary>
    public Task<Outcome<SentMessages>> SendManyAsync(params (string To, string Body, string Cid)[] messages) =>
        world.Account(SignedInAs).SendManyAsync(Id, [.. messages.Select(it => new SendMessage { To = it.To, Body = it.Body, Cid = it.Cid, Kind = "text" })]);

    public Task<Outcome<ContactState>> ChangeContactAsync(string other, ContactAction action, string? greeting = null) =>
        world.Account(SignedInAs).ChangeContactAsync(Id, new ChangeContact { Account = other, Action = action, Greeting = greeting });

    public Task<Outcome<LinksAdded>> LinkAsync(params (string Account, LinkRole Role)[] accounts) =>
        world.Account(SignedInAs).AddLinksAsync(Id, [.. accounts.Select(pair => new LinkRequest { Account = pair.Account, Password = GrainWorld.Password(pair.Account), Role = pair.Role })]);

    public Task<Outcome<GroupInvited>> CreateGroupAsync(string name, params string[] members) =>
        world.Account(SignedInAs).CreateGroupAsync(Id, new CreateGroup { Name = name, Members = members });

    public Task<Outcome<GroupInvited>> InviteAsync(string group, params string[] accounts) =>
        world.Account(SignedInAs).InviteToGroupAsync(Id, new InviteToGroup { Group = group, Accounts = accounts });

    public Task<Outcome<GroupDetails>> ChangeGroupAsync(
        string group, GroupAction action, string? account = null, GroupRole? role = null, string? name = null, bool? memberInvites = null) =>
        world.Account(SignedInAs).ChangeGroupAsync(
            Id, new ChangeGroup { Group = group, Action = action, Account = account, Role = role, Name = name, MemberInvites = memberInvites });

    public Task<Outcome<GroupDetails>> GetGroupAsync(string group) => world.Account(SignedInAs).GetGroupAsync(Id, group);

    public Task<Outcome<SentMessage>> MentionAsync(string group, string body, params string[] mentions) =>
        world.Account(SignedInAs).SendAsync(
            Id, new SendMessage { To = group, Body = body, Cid = Guid.NewGuid().ToString("N"), Kind = "text", Mentions = mentions });

    public Task<Outcome<GroupView>> ViewAsync(bool atSignIn = false) => world.Account(SignedInAs).EnterGroupAsync(Id, atSignIn);
}

internal static class OutcomeAssertions
{
    public static void ShouldBeDone(this Outcome outcome) =>
        Assert.True(outcome.Refusal is null, $"refused: {outcome.Refusal?.Code}: {outcome.Refusal?.Message}");

    public static T ShouldBeDone<T>(this Outcome<T> outcome)
    {
        Assert.True(outcome.Refusal is null, $"refused: {outcome.Refusal?.Code}: {outcome.Refusal?.Message}");
        return outcome.Value!;
    }

    public static void ShouldBeRefused(this Outcome outcome, string code) => Assert.Equal(code, outcome.Refusal?.Code);

    public static void ShouldBeRefused<T>(this Outcome<T> outcome, string code) => Assert.Equal(code, outcome.Refusal?.Code);
}
