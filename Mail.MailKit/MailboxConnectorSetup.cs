using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace OrleansIM.Mail;

/// <summary>Registers the mail library of the engine: here, MailKit.</summary>
public static class MailboxConnectorSetup
{
    /// <summary>As <see cref="MailKeys.Inner"/>; what it needs comes from <see cref="MailSetup.AddMail"/>.</summary>
    public static IServiceCollection AddMailboxConnector(this IServiceCollection services)
    {
        // MimeKit decodes what .NET has encodings for; without these it shows mails from half of the world as noise.
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        services.TryAddKeyedSingleton<IMailboxConnector, MailKitMailboxConnector>(MailKeys.Inner);
        return services;
    }
}
