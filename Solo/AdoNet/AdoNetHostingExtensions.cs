using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Orleans.Hosting;

public static class AdoNetGrainStorageSiloBuilderExtensions
{
    public static ISiloBuilder AddAdoNetGrainStorageAsDefault(this ISiloBuilder builder, Action<AdoNetGrainStorageOptions> configureOptions)
        => builder.AddAdoNetGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    public static ISiloBuilder AddAdoNetGrainStorage(this ISiloBuilder builder, string name, Action<AdoNetGrainStorageOptions> configureOptions)
        => builder.AddAdoNetGrainStorage(name, options => options.Configure(configureOptions));

    public static ISiloBuilder AddAdoNetGrainStorage(this ISiloBuilder builder, string name, Action<OptionsBuilder<AdoNetGrainStorageOptions>>? configureOptions = null)
    {
        configureOptions?.Invoke(builder.Services.AddOptions<AdoNetGrainStorageOptions>(name));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Transient<IPostConfigureOptions<AdoNetGrainStorageOptions>, DefaultStorageProviderSerializerOptionsConfigurator<AdoNetGrainStorageOptions>>());
        builder.Services.AddGrainStorage(name, (services, key) => ActivatorUtilities.CreateInstance<AdoNetGrainStorage>(
            services, key, services.GetRequiredService<IOptionsMonitor<AdoNetGrainStorageOptions>>().Get(key)));
        return builder;
    }
}

public static class AdoNetReminderSiloBuilderExtensions
{
    public static ISiloBuilder UseAdoNetReminderService(this ISiloBuilder builder, Action<AdoNetReminderTableOptions> configureOptions)
    {
        builder.Services.Configure(configureOptions);
        builder.Services.AddSingleton<IReminderTable, AdoNetReminderTable>();
        return builder.AddReminders();
    }
}

public static class AdoNetHostingExtensions
{
    /// <summary>Solo has no clusters: the host refuses to start.</summary>
    public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<AdoNetClusteringSiloOptions> configureOptions)
        => builder.ConfigureServices(services => services.AddSingleton<IConfigurationValidator, Refusal>());

    private sealed class Refusal : IConfigurationValidator
    {
        public void ValidateConfiguration() => throw new OrleansConfigurationException(
            "Solo runs in one process and joins no cluster. For several silos build with the Orleans packages (-p:Engine=Orleans); for one, use UseLocalhostClustering.");
    }
}
