using OrleansIM.Benchmarks.EndToEnd.Ours;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>Sign-ins to our server: one session that has every account of the user.</summary>
internal sealed class OursSignIns : SignInSide
{
    private readonly SignInTown _town;
    private readonly OursServer _server;
    private readonly string[] _tokens;
    private readonly OursConnection[] _contacts;
    private readonly SignInKind _kind;
    private readonly int _onlineContacts;

    private OursSignIns(SignInTown town, OursServer server, string[] tokens, OursConnection[] contacts, SignInKind kind, bool requirePresence)
        : base(town.Users)
    {
        (_town, _server, _tokens, _contacts, _kind) = (town, server, tokens, contacts, kind);
        _onlineContacts = requirePresence ? town.AccountsPerUser * SignInTown.FriendsPerAccount : 0;
    }

    public override int ServerId => _server.ProcessId;

    protected override IReadOnlyList<int> Servers => _server.Processes;

    /// <summary>Registers, links and befriends the town on an empty server, and keeps its contacts online.</summary>
    public static async Task<ISide> StartAsync(
        BenchContext context, OursShape shape, SignInTown town, SignInKind kind, CancellationToken cancellation)
    {
        var rounds = kind == SignInKind.Password ? SignInWorkloads.HashRounds : OursServer.FewestRounds;
        var server = await context.StartOursAsync(await context.NewDatabaseAsync(), rounds, cancellation, shape);
        try
        {
            var setup = new OursSetup(server, cancellation);
            await setup.RegisterAsync(town.Contacts.Concat(town.AllAccounts()));
            var tokens = await setup.TokensAsync([.. Enumerable.Range(0, town.Users).Select(user => town.Accounts(user)[0])]);
            var contacts = await setup.OpenAsync(await setup.TokensAsync(town.Contacts));
            var users = await setup.OpenAsync(tokens);
            if (town.AccountsPerUser > 1)
            {
                await setup.LinkAsync(users, user => town.Accounts(user)[1..]);
                await setup.CloseAsync(users);
                users = await setup.OpenAsync(tokens);
            }

            await setup.BefriendAsync(
                from user in Enumerable.Range(0, town.Users)
                from account in Enumerable.Range(0, town.AccountsPerUser)
                from friend in town.FriendsOf(user, account)
                select new Friendship(users[user], town.Accounts(user)[account], contacts[friend], town.Contacts[friend]));
            await setup.CloseAsync(users);
            return new OursSignIns(town, server, tokens, contacts, kind, context.Options.RequirePresence);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        Array.ForEach(_contacts, contact => contact.Dispose());
        await _server.DisposeAsync();
    }

    protected override async Task<IReadOnlyList<IDisposable>> SignInAsync(int user, CancellationToken cancellation)
    {
        var token = _kind == SignInKind.Token
            ? _tokens[user]
            : await HttpSignIn.SignInAsync(_server.NextAddress(), _town.Accounts(user)[0], OursSetup.Password, cancellation);
        var session = new OursConnection();
        await session.SignInAsync(_server.NextAddress(), token, null, cancellation, _onlineContacts);
        return session.Pages == _town.AccountsPerUser
            ? [session]
            : throw new BenchException($"{session.Pages} pages came instead of {_town.AccountsPerUser}.");
    }
}

/// <summary>How a user proves who it is.</summary>
internal enum SignInKind
{
    Token,
    Password,
}
