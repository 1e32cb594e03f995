using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Storage;
using OrleansIM.Grains;
using OrleansIM.Hosting;
using OrleansIM.Silo.Storage;

namespace OrleansIM.Silo.Tests.Storage;

/// <summary>A silo with nothing but storage, on the engine that the tests are built with.</summary>
internal sealed class StorageHost : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _isStopped;

    private StorageHost(IHost host) => _host = host;

    /// <summary>Whether several silos can form a cluster here.</summary>
    public static bool HasClusters => BuildInfo.Engine == "Orleans";

    public IServiceProvider Services => _host.Services;

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public IGrainStorage State => Services.GetRequiredKeyedService<IGrainStorage>(StorageNames.State);

    public IReminderTable Reminders => Services.GetRequiredService<IReminderTable>();

    public static Dictionary<string, string?> Sqlite(string directory) => new() { ["Storage:DataDirectory"] = directory };

    public static Dictionary<string, string?> Postgres(string connectionString)
        => new() { ["Storage:Provider"] = "postgres", ["Storage:ConnectionString"] = connectionString };

    public static async Task<StorageHost> StartAsync(Dictionary<string, string?> settings, Action<ISiloBuilder>? clustering = null)
    {
        var host = Build(settings, clustering);
        using var limit = new CancellationTokenSource();
        var starting = host.StartAsync(limit.Token);
        if (await Task.WhenAny(starting, Task.Delay(TimeSpan.FromSeconds(60), limit.Token)) != starting)
        {
            throw new TimeoutException("Waited 60 s in vain for the silo to start.");
        }

        await starting;
        return new(host);
    }

    public static IHost Build(Dictionary<string, string?> settings, Action<ISiloBuilder>? clustering = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddStorage();
        builder.UseOrleans(silo =>
        {
            if (clustering is null)
            {
                silo.UseLocalhostClustering(Ports.Free(), Ports.Free());
            }
            else
            {
                silo.ConfigureEndpoints(IPAddress.Loopback, Ports.Free(), Ports.Free());
                clustering(silo);
            }

            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("test-cluster", "test-service"));
            silo.AddGrainStorage(builder.Configuration);
        });
        return builder.Build();
    }

    public async Task StopAsync()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await _host.StopAsync(limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
