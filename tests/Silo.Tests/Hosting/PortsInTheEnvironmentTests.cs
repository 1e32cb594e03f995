using Microsoft.Extensions.Configuration;
using OrleansIM.Hosting.Tls;

namespace OrleansIM.Silo.Tests.Hosting;

/// <summary>A container is told its ports as ASP.NET Core's images do it: ASPNETCORE_HTTP_PORTS.</summary>
public sealed class PortsInTheEnvironmentTests
{
    [Theory]
    [InlineData("", "http_ports=8080", "http://*:8080")]
    [InlineData("", "http_ports=8080;8081", "http://*:8080 http://*:8081")]
    [InlineData("https_ports=8443", "http_ports=8080", "http://*:8080 https://*:8443")]
    [InlineData("urls=http://127.0.0.1:5080", "http_ports=8080", "http://127.0.0.1:5080")]
    [InlineData("Kestrel:Endpoints:A:Url=http://127.0.0.1:90", "http_ports=8080", "http://127.0.0.1:90")]
    [InlineData("", "", "")]
    public void Addresses_OfPorts_AreAllOfTheHostUnlessSomethingElseIsSaid(string first, string second, string expected)
    {
        var settings = new[] { first, second }.Where(one => one.Length > 0).Select(one => one.Split('=')).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1]));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

        Assert.Equal(expected, string.Join(' ', EdgeAddresses.All(configuration)));
    }

    [Fact]
    public async Task Server_ToldAPort_ListensThereAndNotAtItsDefault()
    {
        using var folder = new TempDirectory();
        var port = Ports.Free();
        await using var app = SiloApp.Create($"--http_ports={port}", $"--Storage:DataDirectory={folder.Path}");
        await app.StartAsync();

        Assert.Equal(port, Assert.Single(app.Urls.Select(url => new Uri(url.Replace("[::]", "localhost", StringComparison.Ordinal)).Port)));

        await app.StopAsync();
    }
}
