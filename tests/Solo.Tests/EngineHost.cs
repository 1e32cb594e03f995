using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace OrleansIM.Solo.Tests;

/// <summary>A host with the engine that the tests are built with.</summary>
public sealed class EngineHost : IAsyncLifetime, IAsyncDisposable
{
    private IHost _host = null!;

    public IServiceProvider Services => _host.Services;
    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();
    public Probe Probe => Services.GetRequiredService<Probe>();

    public T Grain<T>(string? key = null) where T : IGrainWithStringKey => Grains.GetGrain<T>(key ?? Guid.NewGuid().ToString());

    public static async Task<EngineHost> StartAsync(Action<ISiloBuilder>? configure = null)
    {
        var host = new EngineHost();
        await host.StartCoreAsync(configure);
        return host;
    }

    public async Task StopAsync(TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(20));
        await _host.StopAsync(deadline.Token);
    }

    public async Task InitializeAsync() => await StartCoreAsync(silo => silo.AddMemoryGrainStorageAsDefault().AddMemoryGrainStorage("named"));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _host.Dispose();
    }

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    private async Task StartCoreAsync(Action<ISiloBuilder>? configure)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Probe>();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(gatewayPort: 0);
            silo.Configure<EndpointOptions>(endpoint => endpoint.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, 0));
            configure?.Invoke(silo);
        });
        _host = builder.Build();
        await _host.StartAsync();
    }
}

[CollectionDefinition(nameof(SharedHost))]
public sealed class SharedHost : ICollectionFixture<EngineHost>;
