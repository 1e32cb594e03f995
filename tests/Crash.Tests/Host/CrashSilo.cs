using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using OrleansIM.Grains;
using OrleansIM.Hosting.Storage;
using OrleansIM.Sessions;
using OrleansIM.Silo.Storage;

namespace OrleansIM.Crash.Tests.Host;

/// <summary>A silo on one store, and its writers.</summary>
internal sealed class CrashSilo(int number, string[] settings) : IGatewayObserver
{
    private CrashWriter[] _writers = [];

    /// <summary>Returns when it has recovered, and its writers are signed in and friends.</summary>
    public async Task StartAsync()
    {
        var host = Build();
        await host.StartAsync();
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var reference = grains.CreateObjectReference<IGatewayObserver>(this);
        _writers = [.. Enumerable.Range(0, CrashWriter.Count).Select(writer => new CrashWriter(grains, reference, Say, writer))];
        foreach (var writer in _writers)
        {
            await writer.SignInAsync();
        }

        foreach (var writer in _writers)
        {
            await writer.BefriendNextAsync();
        }
    }

    /// <summary>Has each writer begin with its number.</summary>
    public void Begin(long[] numbers)
    {
        for (var i = 0; i < _writers.Length; i++)
        {
            _writers[i].Begin(numbers[i]);
        }
    }

    public void OnEntries(PushedEntries push) => Say($"saw {push.Account} {push.Entries[^1].Seq}");

    public void OnSignal(PushedSignal push)
    {
    }

    public void OnSessionsEnded(PushedEnd push)
    {
    }

    private void Say(string what) => CrashHost.Say($"{number} {what}");

    private IHost Build()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddCommandLine(settings);
        builder.Logging.ClearProviders();
        builder.AddStorage();
        builder.Services.AddGrains(builder.Configuration);
        builder.AddSingleProcessClaim();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(gatewayPort: 0);
            silo.Configure<EndpointOptions>(endpoint => endpoint.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, 0));
            silo.AddGrainStorage(builder.Configuration);
        });
        return builder.Build();
    }
}
