using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace OrleansIM.Hosting.Cluster;

/// <summary>Looks how many processes of the cluster can have accounts: members that have the class.</summary>
internal sealed class BackendHealthCheck(
    IClusterManifestProvider classes, ISiloStatusOracle members, IOptions<NodeOptions> options, TimeProvider time) : IHealthCheck
{
    // [GrainType] of the class, which a gateway does not have.
    private static readonly GrainType s_account = GrainType.Create("im-account");

    private readonly BackendReadiness _readiness = new(options.Value.BackendPatience);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var active = members.GetApproximateSiloStatuses(onlyActive: true);
        var backends = classes.Current.Silos.Count(silo => active.ContainsKey(silo.Key) && silo.Value.Grains.ContainsKey(s_account));
        return Task.FromResult(_readiness.Judge(backends, time.GetUtcNow()));
    }
}

/// <summary>Has the readiness of a gateway depend on the accounts it can reach.</summary>
public static class BackendReadinessSetup
{
    /// <summary>Adds the readiness probe <c>backends</c>. For a process without accounts of its own.</summary>
    public static void AddBackendReadiness(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<BackendHealthCheck>();
        builder.Services.AddReadiness().AddCheck<BackendHealthCheck>("backends", tags: [GatewayServices.ReadyTag]);
    }
}
