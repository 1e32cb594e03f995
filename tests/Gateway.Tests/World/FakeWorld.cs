using System.Collections.Concurrent;
using System.Reflection;
using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Links;
using OrleansIM.Mailboxes;
using OrleansIM.Service;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Tests.World;

/// <summary>The accounts of a cluster, in memory: what the gateway talks to in these tests.</summary>
internal sealed class FakeWorld : IAccountDirectory
{
    public string? Node => "gateway";

    private readonly ConcurrentDictionary<string, FakeAccount> _accounts = [];
    private readonly ConcurrentDictionary<string, FakeMailbox> _mailboxes = [];
    private readonly Dictionary<string, Dictionary<string, LinkRole>> _groups = [];
    private readonly ConcurrentBag<SerialObserver> _observers = [];

    /// <summary>Guards everything in the world: one turn at a time.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Calls in the order in which they reached their account: "ann.Send".</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public FakeAccount this[string id] => _accounts.GetOrAdd(id, id => new FakeAccount(this, id));

    public FakeAccount Add(string id, string password = "password-1")
    {
        var account = this[id];
        account.Password = password;
        return account;
    }

    public IAccountGrain Account(string id) => this[id];

    public IAccountCredentialsGrain Credentials(string id) => this[id].FrontDoor;

    public IAccountAppPasswordsGrain AppPasswords(string id) => this[id].Book;

    public IAccountExportGrain Export(string id) => throw new NotSupportedException();

    public IAccountAddressBookGrain AddressBook(string id) => this[id].Book;

    public IAccountMailGrain Mail(string id) => this[id];

    IMailboxBridgeGrain IAccountDirectory.Mailbox(string key) => Mailbox(key);

    public FakeMailbox Mailbox(string key) => _mailboxes.GetOrAdd(key, key => new FakeMailbox(this, key));

    public IServiceGrain Service { get; } = DispatchProxy.Create<IServiceGrain, FakeService>();

    public IGatewayObserver CreateReference(IGatewayObserver observer)
    {
        var reference = new SerialObserver(observer);
        _observers.Add(reference);
        return reference;
    }

    /// <summary>Done when everything that was pushed so far has been taken.</summary>
    public Task DeliveredAsync() => Task.WhenAll(_observers.Select(o => o.DeliveredAsync())).WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Links accounts without a word to anybody, as if it had been done long ago.</summary>
    public void Link(string group, params (string Account, LinkRole Role)[] members)
    {
        lock (Gate)
        {
            foreach (var (account, role) in members)
            {
                Group(group)[account] = role;
                this[account].Group = group;
            }
        }
    }

    public Dictionary<string, LinkRole> Group(string group)
    {
        if (!_groups.TryGetValue(group, out var members))
        {
            _groups.Add(group, members = []);
        }

        return members;
    }

    /// <summary>Whether a session that signed in with one account may see another.</summary>
    public bool MaySee(string signedIn, string account) =>
        signedIn == account
        || (this[account].Group is { } group && this[signedIn].Group == group && Group(group)[signedIn] == LinkRole.Master);
}

/// <summary>Takes pushes one after the other, and later, like the cluster does.</summary>
internal sealed class SerialObserver(IGatewayObserver target) : IGatewayObserver
{
    private readonly Lock _gate = new();
    private Task _tail = Task.CompletedTask;

    public void OnEntries(PushedEntries push) => Post(() => target.OnEntries(push));

    public void OnSignal(PushedSignal push) => Post(() => target.OnSignal(push));

    public void OnSessionsEnded(PushedEnd push) => Post(() => target.OnSessionsEnded(push));

    public Task DeliveredAsync()
    {
        lock (_gate)
        {
            return _tail;
        }
    }

    private void Post(Action push)
    {
        lock (_gate)
        {
            _tail = _tail.ContinueWith(_ => push(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
