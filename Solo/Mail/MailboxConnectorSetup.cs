using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace OrleansIM.Mail;

/// <summary>Registers the mail library of the engine: here, Solo's own client.</summary>
public static class MailboxConnectorSetup
{
    /// <summary>As <see cref="MailKeys.Inner"/>; what it needs comes from <see cref="MailSetup.AddMail"/>.</summary>
    public static IServiceCollection AddMailboxConnector(this IServiceCollection services)
    {
        services.TryAddKeyedSingleton<IMailboxConnector, BuiltInMailboxConnector>(MailKeys.Inner);
        return services;
    }
}
