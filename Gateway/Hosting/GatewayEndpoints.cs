using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Gateway;
using OrleansIM.Gateway.CardDav;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Hosting;
using OrleansIM.Gateway.Http;
using OrleansIM.Gateway.Web;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the gateway's paths.</summary>
public static class GatewayEndpoints
{
    /// <summary>Maps the HTTP API, the stream, the address books, the web client and the health checks; every path that nobody serves answers 404 as JSON.</summary>
    public static IEndpointRouteBuilder MapGateway(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.ServiceProvider.GetRequiredService<HttpApi>();
        var calls = endpoints.ServiceProvider.GetRequiredService<AccountCalls>();
        endpoints.Map("/v1/accounts", api.Post(calls.RegisterAsync));
        endpoints.Map("/v1/login", api.Post(calls.LogInAsync));
        endpoints.Map("/v1/logout", api.Post(calls.LogOutAsync, bodyIsOptional: true));
        endpoints.Map("/v1/password", api.Post(calls.ChangePasswordAsync));
        endpoints.Map("/v1/account/delete", api.Post(calls.DeleteAsync));
        endpoints.Map("/v1/account/export", api.Post(calls.ExportAsync));

        endpoints.ServiceProvider.GetRequiredService<ServiceCalls>().Map(endpoints, api);

        var stream = endpoints.ServiceProvider.GetRequiredService<StreamEndpoint>();
        endpoints.Map("/v1/stream", endpoints.CreateApplicationBuilder().Use(SharedUpgrade.InstallAsync).UseWebSockets().Use(_ => stream.ServeAsync).Build());

        var addressBooks = endpoints.ServiceProvider.GetRequiredService<CardDavServer>();
        endpoints.Map(DavPath.Root + "/{**path}", addressBooks.ServeAsync);
        endpoints.Map("/.well-known/carddav", CardDavServer.RedirectAsync);

        endpoints.MapHealth();
        if (endpoints.ServiceProvider.GetRequiredService<GatewayOptions>().WebClient)
        {
            endpoints.ServiceProvider.GetRequiredService<WebClient>().Map(endpoints);
        }

        endpoints.MapFallback("{**path}", HttpApi.NotFoundAsync);
        return endpoints;
    }

    /// <summary>Maps the health checks alone, for a host that serves nobody else.</summary>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false });
        var log = endpoints.ServiceProvider.GetRequiredService<ReadinessLog>();
        endpoints.MapHealthChecks("/readyz", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(GatewayServices.ReadyTag),
            ResponseWriter = (http, report) => ReadinessAnswer.WriteAsync(http, report, log),
        });
        return endpoints;
    }
}
