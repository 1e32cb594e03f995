using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansIM.Audit;
using OrleansIM.Gateway.Hosting;
using OrleansIM.Hosting.Dashboard;

namespace OrleansIM.Hosting.Admin;

/// <summary>The API for operators, on an address of its own; without one there is none.</summary>
public static class AdminSetup
{
    /// <summary>Register it before the grains and the gateway: it stops after them.</summary>
    public static void AddAdmin(this WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection(AdminOptions.Section);
        builder.Services.AddOptions<AdminOptions>().Bind(section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<AdminOptions>>(new AdminOptionsValidator(builder.Configuration));
        if (section[nameof(AdminOptions.Url)] is not { Length: > 0 } url)
        {
            return;
        }

        builder.Services.TryAddSingleton<SecurityAudit>();
        builder.Services.AddSingleton(services => new AdminCredential(services.GetRequiredService<IOptions<AdminOptions>>().Value));
        builder.Services.AddSingleton<AdminApi>().AddSingleton<AccountAdministration>().AddSingleton<ServiceAdministration>();
        builder.Services.AddSingleton<NodeAdministration>().AddSingleton<KeyAdministration>();
        var hasDashboard = builder.Configuration.HasDashboard();
        if (hasDashboard)
        {
            builder.Services.AddSingleton<DashboardDoor>();
        }

        // Not AddHostedService, which takes one of a type.
        builder.Services.AddSingleton<IHostedService>(services => new SideServer(
            "Admin API", $"{AdminOptions.Section}:Url", url, app => Map(app, services), services.GetRequiredService<ILoggerFactory>())
        {
            Add = hasDashboard ? side => OrleansDashboard.AddViewer(side, builder.Configuration, services.GetRequiredService<IGrainFactory>()) : null,
            Page = hasDashboard ? ("Orleans' dashboard", DashboardDoor.Path + "/") : null,
        });
    }

    /// <summary>Whether this process has Orleans' dashboard.</summary>
    internal static bool HasDashboard(this IConfiguration configuration)
    {
        var section = configuration.GetSection(AdminOptions.Section);
        return bool.TryParse(section[nameof(AdminOptions.Dashboard)], out var isOn) && isOn && section[nameof(AdminOptions.Url)] is { Length: > 0 };
    }

    private static void Map(WebApplication app, IServiceProvider services)
    {
        services.GetRequiredService<AdminApi>().Map(app);
        if (services.GetService<DashboardDoor>() is { } door)
        {
            door.Guard(OrleansDashboard.Map(app, DashboardDoor.Path));
            door.RefuseOtherMethods(app);
        }
    }
}
