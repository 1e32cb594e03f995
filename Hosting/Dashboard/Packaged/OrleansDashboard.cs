using Orleans.Configuration;
using Orleans.Dashboard;

namespace OrleansIM.Hosting.Dashboard;

/// <summary>Orleans' dashboard, where its package is there.</summary>
internal static class OrleansDashboard
{
    /// <summary>Whether this build has one.</summary>
    public static bool IsThere => true;

    /// <summary>
    /// What counts the calls of this process and, in one of those that have it, adds up those of all. A process without it
    /// has none of its grains either, or they would be placed where they cannot be made; so the setting may differ.
    /// </summary>
    public static void AddTo(ISiloBuilder silo, bool isOn)
    {
        if (!isOn)
        {
            silo.Services.PostConfigure<GrainTypeOptions>(static types => types.Classes.RemoveWhere(static type => type.Assembly == typeof(DashboardOptions).Assembly));
            return;
        }

        WithoutLog(silo.Services, () => silo.AddDashboard());
        // By itself it counts only while somebody looks; but it tells so to the processes one after the other, never to one
        // that starts later, and not to those behind one that has no dashboard. Numbers that are there are right this way.
        silo.Services.Configure<GrainProfilerOptions>(static profiler => profiler.TraceAlways = true);
    }

    /// <summary>What the server needs that shows it.</summary>
    public static void AddViewer(IServiceCollection services, IConfiguration configuration, IGrainFactory grains) => WithoutLog(services, () =>
    {
        services.AddSingleton(grains);
        new Viewer(services, configuration).AddDashboard(static dashboard => dashboard.HideTrace = true);
    });

    /// <summary>Maps its pages and numbers, all of them.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder app, string path) => app.MapOrleansDashboard(path);

    /// <summary>The package wants every line of the log, of each level, to send it to browsers.</summary>
    private static void WithoutLog(IServiceCollection services, Action add)
    {
        var before = Logs(services).ToHashSet();
        add();
        foreach (var log in Logs(services).Where(log => !before.Contains(log)).ToArray())
        {
            services.Remove(log);
        }
    }

    private static IEnumerable<ServiceDescriptor> Logs(IServiceCollection services) => services.Where(static service => service.ServiceType == typeof(ILoggerProvider));

    /// <summary>The side server, as the package sees it: somebody who calls grains.</summary>
    private sealed record Viewer(IServiceCollection Services, IConfiguration Configuration) : IClientBuilder;
}
