using OrleansIM.Gateway.Sessions;

namespace OrleansIM.Hosting.Cluster;

/// <summary>Has this process react to others that leave the cluster.</summary>
public static class SiloLossSetup
{
    /// <summary>Renews the sessions of a gateway. Call it where <c>AddGateway</c> was called.</summary>
    public static void AddSiloLossWatch(this IHostApplicationBuilder builder) =>
        builder.AddSiloLossWatch((services, _) => services.GetRequiredService<ISessionRenewals>().RenewNow());

    /// <summary>Does something else; the name of the one that was lost is its address, as <c>SiloAddress.ToString</c> writes it.</summary>
    public static void AddSiloLossWatch(this IHostApplicationBuilder builder, Action<IServiceProvider, string> onLost) =>
        builder.Services.AddSingleton<IHostedService>(services => ActivatorUtilities.CreateInstance<SiloLossWatch>(services, (SiloAddress lost) => onLost(services, lost.ToString())));
}
