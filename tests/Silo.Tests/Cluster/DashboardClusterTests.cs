using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using OrleansIM.Hosting.Dashboard;

namespace OrleansIM.Silo.Tests.Cluster;

/// <summary>
/// The setting is changed in one process after the other, so a cluster has some with Orleans' dashboard and some without:
/// its grains live where it is, and what it shows is of those.
/// </summary>
public sealed class DashboardClusterTests : IAsyncLifetime
{
    private readonly List<IHost> _silos = [];
    private readonly List<WebApplication> _viewers = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private IPEndPoint? _primary;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _http.Dispose();
        foreach (var viewer in _viewers)
        {
            await viewer.DisposeAsync();
        }

        foreach (var silo in Enumerable.Reverse(_silos))
        {
            await silo.StopAsync();
            silo.Dispose();
        }
    }

    [SkippableFact]
    public async Task Dashboard_WhereNotAllHaveIt_ShowsThoseThatDoAndOutlivesThem()
    {
        Skip.IfNot(OrleansDashboard.IsThere, MissingPackages.Dashboard);
        var without = await StartAsync(hasDashboard: false);
        var first = await StartAsync(hasDashboard: true);
        var second = await StartAsync(hasDashboard: true);
        await AllSeeAsync(3);

        Assert.Equal([], DashboardGrains(first, of: without));
        Assert.NotEmpty(DashboardGrains(without, of: first));
        var viewer = await ViewAsync(second);
        await CountedAsync(viewer, second);
        await CountedAsync(viewer, first);
        Assert.Equal(3, (await CountersAsync(viewer)).GetProperty("hosts").GetArrayLength());

        // One without is not asked for long: it refuses at once.
        using (var other = await _http.GetAsync(new Uri(viewer, $"SiloProperties/{AddressOf(without).ToParsableString()}")))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, other.StatusCode);
        }

        // Whichever has its grains: they are made anew where it is left.
        _silos.Remove(first);
        await first.StopAsync();
        first.Dispose();
        await CountedAsync(viewer, second);

        // And one that begins to have it is seen at once, also by who has looked all the time.
        await CountedAsync(viewer, await StartAsync(hasDashboard: true));
    }

    private async Task<IHost> StartAsync(bool hasDashboard)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        var port = Ports.Free();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(port, gatewayPort: 0, _primary);
            OrleansDashboard.AddTo(silo, hasDashboard);
        });
        Assert.DoesNotContain(builder.Services, service => service.ServiceType == typeof(ILoggerProvider));
        var host = builder.Build();
        await host.StartAsync();
        _primary ??= new IPEndPoint(IPAddress.Loopback, port);
        _silos.Add(host);
        return host;
    }

    private async Task<Uri> ViewAsync(IHost silo)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        OrleansDashboard.AddViewer(builder.Services, builder.Configuration, silo.Services.GetRequiredService<IGrainFactory>());
        var viewer = builder.Build();
        OrleansDashboard.Map(viewer, DashboardDoor.Path);
        await viewer.StartAsync();
        _viewers.Add(viewer);
        return new Uri(viewer.Urls.Single() + "/dashboard/");
    }

    private Task AllSeeAsync(int silos) => Eventually.TrueAsync(
        () => _silos.All(silo => silo.Services.GetRequiredService<IClusterManifestProvider>().Current.Silos.Count == silos), "the silos to see each other");

    private static IEnumerable<string> DashboardGrains(IHost asked, IHost of) =>
        asked.Services.GetRequiredService<IClusterManifestProvider>().Current.Silos[AddressOf(of)].Grains.Keys.Select(type => type.ToString()!).Where(type => type.Contains("dashboard", StringComparison.OrdinalIgnoreCase));

    /// <summary>Until calls that this silo has served are shown.</summary>
    private Task CountedAsync(Uri viewer, IHost silo)
    {
        var address = AddressOf(silo);
        RequestContext.Set("PlacementHintKey", address);
        var probe = silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IProbeGrain>(address.ToParsableString());
        return Eventually.TrueAsync(
            async () =>
            {
                Assert.Equal(address.ToParsableString(), await probe.WhereAsync());
                using var stats = await _http.GetAsync(new Uri(viewer, $"SiloStats/{address.ToParsableString()}"));
                return stats.IsSuccessStatusCode && JsonElement.Parse(await stats.Content.ReadAsStringAsync()).EnumerateObject().Any(second => second.Value.GetProperty("count").GetInt64() > 0);
            },
            $"calls of {address}");
    }

    private async Task<JsonElement> CountersAsync(Uri viewer) => JsonElement.Parse(await _http.GetStringAsync(new Uri(viewer, "DashboardCounters")));

    private static SiloAddress AddressOf(IHost silo) => silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
}

/// <summary>Says where it is, and is counted.</summary>
public interface IProbeGrain : IGrainWithStringKey
{
    Task<string> WhereAsync();
}

internal sealed class ProbeGrain(ILocalSiloDetails silo) : Grain, IProbeGrain
{
    public Task<string> WhereAsync() => Task.FromResult(silo.SiloAddress.ToParsableString());
}
