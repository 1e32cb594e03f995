using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrleansIM.Gateway.Hosting;
using OrleansIM.Gateway.Http;

namespace OrleansIM.Hosting.Telemetry;

/// <summary>Metrics for Prometheus; metrics and traces by OTLP.</summary>
public static class TelemetrySetup
{
    private const string MetricsPath = "/metrics";

    // Ours, and of what we stand on what tells about the load: not its every detail.
    private static readonly string[] s_meters =
        ["OrleansIM.*", "Microsoft.Orleans", "Npgsql", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    // Of Orleans' hundred what tells how it is: the others are counted for each message, and nobody looks at them.
    private static readonly string[] s_ofOrleans =
    [
        "orleans-app-requests-timedout", "orleans-app-requests-canceled", "orleans-catalog-activation", "orleans-grains", "orleans-messaging-rejected",
        "orleans-messaging-expired", "orleans-messaging-sent-messages-dropped", "orleans-networking-sockets", "orleans-reminders-active", "orleans-storage", "orleans-watchdog",
    ];

    // Calls of grains are the runtime's by name, since their namespaces begin with "Orleans".
    private static readonly string[] s_sources = ["OrleansIM.*", "Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", "Npgsql"];

    /// <summary>Register it first: then a probe is answered before, and a scrape longer than, anything else runs.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection(TelemetryOptions.Section);
        builder.Services.AddOptions<TelemetryOptions>().Bind(section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsValidator>();
        var options = section.Read<TelemetryOptions>() ?? new();
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(Describe);
        if (options.MetricsUrl != TelemetryOptions.Off || options.OtlpEndpoint.Length > 0)
        {
            telemetry.WithMetrics(metrics => AddMetrics(metrics, options));
        }

        if (options.OtlpEndpoint.Length > 0)
        {
            telemetry.WithTracing(traces => AddTraces(traces, options));
        }

        if (options.HasMetricsServer)
        {
            // Not AddHostedService, which takes one of a type.
            builder.Services.AddSingleton<IHostedService>(services => new SideServer(
                "Metrics", $"{TelemetryOptions.Section}:MetricsUrl", options.MetricsUrl, app => MapAlone(app, services), services.GetRequiredService<ILoggerFactory>()));
        }
    }

    /// <summary>Whether traces are made: then the grains' calls take part.</summary>
    public static bool HasTraces(this IConfiguration configuration) =>
        configuration.GetSection(TelemetryOptions.Section)[nameof(TelemetryOptions.OtlpEndpoint)] is { Length: > 0 };

    /// <summary><c>/metrics</c> on the gateway's address for callers on this machine, unless it has an address of its own.</summary>
    public static void MapMetrics(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<TelemetryOptions>>().Value.MetricsUrl.Length == 0)
        {
            app.MapPrometheusScrapingEndpoint(MetricsPath, null, branch => branch.Use(RefuseOthersAsync), null);
        }
    }

    private static void AddMetrics(MeterProviderBuilder metrics, TelemetryOptions options)
    {
        metrics.AddMeter(s_meters);
        metrics.AddView(instrument => IsTooMuch(instrument) ? MetricStreamConfiguration.Drop : null);
        // A stream is a request that lasts for hours: as a duration it says nothing, and would be most of what there is.
        metrics.AddView("http.server.request.duration", MetricStreamConfiguration.Drop);
        if (options.MetricsUrl != TelemetryOptions.Off)
        {
            metrics.AddPrometheusExporter();
        }

        if (options.OtlpEndpoint.Length > 0)
        {
            metrics.AddOtlpExporter(otlp => Send(otlp, options, "v1/metrics"));
        }
    }

    private static bool IsTooMuch(Instrument instrument) =>
        instrument.Meter.Name == "Microsoft.Orleans" && !s_ofOrleans.Any(kept => instrument.Name.StartsWith(kept, StringComparison.Ordinal));

    private static void AddTraces(TracerProviderBuilder traces, TelemetryOptions options) => traces
        .AddSource(s_sources)
        .AddAspNetCoreInstrumentation(requests => requests.Filter = http => http.Request.Path.StartsWithSegments("/v1") && http.Request.Path != "/v1/stream")
        .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.TraceShare)))
        .AddOtlpExporter(otlp => Send(otlp, options, "v1/traces"));

    private static void Send(OtlpExporterOptions otlp, TelemetryOptions options, string path)
    {
        var isHttp = options.OtlpProtocol == TelemetryOptionsValidator.HttpProtobuf;
        otlp.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        otlp.Endpoint = isHttp ? new Uri($"{options.OtlpEndpoint.TrimEnd('/')}/{path}") : new Uri(options.OtlpEndpoint);
    }

    private static void Describe(ResourceBuilder resource) => resource
        .AddService("orleansim", serviceVersion: BuildInfo.Version, serviceInstanceId: Environment.MachineName)
        .AddEnvironmentVariableDetector();

    private static void MapAlone(WebApplication app, IServiceProvider services)
    {
        app.MapPrometheusScrapingEndpoint(MetricsPath, services.GetRequiredService<MeterProvider>(), null, null);
        app.MapGet("/healthz", () => "Healthy");
        app.MapGet("/readyz", http => ReportAsync(http, services));
        app.MapFallback("{**path}", HttpApi.NotFoundAsync);
    }

    /// <summary>As <c>/readyz</c> of the gateway's address, which is not there yet when this is, and not any more while this still is.</summary>
    private static async Task ReportAsync(HttpContext http, IServiceProvider services)
    {
        var life = services.GetRequiredService<IHostApplicationLifetime>();
        if (!life.ApplicationStarted.IsCancellationRequested || life.ApplicationStopping.IsCancellationRequested)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await http.Response.WriteAsync(nameof(HealthStatus.Unhealthy), http.RequestAborted);
            return;
        }

        var ready = services.GetRequiredService<HealthCheckService>();
        var report = await ready.CheckHealthAsync(check => check.Tags.Contains(GatewayServices.ReadyTag), http.RequestAborted);
        http.Response.StatusCode = report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        await ReadinessAnswer.WriteAsync(http, report, services.GetRequiredService<ReadinessLog>());
    }

    /// <summary>
    /// The caller has to be on this machine, and not behind a proxy that is: names of paths and numbers of users are for
    /// the operator. Others see what is at every path that nobody serves.
    /// </summary>
    private static Task RefuseOthersAsync(HttpContext http, RequestDelegate next) => IsOfThisMachine(http) ? next(http) : HttpApi.NotFoundAsync(http);

    internal static bool IsOfThisMachine(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } caller && System.Net.IPAddress.IsLoopback(caller) && !IsForwarded(http.Request.Headers);

    private static bool IsForwarded(IHeaderDictionary headers) =>
        headers.Keys.Any(name => name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase) || name.Equals("Via", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase));
}
