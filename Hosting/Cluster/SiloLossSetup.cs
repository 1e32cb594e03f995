namespace OrleansIM.Hosting.Cluster;

/// <summary>Has the sessions of a gateway react to processes that leave the cluster.</summary>
public static class SiloLossSetup
{
    /// <summary>Call it where <c>AddGateway</c> was called.</summary>
    public static void AddSiloLossWatch(this IHostApplicationBuilder builder) => builder.Services.AddHostedService<SiloLossWatch>();
}
