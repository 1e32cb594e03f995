using OrleansIM.Clusters;

namespace OrleansIM.Cluster.Tests.Process;

/// <summary>What a balancer is told while there are no accounts behind a gateway.</summary>
[Collection(ClusterCollection.Name)]
public sealed class GatewayReadinessTests(ClusterFixture fixture)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [SkippableFact]
    public async Task Gateway_WithoutAnyBackend_IsAliveAndNotReadyUntilThereIsOne()
    {
        var cluster = await fixture.ReadyAsync();
        var impatient = cluster.LaunchGateway(7, "Cluster:BackendPatience=00:00:01");
        ClusterNode? late = null;
        try
        {
            await ShowsAsync(impatient, 200, "Healthy");

            await Task.WhenAll(cluster.Silos.Select(silo => silo.KillAsync()));
            await ShowsAsync(impatient, 503, "backends: No process with accounts for");
            for (var again = 0; again < 3; again++)
            {
                Assert.Equal(503, (await impatient.GetAsync("readyz")).Status);
            }

            // The others are more patient: who replaces all backends at once does not lose the gateways too.
            await ShowsAsync(cluster.Gateways[0], 200, "Degraded\nbackends: No process with accounts for");

            late = cluster.LaunchGateway(8);
            await ShowsAsync(late, 503, "backends: No process with accounts is known yet.");
            // It has been asked, and that it has only just begun is no error.
            Assert.DoesNotContain(late.ReadLog(), line => line.Contains(" ERR ", StringComparison.Ordinal));
            // What lasts is said once.
            Assert.Single(impatient.ReadLog(), line => line.Contains("Not ready, backends: No process with accounts for", StringComparison.Ordinal));
            foreach (var gateway in (ClusterNode[])[impatient, cluster.Gateways[0], late])
            {
                Assert.Equal(200, (await gateway.GetAsync("healthz")).Status);
            }

            await cluster.Silos[0].RestartAsync();
            foreach (var gateway in (ClusterNode[])[impatient, cluster.Gateways[0], late])
            {
                await ShowsAsync(gateway, 200, "Healthy");
            }
        }
        finally
        {
            await impatient.KillAsync();
            await (late?.KillAsync() ?? Task.CompletedTask);
        }
    }

    private static Task ShowsAsync(ClusterNode gateway, int status, string text)
    {
        (int Status, string Body) seen = default;
        return Eventually.TrueAsync(
            async () => (seen = await gateway.GetAsync("readyz")).Status == status && seen.Body.Contains(text, StringComparison.Ordinal),
            () => $"{gateway} to answer {status} {text}; it answered {seen}\n{gateway.LogEnd()}",
            s_patience);
    }
}
