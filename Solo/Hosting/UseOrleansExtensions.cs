using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Storage;
using Orleans.Timers;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds the engine to a host.</summary>
public static class OrleansSiloGenericHostExtensions
{
    public static IHostApplicationBuilder UseOrleans(this IHostApplicationBuilder hostAppBuilder) => hostAppBuilder.UseOrleans(_ => { });

    public static HostApplicationBuilder UseOrleans(this HostApplicationBuilder hostAppBuilder) => hostAppBuilder.UseOrleans(_ => { });

    public static IHostApplicationBuilder UseOrleans(this IHostApplicationBuilder hostAppBuilder, Action<ISiloBuilder> configureDelegate)
    {
        ArgumentNullException.ThrowIfNull(configureDelegate);
        configureDelegate(AddSolo(hostAppBuilder.Services, hostAppBuilder.Configuration));
        return hostAppBuilder;
    }

    public static HostApplicationBuilder UseOrleans(this HostApplicationBuilder hostAppBuilder, Action<ISiloBuilder> configureDelegate)
    {
        ((IHostApplicationBuilder)hostAppBuilder).UseOrleans(configureDelegate);
        return hostAppBuilder;
    }

    public static IHostBuilder UseOrleans(this IHostBuilder hostBuilder, Action<ISiloBuilder> configureDelegate)
        => hostBuilder.UseOrleans((_, silo) => configureDelegate(silo));

    public static IHostBuilder UseOrleans(this IHostBuilder hostBuilder, Action<HostBuilderContext, ISiloBuilder> configureDelegate)
        => hostBuilder.ConfigureServices((context, services) => configureDelegate(context, AddSolo(services, context.Configuration)));

    public static IServiceCollection AddOrleans(this IServiceCollection services, Action<ISiloBuilder> configureDelegate)
    {
        ArgumentNullException.ThrowIfNull(configureDelegate);
        configureDelegate(AddSolo(services, new ConfigurationBuilder().Build()));
        return services;
    }

    private static SiloBuilder AddSolo(IServiceCollection services, IConfiguration configuration)
    {
        if (services.FirstOrDefault(s => s.ServiceType == typeof(SiloBuilder))?.ImplementationInstance is SiloBuilder existing)
        {
            return existing;
        }

        var builder = new SiloBuilder(services, configuration);
        services.AddSingleton(builder);
        services.AddLogging();
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddKeyedSingleton<TimeProvider>(KeyedService.AnyKey, static (provider, _) => provider.GetRequiredService<TimeProvider>());
        services.Configure<ClusterOptions>(configuration.GetSection("Orleans"));
        services.PostConfigure<SiloOptions>(options => options.SiloName ??= $"Silo_{Guid.NewGuid().ToString("N")[..5]}");
        services.TryAddSingleton<ILocalSiloDetails, LocalSiloDetails>();

        services.AddSingleton<GrainClasses>();
        services.AddSingleton<SoloRuntime>();
        services.AddSingleton<IGrainRuntime>(provider => provider.GetRequiredService<SoloRuntime>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SoloRuntime>());
        services.AddSingleton<IClusterClient, GrainFactory>();
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<IClusterClient>());
        services.AddSingleton<ITimerRegistry, TimerRegistry>();
        services.TryAddSingleton<IGrainStorageSerializer, JsonGrainStorageSerializer>();
        services.AddScoped<GrainContextHolder>();
        services.AddScoped(provider => provider.GetRequiredService<GrainContextHolder>().Context ?? RuntimeContext.Current!);
        services.AddSingleton<IGrainContextAccessor, GrainContextAccessor>();
        services.AddSingleton<IConfigurationValidator, CollectionValidator>();
        services.TryAddSingleton<ISiloStatusOracle, SiloStatusOracle>();
        services.TryAddSingleton<IClusterManifestProvider, ClusterManifestProvider>();
        services.AddHostedService<SiloHostedService>();
        return builder;
    }

    private sealed class SiloBuilder(IServiceCollection services, IConfiguration configuration) : ISiloBuilder
    {
        public IServiceCollection Services => services;
        public IConfiguration Configuration => configuration;
    }

    private sealed class GrainContextAccessor : IGrainContextAccessor
    {
        public IGrainContext GrainContext => RuntimeContext.Current!;
    }

    private sealed class CollectionValidator(IOptions<GrainCollectionOptions> options) : IConfigurationValidator
    {
        public void ValidateConfiguration()
        {
            var given = options.Value;
            if (given.CollectionQuantum <= TimeSpan.Zero)
            {
                throw new OrleansConfigurationException($"CollectionQuantum is set to {given.CollectionQuantum}. CollectionQuantum must be greater than 0");
            }

            if (given.ClassSpecificCollectionAge.Values.Append(given.CollectionAge).FirstOrDefault(age => age <= given.CollectionQuantum) is var age && age != default)
            {
                throw new OrleansConfigurationException($"CollectionAge is set to {age}. CollectionAge must be greater than CollectionQuantum, which is set to {given.CollectionQuantum}");
            }
        }
    }
}
