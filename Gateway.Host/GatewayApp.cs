using OrleansIM.Hosting;
using OrleansIM.Hosting.Admin;
using OrleansIM.Hosting.Checks;
using OrleansIM.Hosting.Cluster;
using OrleansIM.Hosting.Memory;
using OrleansIM.Hosting.Storage;
using OrleansIM.Hosting.Telemetry;

namespace OrleansIM.Gateway.Host;

/// <summary>A node of a cluster that hosts sessions and no accounts: it has no class of a grain.</summary>
public static class GatewayApp
{
    /// <summary>
    /// Puts the host together. Settings come from <c>appsettings.json</c> in the working directory, environment variables
    /// (<c>Storage__ConnectionString</c>) and <paramref name="args"/> (<c>--Storage:ConnectionString=…</c>), the later ones winning.
    /// </summary>
    public static WebApplication Create(params string[] args)
    {
        CommandLineRules.Check(args);
        var builder = WebApplication.CreateBuilder(args);
        builder.AddClusterDefaults();
        builder.AddLogs();
        builder.AddAddress();
        builder.AddTelemetry();
        builder.AddAdmin();

        // What is added first stops last: the membership goes after the sessions.
        builder.AddDatabase();
        builder.AddNode(NodeRole.Gateway, _ => { });
        builder.Services.AddGateway();
        builder.AddSiloLossWatch();
        builder.AddBackendReadiness();
        builder.AddMemoryTrimming();

        var app = builder.Build();
        app.CheckSettings();
        app.MapMetrics();
        app.MapGateway();
        app.AnnounceReady();
        return app;
    }

    /// <summary>Runs until it is told to stop. Answers the process's exit code; a faulty setting is named, not thrown.</summary>
    public static Task<int> RunAsync(string[] args) => Launch.RunAsync(args, Create);
}
