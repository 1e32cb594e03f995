using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansIM.Hosting;
using OrleansIM.Hosting.Cluster;

namespace OrleansIM.Silo.Tests.Cluster;

/// <summary>What the executable says before it starts anything.</summary>
public sealed class NodeOptionsTests
{
    private const string Database = "--Storage:ConnectionString=Host=127.0.0.1;Database=nobody";

    [SkippableFact]
    public async Task Backend_WithItsDatabase_IsReadyToStart()
    {
        RequireCluster();
        await using var app = SiloApp.Create("--Roles=backend", Database, "--Cluster:AdvertisedAddress=127.0.0.1");
        Assert.True(app.Services.GetRequiredService<IOptions<NodeOptions>>().Value.Enabled);
    }

    [Fact]
    public void Roles_Unknown_NamesThoseThereAre()
    {
        var fault = Assert.Single(Faults("--Roles=gateway"));
        Assert.Contains("'all' or 'backend'", fault, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Cluster_OnSqlite_NamesTheSettingAndTheFix()
    {
        RequireCluster();
        Assert.Contains(
            Faults("--Cluster:Enabled=true", "--Cluster:AdvertisedAddress=127.0.0.1"), fault => fault.StartsWith("Storage:Provider is 'sqlite'; a cluster needs 'postgres'", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Cluster_EveryFault_IsNamedInOneGo()
    {
        RequireCluster();
        var faults = Faults(
            "--Roles=backend", Database, "--Cluster:AdvertisedAddress=0.0.0.0", "--Cluster:Port=0", "--Cluster:ProbeTimeout=00:00:00", "--Cluster:MissedProbes=0", "--Cluster:Id= ",
            "--Cluster:StopTimeout=00:00:00", "--Cluster:BackendPatience=-00:00:01", "--Cluster:Probe=1");

        foreach (var setting in new[] { "AdvertisedAddress", "Port", "ProbeTimeout", "MissedProbes", "Id", "StopTimeout", "BackendPatience", "Probe" })
        {
            Assert.True(faults.Any(fault => fault.StartsWith($"Cluster:{setting} ", StringComparison.Ordinal)), $"Cluster:{setting} is not in\n{string.Join('\n', faults)}");
        }
    }

    [SkippableFact]
    public void Cluster_DrainLongerThanTheBudget_IsRefused()
    {
        RequireCluster();
        var fault = Assert.Single(Faults(
            "--Cluster:Enabled=true", "--Storage:Provider=postgres", Database, "--Cluster:AdvertisedAddress=127.0.0.1", "--Gateway:DrainSpread=00:00:25"));
        Assert.Contains("Gateway:DrainSpread and Gateway:DrainTimeout together (00:00:35)", fault, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Backend_WithoutACluster_IsRefused()
    {
        RequireCluster();
        Assert.Contains(Faults("--Roles=backend", Database, "--Cluster:Enabled=false"), fault => fault.StartsWith("Cluster:Enabled is false", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Cluster_OnAnEngineWithoutClusters_SaysSo()
    {
        Skip.If(BuildInfo.Engine != "Solo", "This engine clusters.");
        var fault = Assert.Single(Faults("--Roles=backend", Database));
        Assert.Contains("clusters nothing", fault, StringComparison.Ordinal);
    }

    private static void RequireCluster() => Skip.If(BuildInfo.Engine == "Solo", "The engine Solo runs in one process and clusters nothing.");

    private static IEnumerable<string> Faults(params string[] settings) => Assert.Throws<OptionsValidationException>(() =>
    {
        WebApplication app = SiloApp.Create(settings);
        ((IDisposable)app).Dispose();
    }).Failures;
}
