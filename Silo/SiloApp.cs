using OrleansIM.Grains;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Presence;
using OrleansIM.Grains.Timelines;
using OrleansIM.Hosting;
using OrleansIM.Hosting.Admin;
using OrleansIM.Hosting.Checks;
using OrleansIM.Hosting.Cluster;
using OrleansIM.Hosting.Memory;
using OrleansIM.Hosting.Telemetry;
using OrleansIM.Mail;
using OrleansIM.Silo.Storage;

namespace OrleansIM.Silo;

/// <summary>The whole system in one process: storage, grains, gateway. Or, with <c>Roles=backend</c>, the grains of a cluster.</summary>
public static class SiloApp
{
    /// <summary>
    /// Puts the host together. Settings come from <c>appsettings.json</c> in the working directory, environment variables
    /// (<c>Storage__Provider</c>) and <paramref name="args"/> (<c>--Storage:Provider=postgres</c>), the later ones winning.
    /// </summary>
    public static WebApplication Create(params string[] args) => Create(args, file: null);

    /// <summary>Checks a file of settings and starts nothing (<see cref="SettingsCheck"/>).</summary>
    public static int Check(IReadOnlyList<string> args, TextWriter output) => SettingsCheck.Run(args, Create, output);

    /// <summary>Runs until it is told to stop. Answers the process's exit code; a faulty setting is named, not thrown.</summary>
    public static Task<int> RunAsync(string[] args) => Launch.RunAsync(args, Create);

    private static WebApplication Create(string[] args, string? file)
    {
        CommandLineRules.Check(args, SettingsCheck.Verb);
        var builder = WebApplication.CreateBuilder(args);
        if (file is not null)
        {
            builder.ReadOnly(file);
        }

        var role = builder.ReadRole();
        builder.AddLogs();
        builder.AddAddress();
        builder.AddTelemetry();
        builder.AddAdmin();

        // What is added first stops last: the store outlives the appender, the appender the grains, the grains the gateway.
        builder.AddStorage();
        builder.Services.AddGrains(builder.Configuration);
        builder.Services.AddMail(builder.Configuration).AddMailboxConnector();
        builder.AddNode(role, silo => silo.AddGrainStorage(builder.Configuration));
        if (role == NodeRole.All)
        {
            builder.Services.AddGateway();
            builder.AddSiloLossWatch();
        }

        builder.AddSiloLossWatch((services, lost) => services.GetRequiredService<LostNodes>().Add(lost));
        builder.AddMemoryTrimming();

        var app = builder.Build();
        app.CheckSettings(
            ("Accounts", typeof(AccountOptions)), ("Links", typeof(Grains.Links.LinkOptions)), ("Groups", typeof(Grains.Groups.GroupOptions)),
            ("Presence", typeof(Grains.Presence.PresenceOptions)), ("Timelines", typeof(TimelineOptions)), (MailOptions.Section, typeof(MailOptions)));
        if (role == NodeRole.All)
        {
            app.MapMetrics();
            app.MapGateway();
        }
        else
        {
            app.MapHealth();
        }

        app.AnnounceReady();
        return app;
    }
}
