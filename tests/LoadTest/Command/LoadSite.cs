using System.Net;
using OrleansIM.Client.Internal;
using OrleansIM.Clusters;
using OrleansIM.LoadTest.Chaos;
using OrleansIM.LoadTest.Reporting;
using OrleansIM.LoadTest.Servers;
using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Command;

/// <summary>The server of a run, and what of it can be broken.</summary>
internal sealed class LoadSite(IServerUnderLoad server, IReadOnlyList<ChaosTarget> targets) : IAsyncDisposable
{
    public IServerUnderLoad Server => server;

    public IReadOnlyList<ChaosTarget> Targets => targets;

    /// <summary>The one that is there, or one of its own.</summary>
    public static async Task<LoadSite> StartAsync(
        LoadTestOptions options, ScenarioSettings settings, IReadOnlyDictionary<string, string> needs, LiveProgress progress, CancellationToken stop)
    {
        if (options.Gateways.Count > 0)
        {
            await CheckAsync(options.Gateways, stop);
            return new LoadSite(new GivenServer(options.Gateways), []);
        }

        var wanted = new Dictionary<string, string>(needs);
        foreach (var (name, value) in settings.Server)
        {
            wanted[name] = value;
        }

        if (ClusterOf(options, progress) is { Silos: > 0 } size)
        {
            progress.Say($"starting {size.Silos} silos, {size.Gateways} gateways and PostgreSQL");
            var cluster = await ClusterServer.StartAsync(size.Silos, size.Gateways, wanted);
            return new LoadSite(cluster, ClusterChaos.Targets(cluster.Cluster));
        }

        progress.Say("starting a server");
        var server = await OwnServer.StartAsync(wanted, stop);
        return new LoadSite(server, OwnServerChaos.Targets(server));
    }

    /// <summary>Chaos is for a cluster, where there can be one; one process can only be broken as a whole.</summary>
    private static (int Silos, int Gateways) ClusterOf(LoadTestOptions options, LiveProgress progress)
    {
        if (options.Cluster is { } given)
        {
            return given.Silos > 0 && LocalCluster.WhyNot is { } reason ? throw new UsageException("--cluster: " + reason) : given;
        }

        if (options.Chaos && LocalCluster.WhyNot is { } why)
        {
            progress.Say($"one process instead of a cluster: {why}");
            return (0, 0);
        }

        return options.Chaos ? (2, 2) : (0, 0);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static async Task CheckAsync(IReadOnlyList<Uri> gateways, CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        foreach (var gateway in gateways)
        {
            var address = HttpApi.Address(gateway, "readyz");
            try
            {
                using var answer = await http.GetAsync(address, stop);
                if (answer.StatusCode == HttpStatusCode.NotFound)
                {
                    throw new UsageException(WrongAddress.IsNoServer(gateway, address));
                }

                if (!answer.IsSuccessStatusCode)
                {
                    throw new UsageException($"{gateway.OriginalString} is not ready: /readyz answers {(int)answer.StatusCode}.");
                }
            }
            catch (Exception failed) when (failed is HttpRequestException || (failed is TaskCanceledException && !stop.IsCancellationRequested))
            {
                throw new UsageException(WrongAddress.CannotBeReached(gateway, failed));
            }
        }
    }
}
