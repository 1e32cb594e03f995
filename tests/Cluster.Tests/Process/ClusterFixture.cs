using OrleansIM.Clusters;

namespace OrleansIM.Cluster.Tests.Process;

/// <summary>
/// One cluster of processes for all tests that break it; each begins with all of it running. Renewals are so rare that
/// nothing here can wait for one. <c>ORLEANSIM_CLUSTER_LOGS</c> names a folder for the logs of its processes.
/// </summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private LocalCluster? _cluster;
    private int _names;

    /// <summary>The cluster.</summary>
    internal LocalCluster Cluster => _cluster!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        if (LocalCluster.WhyNot is null)
        {
            _cluster = await LocalCluster.StartAsync(new LocalClusterOptions
            {
                Silos = 3,
                Gateways = 2,
                LogFolder = Environment.GetEnvironmentVariable("ORLEANSIM_CLUSTER_LOGS") is { Length: > 0 } folder ? folder : null,
                Settings =
                [
                    "Accounts:PasswordIterations=1000", "Accounts:SessionLease=01:00:00", "Gateway:RenewalPeriod=00:20:00",
                    "Gateway:RegistrationsPerMinute=100000", "Gateway:Heartbeat=00:00:10", "Gateway:DrainSpread=00:00:02", "Timelines:MaxWait=00:00:02",
                    "Cluster:StopTimeout=00:00:30", "Cluster:BackendPatience=00:10:00",
                ],
            });
        }
    }

    /// <summary>Skips where there can be no cluster; starts what an earlier test has ended.</summary>
    internal async Task<LocalCluster> ReadyAsync()
    {
        Skip.If(LocalCluster.WhyNot is not null, LocalCluster.WhyNot);
        if (!Cluster.Postgres.IsRunning)
        {
            await Cluster.Postgres.StartAsync();
        }

        foreach (var node in Cluster.Nodes.Where(node => !node.IsRunning))
        {
            await node.RestartAsync();
        }

        await Eventually.TrueAsync(async () => (await Cluster.ReadMembersAsync()).Count == Cluster.Nodes.Count, "all nodes as members", TimeSpan.FromSeconds(60));
        await Eventually.TrueAsync(() => Cluster.Balancer.Ready.Count == Cluster.Gateways.Count, "all gateways behind the balancer", TimeSpan.FromSeconds(60));
        return Cluster;
    }

    /// <summary>A name that no account has.</summary>
    internal string NextName() => $"p{Interlocked.Increment(ref _names)}";

    /// <summary>Pairs of friends of new names.</summary>
    internal async Task<Load> MeetAsync(int pairs)
    {
        var names = Enumerable.Range(0, pairs).Select(_ => NextName());
        return new Load(Cluster, await Task.WhenAll(names.Select(name => Pair.MeetAsync(Cluster.Balancer.Url, name))));
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}

/// <summary>One after the other, and beside nothing else: they are about processes of their own.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ClusterCollection : ICollectionFixture<ClusterFixture>
{
    /// <summary>The name of the collection.</summary>
    public const string Name = "processes";
}
