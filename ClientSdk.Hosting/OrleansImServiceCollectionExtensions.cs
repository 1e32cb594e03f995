using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansIM.Client;
using OrleansIM.Client.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>OrleansIM in a host.</summary>
public static class OrleansImServiceCollectionExtensions
{
    /// <summary>
    /// Adds one <see cref="ImClient"/> for the host, with settings from a section. They are validated when the host starts; a
    /// wrong one is an <see cref="OptionsValidationException"/> that names each mistake. The client logs what handlers throw, and
    /// measures with the meters of the host. It is disposed with the host; a service provider without a host is to be
    /// disposed asynchronously.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="section">The section, for example <c>configuration.GetSection("OrleansIm")</c>.</param>
    /// <param name="complete">Adds what a section cannot hold (transports, a dispatcher). Default: nothing.</param>
    public static IServiceCollection AddOrleansIm(
        this IServiceCollection services,
        IConfiguration section,
        Func<IServiceProvider, ImClientOptions, ImClientOptions>? complete = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        services.AddOptions<OrleansImSettings>().Bind(section).ValidateOnStart();
        return services.AddClient(complete);
    }

    /// <inheritdoc cref="AddOrleansIm(IServiceCollection, IConfiguration, Func{IServiceProvider, ImClientOptions, ImClientOptions})"/>
    /// <param name="services">The services of the host.</param>
    /// <param name="configure">Sets the settings. Default: all defaults.</param>
    /// <param name="complete">Adds what settings cannot hold (transports, a dispatcher). Default: nothing.</param>
    public static IServiceCollection AddOrleansIm(
        this IServiceCollection services,
        Action<OrleansImSettings>? configure = null,
        Func<IServiceProvider, ImClientOptions, ImClientOptions>? complete = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var settings = services.AddOptions<OrleansImSettings>().ValidateOnStart();
        if (configure is not null)
        {
            settings.Configure(configure);
        }

        return services.AddClient(complete);
    }

    /// <summary>
    /// Keeps the client signed in while the host runs, with <see cref="OrleansImSettings.Login"/> and
    /// <see cref="OrleansImSettings.Password"/> or <see cref="OrleansImSettings.Token"/>. The host does not wait for it; a
    /// server that cannot be reached is tried again and again. Signs in anew when the token has expired, and out when the host
    /// stops (but with a token that was given, or while messages wait to be sent). A refusal for good and a sign-out from elsewhere end it with an exception, and the
    /// host with it, unless <c>HostOptions.BackgroundServiceExceptionBehavior</c> says otherwise.
    /// </summary>
    /// <param name="services">The services of the host, with <c>AddOrleansIm</c>.</param>
    public static IServiceCollection AddOrleansImConnection(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddHostedService<OrleansImConnection>();
    }

    private static IServiceCollection AddClient(
        this IServiceCollection services, Func<IServiceProvider, ImClientOptions, ImClientOptions>? complete)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OrleansImSettings>, OrleansImSettingsValidator>());
        services.TryAddSingleton(provider =>
        {
            var log = provider.GetService<ILoggerFactory>()?.CreateLogger<ImClient>() ?? NullLogger<ImClient>.Instance;
            var options = provider.GetRequiredService<IOptions<OrleansImSettings>>().Value.ToOptions() with
            {
                HandlerError = error => OrleansImConnection.LogHandlerFailed(log, error),
                MeterFactory = provider.GetService<IMeterFactory>(),
            };
            return new ImClient(complete?.Invoke(provider, options) ?? options);
        });
        return services;
    }
}
