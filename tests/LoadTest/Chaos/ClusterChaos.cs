using OrleansIM.Clusters;

namespace OrleansIM.LoadTest.Chaos;

/// <summary>What can happen to a cluster: to each silo and gateway, and to its database.</summary>
internal static class ClusterChaos
{
    // A dead node is known to be dead, its accounts are active elsewhere, and it is back.
    private const double NodeRecovery = 12;
    private const double DatabaseRecovery = 12;

    // Long enough that the others declare it dead while it stands still, at least now and then.
    private const double LongestFreeze = 20;

    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_afterFreeze = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<ChaosTarget> Targets(LocalCluster cluster) =>
    [
        .. cluster.Nodes.Select(node => new ChaosTarget(
            node.Name, [ChaosKind.Kill, ChaosKind.Freeze, ChaosKind.Restart], NodeRecovery, LongestFreeze, (kind, duration) => BreakAsync(node, kind, duration))),
        new("PostgreSQL", [ChaosKind.Kill], DatabaseRecovery, LongestFreeze, async (_, duration) =>
        {
            await cluster.Postgres.StopAsync();
            await Task.Delay(duration);
            await cluster.Postgres.StartAsync();
        }),
    ];

    private static async Task BreakAsync(ClusterNode node, ChaosKind kind, TimeSpan duration)
    {
        switch (kind)
        {
            case ChaosKind.Freeze:
                await FreezeAsync(node, duration);
                return;
            case ChaosKind.Kill:
                await node.KillAsync();
                break;
            default:
                await StopAsync(node);
                break;
        }

        await Task.Delay(duration);
        await node.RestartAsync();
    }

    private static async Task StopAsync(ClusterNode node)
    {
        try
        {
            await node.StopAsync(s_drain);
        }
        catch (TimeoutException)
        {
            // It was killed then, as an orchestrator does it.
        }
    }

    /// <summary>A node that was declared dead meanwhile ends when it wakes up, and is started again like any that ends.</summary>
    private static async Task FreezeAsync(ClusterNode node, TimeSpan duration)
    {
        node.Freeze();
        await Task.Delay(duration);
        node.Thaw();
        await Task.Delay(s_afterFreeze);
        if (!node.IsRunning || !await node.IsReadyAsync())
        {
            await node.RestartAsync();
        }
    }
}
