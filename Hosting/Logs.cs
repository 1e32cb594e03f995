using OrleansIM.Audit;
using OrleansIM.Hosting.Storage;
using Serilog;
using Serilog.Configuration;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace OrleansIM.Hosting;

/// <summary>Serilog to the console: text for people, or one compact JSON object per line (<c>Logs:Format=json</c>) for machines.</summary>
internal static class Logs
{
    private const string Template = "{Timestamp:HH:mm:ss.fff} {Level:u3} {SourceContext} {Message:lj}{NewLine}{Exception}";

    public static void AddLogs(this WebApplicationBuilder builder)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Orleans", LogEventLevel.Warning)
            .MinimumLevel.Override("Polly", LogEventLevel.Warning)
            // Whatever else is wanted of the log: who wants no audit log says so by its name.
            .MinimumLevel.Override(SecurityAudit.Category, LogEventLevel.Information)
            // Advice of Orleans' about the garbage collector, at every start: which one is chosen in Silo.csproj.
            .Filter.ByExcluding(line => line.MessageTemplate.Text.StartsWith("Note: ", StringComparison.Ordinal))
            .Filter.ByExcluding(FalseAlarms.Is)
            // The framework cannot know what is configured and what that means here: StorageStartup says it, at the first start.
            .Filter.ByExcluding(line => line.MessageTemplate.Text.StartsWith("No XML encryptor configured.", StringComparison.Ordinal))
            // What keeps the host from starting is said once, in one line, by SiloApp.
            .Filter.ByExcluding(line => line.Exception is StorageException || line.MessageTemplate.Text == "Hosting failed to start")
            .Enrich.FromLogContext()
            // Section `Serilog` overrides all of this, in the form of Serilog.Settings.Configuration.
            .ReadFrom.Configuration(builder.Configuration);
        var isJson = string.Equals(builder.Configuration["Logs:Format"], "json", StringComparison.OrdinalIgnoreCase);
        var outages = new OutageLines(LoggerSinkConfiguration.CreateSink(console => _ = isJson
            ? console.Console(new RenderedCompactJsonFormatter())
            : console.Console(outputTemplate: Template, formatProvider: System.Globalization.CultureInfo.InvariantCulture)));
        configuration.WriteTo.Sink(outages);
        if (builder.Configuration[$"{LogOptions.Section}:{nameof(LogOptions.AuditFile)}"] is { Length: > 0 } file)
        {
            configuration = configuration.WriteTo.Logger(audit => audit.Filter.ByIncludingOnly(IsAudit).WriteTo.File(
                new RenderedCompactJsonFormatter(), file, rollingInterval: RollingInterval.Day, retainedFileCountLimit: null, fileSizeLimitBytes: null));
        }

        var logger = configuration.CreateLogger();
        outages.Log = logger;
        builder.Logging.ClearProviders().AddSerilog(logger, dispose: true);
    }

    private static bool IsAudit(LogEvent line) =>
        line.Properties.TryGetValue(Serilog.Core.Constants.SourceContextPropertyName, out var category) && category is ScalarValue { Value: SecurityAudit.Category };
}
