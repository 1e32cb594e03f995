namespace OrleansIM.Hosting.Dashboard;

/// <summary>Stands where Orleans' dashboard is in builds that have its package; there is none here.</summary>
internal static class OrleansDashboard
{
    /// <summary>Whether this build has one.</summary>
    public static bool IsThere => false;

    /// <summary>Adds nothing.</summary>
    public static void AddTo(ISiloBuilder silo, bool isOn) => _ = (silo, isOn);

    /// <summary>Adds nothing.</summary>
    public static void AddViewer(IServiceCollection services, IConfiguration configuration, IGrainFactory grains) => _ = (services, configuration, grains);

    /// <summary>Maps nothing.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder app, string path) => app.MapGroup(path);
}
