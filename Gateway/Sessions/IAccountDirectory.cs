using Orleans.Runtime;
using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Mailboxes;
using OrleansIM.Service;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Sessions;

/// <summary>Where the gateway finds accounts, and how they find the gateway. Tests put a world of their own behind it.</summary>
internal interface IAccountDirectory
{
    /// <summary>This process, as the cluster calls it.</summary>
    string? Node { get; }

    IAccountGrain Account(string id);

    IAccountCredentialsGrain Credentials(string id);

    IAccountAppPasswordsGrain AppPasswords(string id);

    /// <summary>Everything about an account, for its owner.</summary>
    IAccountExportGrain Export(string id);

    /// <summary>The friends of an account, for programs without a session.</summary>
    IAccountAddressBookGrain AddressBook(string id);

    /// <summary>The mailboxes of an account.</summary>
    IAccountMailGrain Mail(string id);

    /// <summary>A mailbox, for signing in with it; its key is what <c>MailAddresses.TryKey</c> answers.</summary>
    IMailboxBridgeGrain Mailbox(string key);

    /// <summary>The door for an app's own servers.</summary>
    IServiceGrain Service { get; }

    /// <summary>What accounts push to <paramref name="observer"/> through. The caller keeps the observer alive.</summary>
    IGatewayObserver CreateReference(IGatewayObserver observer);
}

/// <summary>The accounts of the cluster.</summary>
internal sealed class ClusterAccounts(IClusterClient cluster, ILocalSiloDetails self, LocalGateways local) : IAccountDirectory
{
    private string? _node;

    // Made when the first session opens: before the host runs there is no address. Every session of every account keeps it.
    public string? Node => _node ??= self.SiloAddress.ToString();

    public IAccountGrain Account(string id) => Find<IAccountGrain>(id);

    public IAccountCredentialsGrain Credentials(string id) => Find<IAccountCredentialsGrain>(id);

    public IAccountAppPasswordsGrain AppPasswords(string id) => Find<IAccountAppPasswordsGrain>(id);

    public IAccountExportGrain Export(string id) => Find<IAccountExportGrain>(id);

    public IAccountAddressBookGrain AddressBook(string id) => Find<IAccountAddressBookGrain>(id);

    public IAccountMailGrain Mail(string id) => Find<IAccountMailGrain>(id);

    public IMailboxBridgeGrain Mailbox(string key) => Find<IMailboxBridgeGrain>(key);

    public IServiceGrain Service => Find<IServiceGrain>(IServiceGrain.Key);

    public IGatewayObserver CreateReference(IGatewayObserver observer)
    {
        var reference = cluster.CreateObjectReference<IGatewayObserver>(observer);
        local.Add(reference, new PushQueue(observer));
        return reference;
    }

    /// <exception cref="OrleansException">This process knows none that has accounts: none is there yet, or it has not heard of one.</exception>
    private TGrain Find<TGrain>(string key) where TGrain : IGrainWithStringKey
    {
        try
        {
            return cluster.GetGrain<TGrain>(key);
        }
        catch (ArgumentException unknown)
        {
            // The engine takes it for a mistake of the program; it is the weather, and passes.
            throw new OrleansException("No process is known that has accounts.", unknown);
        }
    }
}
