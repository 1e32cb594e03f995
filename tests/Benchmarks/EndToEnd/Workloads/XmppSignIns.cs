using OrleansIM.Benchmarks.EndToEnd.Ejabberd;
using OrleansIM.Benchmarks.EndToEnd.Wire;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>Sign-ins to ejabberd: one connection per account of the user, side by side.</summary>
internal sealed class XmppSignIns : SignInSide
{
    private readonly SignInTown _town;
    private readonly EjabberdServer _server;
    private readonly XmppConnection[] _contacts;

    private XmppSignIns(SignInTown town, EjabberdServer server)
        : base(town.Users)
    {
        (_town, _server) = (town, server);
        _contacts = [.. town.Contacts.Select(Connection)];
    }

    public override int ServerId => _server.ProcessId;

    public static async Task<ISide> StartAsync(BenchContext context, SignInTown town, SignInKind kind, CancellationToken cancellation)
    {
        var friends =
            from user in Enumerable.Range(0, town.Users)
            from account in Enumerable.Range(0, town.AccountsPerUser)
            from friend in town.FriendsOf(user, account)
            select (town.Accounts(user)[account], town.Contacts[friend]);
        var setup = new EjabberdSetup([.. town.Contacts, .. town.AllAccounts()], [.. friends], IsHashed: kind == SignInKind.Password);
        var side = new XmppSignIns(town, await EjabberdServer.StartAsync(setup, context.NewFolder("ejabberd"), cancellation));
        try
        {
            await Parallel.ForEachAsync(side._contacts, cancellation, async (contact, stop) => await contact.SignInAsync(side._server.Address, 0, stop));
            return side;
        }
        catch
        {
            await side.DisposeAsync();
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
        var connections = Array.ConvertAll(_town.Accounts(user), Connection);
        await Task.WhenAll(connections.Select(connection => connection.SignInAsync(_server.Address, SignInTown.FriendsPerAccount, cancellation)));
        return connections;
    }

    private static XmppConnection Connection(string user) => new(user, EjabberdServer.Domain, EjabberdServer.Password);
}
