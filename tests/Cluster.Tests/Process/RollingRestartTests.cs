using System.Diagnostics;
using Xunit.Abstractions;

namespace OrleansIM.Cluster.Tests.Process;

/// <summary>Processes that are told to end (SIGTERM), as in a rolling upgrade.</summary>
[Collection(ClusterCollection.Name)]
public sealed class RollingRestartTests(ClusterFixture fixture, ITestOutputHelper output)
{
    // The budget (Cluster:StopTimeout, 30 s), and as much again for a machine with a lot else to do.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(60);

    [SkippableFact]
    public async Task Nodes_RestartedOneAfterTheOther_LoseAndDoubleNothing()
    {
        var cluster = await fixture.ReadyAsync();
        await using var load = await fixture.MeetAsync(10);
        await load.StartAsync();

        foreach (var node in cluster.Nodes)
        {
            var begin = Stopwatch.GetTimestamp();
            Assert.Equal(0, await node.StopAsync(s_grace));
            var gone = Stopwatch.GetElapsedTime(begin);
            var whole = await load.FlowsAsync($"messages after {node} has ended");
            output.WriteLine($"{node}: gone {gone.TotalSeconds:0.0} s after SIGTERM, the last session whole again {whole.TotalSeconds:0.0} s later.");
            await node.RestartAsync();
        }

        await load.FlowsAsync("messages when all are new");
        await load.FinishAsync();
        Assert.Contains(load.Pairs, pair => pair.Reconnections > 0);
    }
}
