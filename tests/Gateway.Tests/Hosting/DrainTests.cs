using System.Net;
using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Hosting;

public sealed class DrainTests
{
    [Fact]
    public async Task Stop_EveryStream_IsSentElsewhereAndClosedAtItsAccount()
    {
        await using var host = await GatewayHost.StartAsync();
        host.World.Add("ann");
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.SignInAsync("ann")));
        var silent = await host.ConnectAsync();

        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));

        foreach (var client in clients.Append(silent))
        {
            await client.SaidByeAsync(CloseCodes.GoingAway);
        }

        Assert.Equal(0, host.World["ann"].SessionCount);
        Assert.Equal(0, host.StreamCount);
    }

    [Fact]
    public async Task Draining_NewStreams_AreRefusedAndReadinessFails()
    {
        await using var host = await GatewayHost.StartAsync();
        host.World.Add("ann");
        _ = host.Services.GetRequiredService<StreamRegistry>().DrainAsync(TimeSpan.Zero, TimeProvider.System);

        using var readiness = await host.Http.GetAsync("/readyz");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Unhealthy\ngateway: Going away."), (readiness.StatusCode, await readiness.Content.ReadAsStringAsync()));
        Assert.Contains("Health check gateway with status Unhealthy", Assert.Single(host.Errors), StringComparison.Ordinal);
        host.Errors.Clear();
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("/healthz")).StatusCode);
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => host.ConnectAsync());
        Assert.Contains("503", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_ClientThatDoesNotClose_IsCut()
    {
        await using var host = await GatewayHost.StartAsync(o => o.CloseTimeout = TimeSpan.FromMilliseconds(100));
        host.World.Add("ann");
        using var deaf = new ClientWebSocket();
        await deaf.ConnectAsync(new Uri($"ws://{host.Http.BaseAddress!.Authority}/v1/stream"), CancellationToken.None);

        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));

        Assert.Equal(0, host.StreamCount);
    }

    [Fact]
    public async Task Stopping_Told_DrainsBeforeTheServicesStop()
    {
        await using var host = await GatewayHost.StartAsync();
        host.World.Add("ann");
        var client = await host.SignInAsync("ann");

        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        await client.SaidByeAsync(CloseCodes.GoingAway);
    }

    [Fact]
    public async Task Stopping_WithASpread_SendsClientsElsewhereOneAfterTheOther()
    {
        var time = new ManualTime();
        await using var host = await GatewayHost.StartAsync(o => o.DrainSpread = TimeSpan.FromSeconds(10), time);
        host.World.Add("ann");
        for (var i = 0; i < 4; i++)
        {
            await host.SignInAsync("ann");
        }

        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        // Look after look of the drain, each when the one before has set its timer.
        var registry = host.Services.GetRequiredService<StreamRegistry>();
        Assert.True(registry.IsDraining);
        Assert.Equal(3, registry.Streams.Count(stream => !stream.IsClosing));
        for (var open = 3; open > 0; open--)
        {
            var before = time.GetUtcNow();
            await Eventually(() =>
            {
                time.Advance(DrainRules.Pace);
                return registry.Streams.Count(stream => !stream.IsClosing) < open;
            });
            Assert.InRange(time.GetUtcNow() - before, TimeSpan.FromSeconds(2), TimeSpan.MaxValue);
            Assert.Equal(open - 1, registry.Streams.Count(stream => !stream.IsClosing));
        }
    }

    private static async Task Eventually(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(1, limit.Token);
        }
    }
}
