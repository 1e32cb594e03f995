using OrleansIM.Clusters;

namespace OrleansIM.LoadTest.Servers;

/// <summary>A cluster of its own on this machine: silos, gateways and PostgreSQL, each a process.</summary>
internal sealed class ClusterServer : IServerUnderLoad
{
    private ClusterServer(LocalCluster cluster) => Cluster = cluster;

    public LocalCluster Cluster { get; }

    public string Description => FormattableString.Invariant($"a cluster of its own, {Cluster.Silos.Count} silos and {Cluster.Gateways.Count} gateways");

    public IReadOnlyList<Uri> Gateways => [.. Cluster.Gateways.Select(gateway => gateway.Url)];

    public IReadOnlyList<int> Processes => [.. Cluster.Nodes.Where(node => node.IsRunning).Select(node => node.Pid)];

    public bool IsOwn => true;

    /// <summary>As the load balancer sees it.</summary>
    public bool IsReady(int gateway) => Cluster.Balancer.Ready.Contains(Cluster.Gateways[gateway]);

    /// <summary>Starts it and returns when it takes clients.</summary>
    /// <param name="silos">Processes with accounts.</param>
    /// <param name="gateways">Processes with sessions.</param>
    /// <param name="settings">More settings of all of them; they win over those that every load test has.</param>
    public static async Task<ClusterServer> StartAsync(int silos, int gateways, IReadOnlyDictionary<string, string> settings) =>
        new(await LocalCluster.StartAsync(new LocalClusterOptions
        {
            Silos = silos,
            Gateways = gateways,
            Settings = [.. OwnServer.Defaults.Append(Heartbeat).Concat(settings).Select(setting => $"{setting.Key}={setting.Value}")],
        }));

    /// <summary>A gateway that stands still is noticed in seconds, as an operator would have it where that happens every minute.</summary>
    private static KeyValuePair<string, string> Heartbeat => new("Gateway:Heartbeat", "00:00:05");

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
