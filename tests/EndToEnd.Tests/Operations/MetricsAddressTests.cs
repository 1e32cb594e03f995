using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>Who may read <c>/metrics</c> on the gateway's address.</summary>
public sealed class MetricsAddressTests
{
    [Fact]
    public async Task Metrics_WithoutASetting_AreForThisMachineAndNotForAProxyOnIt()
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal(200, await GetAsync(server.Address));
        foreach (var header in (string[])["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "X-Original-For"])
        {
            Assert.Equal(404, await GetAsync(server.Address, header));
        }
    }

    [Fact]
    public async Task Metrics_SwitchedOff_AreNowhere()
    {
        await using var server = await TestServer.StartAsync("--Telemetry:MetricsUrl=off");

        Assert.Equal(404, await GetAsync(server.Address));
    }

    private static async Task<int> GetAsync(Uri server, string? header = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, "metrics"));
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, "127.0.0.1");
        }

        using var answer = await http.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
