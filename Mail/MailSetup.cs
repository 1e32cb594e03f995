using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace OrleansIM.Mail;

/// <summary>Registers what the mailbox bridge needs, except the mail library (<c>AddMailboxConnector</c> of the engine).</summary>
public static class MailSetup
{
    /// <summary>Options (section <c>Mail</c>), network, discovery, OAuth 2, CardDAV; and the limits around the mail library.</summary>
    public static IServiceCollection AddMail(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MailOptions>().Bind(configuration.GetSection(MailOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MailOptions>, MailOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new HostPolicy(provider.GetRequiredService<IOptions<MailOptions>>().Value));
        services.TryAddSingleton<MailDialer>();
        services.TryAddSingleton<IMailDialer>(provider => provider.GetRequiredService<MailDialer>());
        services.TryAddSingleton<MailTls>();
        services.TryAddSingleton<ConnectionLimits>();
        services.TryAddSingleton<MailHttp>();
        services.TryAddSingleton(provider => new OAuthTokens(
            provider.GetRequiredService<MailHttp>(), provider.GetRequiredService<IOptions<MailOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IServiceRecords, DnsServiceRecords>();
        services.TryAddSingleton<MailDiscovery>();
        services.TryAddSingleton(provider => new CardDavClient(
            provider.GetRequiredService<MailHttp>(), provider.GetRequiredService<IOptions<MailOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddMailHttpClient();
        services.TryAddSingleton<IMailboxConnector, BoundedMailboxConnector>();
        return services;
    }

    private static void AddMailHttpClient(this IServiceCollection services)
    {
        // No logging of its own: it would write addresses of users' pages, which hold their mail addresses. The handler
        // lives as long as the process; connections are renewed by it.
        services.AddHttpClient(MailKeys.Http, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(provider => MailHttp.CreateHandler(
                provider.GetRequiredService<MailDialer>(),
                provider.GetRequiredService<MailTls>(),
                provider.GetRequiredService<IOptions<MailOptions>>().Value))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
    }
}
