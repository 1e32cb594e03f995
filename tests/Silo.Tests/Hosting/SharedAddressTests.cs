using Microsoft.Extensions.Configuration;
using OrleansIM.Hosting;

namespace OrleansIM.Silo.Tests.Hosting;

/// <summary>Two settings that say one address are told at once, and by name.</summary>
public sealed class SharedAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5081", "off", null)]
    [InlineData("http://127.0.0.1:5080", "", "Admin:Url is 'http://127.0.0.1:5080', where the gateway is. Give it an address of its own.")]
    [InlineData("", "http://127.0.0.1:5080", "Telemetry:MetricsUrl is 'http://127.0.0.1:5080', where the gateway is. Give it an address of its own.")]
    [InlineData("http://localhost:5081", "http://LOCALHOST:5081", "Telemetry:MetricsUrl is 'http://LOCALHOST:5081', where Admin:Url is. Give it an address of its own.")]
    [InlineData("http://127.0.0.1:0", "http://127.0.0.1:0", null)]
    public void SharedAddress_OfTwoSettings_IsNamed(string admin, string metrics, string? fault)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:5080",
            ["Admin:Url"] = admin,
            ["Telemetry:MetricsUrl"] = metrics,
        }).Build();

        Assert.Equal(fault, Address.SharedAddress(configuration));
    }
}
