using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrleansIM.Identity;

/// <summary>Puts <see cref="TokenVerifier"/> into a host.</summary>
public static partial class IdentitySetup
{
    /// <summary>Adds it with the settings of the section <c>Identity</c>. Both the grains and the gateway ask for it; once is enough.</summary>
    public static IServiceCollection AddIdentity(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(TokenVerifier)))
        {
            return services;
        }

        services.AddOptions<IdentityOptions>().BindConfiguration(IdentityOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IdentityOptions>, IdentityOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new KeyFetcher(provider.GetRequiredService<IOptions<IdentityOptions>>().Value));
        services.AddSingleton(Create);
        return services;
    }

    private static TokenVerifier Create(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<IdentityOptions>>().Value;
        var time = provider.GetRequiredService<TimeProvider>();
        var logger = provider.GetRequiredService<ILogger<TokenVerifier>>();
        var fetcher = provider.GetRequiredService<KeyFetcher>();
        return new TokenVerifier(options.Issuers.Select(issuer => Create(issuer.Key, issuer.Value)), time, logger);

        TokenIssuer Create(string name, IssuerOptions issuer) => new(name, issuer, AccountTemplate.Parse(issuer.Account, out _)!, KeysOf(name, issuer));

        IIssuerKeys KeysOf(string name, IssuerOptions issuer) =>
            issuer.SecretFile is { } secret ? new FixedKeys([KeyReader.ReadSecret(File.ReadAllText(secret))])
            : issuer.KeyFiles.Count > 0 ? new FixedKeys([.. issuer.KeyFiles.SelectMany(file => KeyReader.ReadFile(File.ReadAllText(file)))])
            : new PublishedKeys(() => fetcher.FetchAsync(issuer, TokenIssuer.IssuerOf(issuer)), options, time, fault => KeysNotFetched(logger, name, fault.Message));
    }

    [LoggerMessage(3, LogLevel.Warning, "The keys of issuer {Issuer} could not be fetched: {Reason}")]
    private static partial void KeysNotFetched(ILogger logger, string issuer, string reason);
}
