using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using OrleansIM.Audit;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Groups;
using OrleansIM.Grains.Keys;
using OrleansIM.Grains.Links;
using OrleansIM.Grains.Mailboxes;
using OrleansIM.Grains.Presence;
using OrleansIM.Grains.Timelines;
using OrleansIM.Identity;
using OrleansIM.Sessions;

namespace OrleansIM.Grains;

/// <summary>What the grains need of their silo.</summary>
public static class GrainsSetup
{
    /// <summary>
    /// Adds the services of the grains. Call it before <c>UseOrleans</c>: what is registered first stops last, and the
    /// appender has to outlive the grains' last writes. Mailboxes also need <c>AddMail</c>, a mail library and Data Protection
    /// with keys that all silos share.
    /// </summary>
    public static IServiceCollection AddGrains(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AccountOptions>().Bind(configuration.GetSection("Accounts")).ValidateOnStart();
        services.AddOptions<LinkOptions>().Bind(configuration.GetSection("Links")).ValidateOnStart();
        services.AddOptions<GroupOptions>().Bind(configuration.GetSection("Groups")).ValidateOnStart();
        services.AddOptions<TimelineOptions>().Bind(configuration.GetSection("Timelines")).ValidateOnStart();
        services.AddOptions<PresenceOptions>().Bind(configuration.GetSection("Presence")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AccountOptions>, AccountOptionsValidator>();
        services.AddSingleton<IValidateOptions<LinkOptions>, LinkOptionsValidator>();
        services.AddSingleton<IValidateOptions<GroupOptions>, GroupOptionsValidator>();
        services.AddSingleton<IValidateOptions<TimelineOptions>, TimelineOptionsValidator>();
        services.AddSingleton<IValidateOptions<PresenceOptions>, PresenceOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddIdentity();
        AddMetrics(services);
        services.TryAddSingleton<SecurityAudit>();
        services.AddSingleton<PasswordHashing>();
        services.TryAddSingleton<LocalGateways>();
        services.AddState<AccountRecord>(StorageNames.AccountRecord);
        services.AddState<AccountSnapshot>(StorageNames.AccountSnapshot);
        services.AddState<LinkGroupState>(StorageNames.LinkGroup);
        services.AddSingleton<AccountServices>();
        services.TryAddSingleton(provider => (ITimelineErasure)provider.GetRequiredService<ITimelineStore>());
        services.AddSingleton<TimelineAppender>();
        services.AddHostedService(provider => provider.GetRequiredService<TimelineAppender>());
        services.AddSingleton<GroupRelay>();
        services.AddHostedService(provider => provider.GetRequiredService<GroupRelay>());
        services.AddSingleton<TimelineTrimmer>();
        services.AddHostedService(provider => provider.GetRequiredService<TimelineTrimmer>());
        services.AddSingleton<LostNodes>();
        services.AddSingleton<SiloPresence>();
        services.AddHostedService(provider => provider.GetRequiredService<SiloPresence>());
        services.AddSingleton<MailboxSecrets>();
        services.AddOptions<KeyRotationOptions>().Bind(configuration.GetSection("Keys")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<KeyRotationOptions>, KeyRotationOptionsValidator>();
        services.TryAddSingleton<IMailEnvironment, MailEnvironment>();
        return services;
    }

    private static void AddState<TState>(this IServiceCollection services, string name) where TState : class, new() =>
        services.AddSingleton(provider => new StateStore<TState>(
            name, provider.GetRequiredKeyedService<IGrainStorage>(StorageNames.State), provider.GetRequiredService<ILogger<StateStore<TState>>>()));

    private static void AddMetrics(IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<TimelineMetrics>().AddSingleton<AccountMetrics>().AddSingleton<LinkMetrics>();
        services.AddSingleton<PresenceMetrics>().AddSingleton<MailboxMetrics>();
    }
}
