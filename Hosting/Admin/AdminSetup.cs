using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansIM.Audit;
using OrleansIM.Gateway.Hosting;

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
        // Not AddHostedService, which takes one of a type.
        builder.Services.AddSingleton<IHostedService>(services => new SideServer(
            "Admin API", $"{AdminOptions.Section}:Url", url, app => services.GetRequiredService<AdminApi>().Map(app), services.GetRequiredService<ILoggerFactory>()));
    }
}
