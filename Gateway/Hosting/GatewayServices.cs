using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Options;
using OrleansIM.Audit;
using OrleansIM.Gateway;
using OrleansIM.Gateway.CardDav;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Hosting;
using OrleansIM.Gateway.Http;
using OrleansIM.Gateway.Ops;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Gateway.Tokens;
using OrleansIM.Gateway.Web;
using OrleansIM.Identity;
using OrleansIM.Sessions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the gateway into a host.</summary>
public static class GatewayServices
{
    /// <summary>The tag of health checks that decide about <c>/readyz</c>. The host adds its own with it.</summary>
    public const string ReadyTag = "ready";

    /// <summary>
    /// Adds the gateway; settings come from the section <c>Gateway</c>, then from <paramref name="configure"/>. The host
    /// brings the cluster client and tells Data Protection where its keys are.
    /// </summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, Action<GatewayOptions>? configure = null)
    {
        AddGatewayOptions(services, configure);
        services.TryAddSingleton(TimeProvider.System);

        // Fixed, so that all gateways of a cluster read each other's tokens wherever they run from.
        services.AddDataProtection().SetApplicationName("OrleansIM");
        services.AddIdentity();
        services.TryAddSingleton<ITokenService, SealedTokens>();
        services.TryAddSingleton<LocalGateways>();
        services.TryAddSingleton<IAccountDirectory, ClusterAccounts>();

        services.AddMetrics();
        services.TryAddSingleton<SecurityAudit>();
        services.AddSingleton<StreamMetrics>().AddSingleton<SignInMetrics>();
        services.AddSingleton<HttpApi>().AddSingleton<SourceLimits>().AddSingleton<AccountCalls>().AddSingleton<ServiceCalls>();
        services.AddSingleton<BookSignIns>().AddSingleton<CardDavServer>();
        services.AddSingleton<WebClient>();
        services.AddSingleton<SessionRegistry>().AddSingleton<SessionServices>().AddSingleton<SessionRenewals>();
        services.AddSingleton<ISessionRenewals>(provider => provider.GetRequiredService<SessionRenewals>());
        services.AddSingleton<StreamLimits>().AddSingleton<AccountRates>().AddSingleton<ReceiveBudget>();
        services.AddSingleton<ObjectPool<OpRequest>>(provider => new DefaultObjectPool<OpRequest>(new OpRequestPolicy(provider.GetRequiredService<GatewayOptions>())));
        services.Configure<KestrelServerOptions>(static kestrel => kestrel.ConfigureEndpointDefaults(static listen => listen.Use(ConnectionHandover.Install)));
        services.AddSingleton<StreamRegistry>().AddSingleton<StreamServices>().AddSingleton<StreamEndpoint>();

        services.AddSingleton<GatewayDrain>().AddHostedService(provider => provider.GetRequiredService<GatewayDrain>());
        services.AddHostedService<GatewayClock>();
        services.AddReadiness().AddCheck<GatewayDrain>("gateway", tags: [ReadyTag]);
        return services;
    }

    /// <summary>Adds what <c>/readyz</c> needs; the checks that decide about it have the tag <see cref="ReadyTag"/>.</summary>
    public static IHealthChecksBuilder AddReadiness(this IServiceCollection services)
    {
        services.TryAddSingleton<ReadinessLog>();
        return services.AddHealthChecks();
    }

    private static void AddGatewayOptions(IServiceCollection services, Action<GatewayOptions>? configure)
    {
        var options = services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<GatewayOptions>>().Value);
    }
}
