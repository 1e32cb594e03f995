using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansIM.Mail.Tests.Network;

/// <summary>What <see cref="MailSetup.AddMail"/> registers, with options of a test.</summary>
internal static class MailServices
{
    public static ServiceProvider Create(Action<MailOptions>? set = null, IMailboxConnector? inner = null)
    {
        var services = new ServiceCollection();
        services.AddMail(new ConfigurationBuilder().Build());
        services.Configure<MailOptions>(options =>
        {
            options.AllowPrivateHosts = true;
            set?.Invoke(options);
        });
        if (inner is not null)
        {
            services.AddKeyedSingleton(MailKeys.Inner, inner);
        }

        return services.BuildServiceProvider();
    }

    public static MailOptions Options(Action<MailOptions>? set = null)
    {
        var options = new MailOptions();
        set?.Invoke(options);
        return options;
    }

    public static IOptions<MailOptions> Wrap(Action<MailOptions>? set = null) => Microsoft.Extensions.Options.Options.Create(Options(set));
}
