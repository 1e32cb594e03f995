using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansIM.Hosting.Admin;
using OrleansIM.Hosting.Dashboard;
using OrleansIM.Hosting.Storage;
using OrleansIM.Hosting.Telemetry;
using OrleansIM.Hosting.Tls;
using ClientSettings = OrleansIM.Gateway.GatewayOptions;

namespace OrleansIM.Hosting.Cluster;

/// <summary>The grain engine of a process: alone, or as one of a cluster.</summary>
public static class NodeSetup
{
    private const int CachedAddresses = 100_000;

    // Grain state is stored under it: another name would be another, empty service.
    private const string ServiceId = "orleansim";

    /// <summary>
    /// What a gateway and a backend have where nothing else is configured: the cluster, its database, and clients that are
    /// sent elsewhere one after the other.
    /// </summary>
    public static void AddClusterDefaults(this WebApplicationBuilder builder) =>
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                [$"{NodeOptions.Section}:{nameof(NodeOptions.Enabled)}"] = "true",
                [$"{StorageOptions.Section}:{nameof(StorageOptions.Provider)}"] = StorageOptions.PostgresProvider,
                [$"{ClientSettings.Section}:{nameof(ClientSettings.DrainSpread)}"] = "00:00:05",
            },
        });

    /// <summary>Adds the engine. Grains are placed here if the process has their classes.</summary>
    public static void AddNode(this WebApplicationBuilder builder, NodeRole role, Action<ISiloBuilder> configure)
    {
        var section = builder.Configuration.GetSection(NodeOptions.Section);
        builder.Services.AddOptions<NodeOptions>().Bind(section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<NodeOptions>>(new NodeOptionsValidator(role, builder.Configuration));
        // The host asks for it while it is built, before the settings are checked: what is wrong with it is said then.
        var stopTimeout = TimeSpan.TryParse(section[nameof(NodeOptions.StopTimeout)], CultureInfo.InvariantCulture, out var given) ? given : new NodeOptions().StopTimeout;
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = stopTimeout > TimeSpan.Zero ? stopTimeout : host.ShutdownTimeout);

        var clusters = section.GetValue<string>(nameof(NodeOptions.Enabled)) is { } enabled && bool.TryParse(enabled, out var isEnabled) && isEnabled;
        builder.Services.Configure<ClientSettings>(gateway => gateway.AccountsElsewhere |= clusters);
        if (!clusters)
        {
            builder.AddSingleProcessClaim();
        }

        builder.UseOrleans(silo =>
        {
            if (clusters)
            {
                Join(silo, builder.Configuration);
                silo.UseNodeTls(section.GetSection(nameof(NodeOptions.Tls)));
            }
            else
            {
                StandAlone(silo);
            }

            silo.Services.AddOptions<SiloOptions>()
                .Configure<IOptions<NodeOptions>>((named, node) => named.SiloName = NameOf(node.Value, builder.Configuration["POD_NAME"]));

            // The memory of such a cache is taken at once, for as many as it may hold, twice: 18 MB by default. What does
            // not fit is looked up.
            silo.Configure<GrainDirectoryOptions>(directory => directory.CacheSize = CachedAddresses);
            if (builder.Configuration.HasTraces())
            {
                silo.AddActivityPropagation();
            }

            OrleansDashboard.AddTo(silo, builder.Configuration.HasDashboard());
            configure(silo);
        });
    }

    /// <summary>The address of this process for the others, or why there is none.</summary>
    internal static (IPAddress? Address, string? Fault) FindAddress(NodeOptions options, IConfiguration configuration) =>
        NodeAddress.Find(options.AdvertisedAddress, configuration["POD_IP"], NodeAddress.OfThisHost(), NodeAddress.Resolve);

    /// <summary>Where this process listens for the others; null if it is alone.</summary>
    internal static IPEndPoint? FindListenPoint(IServiceProvider services) =>
        services.GetService<IOptions<NodeOptions>>()?.Value is { Enabled: true } node
        && FindAddress(node, services.GetRequiredService<IConfiguration>()).Address is { } address ? ListenPoint(address, node.Port) : null;

    // An address that is not this host's leads here by way of somebody who translates it.
    private static IPEndPoint ListenPoint(IPAddress address, int port) => new(NodeAddress.OfThisHost().Contains(address) ? address : IPAddress.Any, port);

    private static void StandAlone(ISiloBuilder silo)
    {
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (ServiceId, ServiceId));
        // Nobody calls a silo that is alone. It listens where there is room (a port that was found free may be taken before
        // it is used) and has no gateway of its own; the port in its name is only a name, and several can run side by side.
        silo.UseLocalhostClustering(gatewayPort: 0);
        silo.Configure<EndpointOptions>(endpoint => endpoint.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, 0));
    }

    private static void Join(ISiloBuilder silo, IConfiguration configuration)
    {
        silo.UseAdoNetClustering(clustering =>
        {
            clustering.Invariant = DatabaseSetup.AdoNetInvariant;
            clustering.ConnectionString = StorageOptions.Read(configuration).PostgresConnectionString;
        });
        // Where a grain is, is agreed upon before it is there: the engine's other directory may, while members come and
        // go, have one account live twice for a while, and the one that is not written to any more knows nothing of what
        // has changed since, such as a link. Nor do accounts start anew because the process that listed them is gone.
#pragma warning disable ORLEANSEXP003 // Experimental in name; the engine's own tests run on it.
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        // Its caution after a death, in case the process still lives, keeps everybody waiting for half a minute. Here
        // such a process can do no harm: what it writes is fenced.
        silo.Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.Zero);
        silo.Services.AddOptions<ClusterOptions>()
            .Configure<IOptions<NodeOptions>>((cluster, node) => (cluster.ClusterId, cluster.ServiceId) = (node.Value.Id, ServiceId));
        silo.Services.AddOptions<EndpointOptions>().Configure<IOptions<NodeOptions>>((endpoint, node) =>
        {
            var address = FindAddress(node.Value, configuration).Address!;
            (endpoint.AdvertisedIPAddress, endpoint.SiloPort, endpoint.GatewayPort) = (address, node.Value.Port, 0);
            endpoint.SiloListeningEndpoint = ListenPoint(address, node.Value.Port);
        });
        // Calls of the engine to itself, such as those that say where a grain is. One that goes to a process which stands
        // still and was just declared dead is not broken off; whoever calls that grain waits for it.
        silo.Configure<SiloMessagingOptions>(messaging => messaging.SystemResponseTimeout = TimeSpan.FromSeconds(5));
        silo.Services.AddOptions<ClusterMembershipOptions>().Configure<IOptions<NodeOptions>>((membership, node) => Tune(membership, node.Value));
    }

    /// <summary>
    /// The engine's own settings find a dead process after a quarter of a minute and more; people who chat see that.
    /// Probes are small, so they may be frequent: three that fail in a row, a second apart. A second is far above what an
    /// answer takes, and above the pauses of the collector with heaps of the size that docs/operations.md advises. A
    /// process that cannot answer for as long as that is of no use to its clients either; should it be alive, it finds
    /// itself declared dead, ends, and is started again, and its entries are fenced meanwhile.
    /// </summary>
    private static void Tune(ClusterMembershipOptions membership, NodeOptions node)
    {
        membership.ProbeTimeout = node.ProbeTimeout;
        membership.NumMissedProbesLimit = node.MissedProbes;
        // Answers that get slower make the engine more patient, up to this. Whose connection was in use within so many of
        // these is not voted dead, so that this also says how soon one is found that stands still but was not closed.
        membership.MaxProbeTimeout = 2 * node.ProbeTimeout;
        // Changes are told by gossip; the table is read to find what gossip has missed.
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        // A process whose row is older than three of these was killed together with all the others.
        membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(10);
        // Two that agree, as by default: one alone may be the one that is cut off.
        membership.NumVotesForDeathDeclaration = 2;
        membership.DefunctSiloExpiration = TimeSpan.FromDays(1);
    }

    private static string NameOf(NodeOptions node, string? pod) =>
        node.Name.Length > 0 ? node.Name
        : pod is { Length: > 0 } ? pod
        : node.Enabled ? string.Create(CultureInfo.InvariantCulture, $"{Dns.GetHostName()}:{node.Port}")
        : Dns.GetHostName();
}
