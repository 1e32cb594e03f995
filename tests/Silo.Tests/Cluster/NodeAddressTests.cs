using System.Net;
using OrleansIM.Hosting.Cluster;

namespace OrleansIM.Silo.Tests.Cluster;

public sealed class NodeAddressTests
{
    private static readonly IPAddress s_own = IPAddress.Parse("10.1.2.3");

    [Fact]
    public void Setting_Address_IsTaken() => Assert.Equal("10.9.9.9", Find("10.9.9.9", podIp: "10.8.8.8"));

    [Fact]
    public void Setting_Name_IsLookedUp() => Assert.Equal("10.7.7.7", Find("silo.example.test"));

    [Fact]
    public void PodIp_WithoutASetting_IsTaken() => Assert.Equal("10.8.8.8", Find("", podIp: "10.8.8.8"));

    [Fact]
    public void Nothing_OneOwnAddress_IsTaken() => Assert.Equal("10.1.2.3", Find(null, own: [IPAddress.Loopback, IPAddress.IPv6Loopback, s_own, s_own]));

    [Fact]
    public void Nothing_SeveralOwnAddresses_NamesThemAndTheSetting()
    {
        var fault = Fault(null, own: [s_own, IPAddress.Parse("192.168.0.4")]);

        Assert.Contains("10.1.2.3, 192.168.0.4", fault, StringComparison.Ordinal);
        Assert.Contains("Cluster:AdvertisedAddress", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere.example.test")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void Setting_ThatNobodyCanConnectTo_IsNamed(string setting)
    {
        var fault = Fault(setting);

        Assert.Contains($"Cluster:AdvertisedAddress is '{setting}'", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_AndNoAddress_SaysWhatToSet() => Assert.Contains("POD_IP", Fault(null, own: [IPAddress.Loopback]), StringComparison.Ordinal);

    private static string? Find(string? setting, string? podIp = null, IPAddress[]? own = null) => Ask(setting, podIp, own).Address?.ToString();

    private static string Fault(string? setting, IPAddress[]? own = null)
    {
        var (address, fault) = Ask(setting, null, own);
        Assert.Null(address);
        return fault!;
    }

    private static (IPAddress? Address, string? Fault) Ask(string? setting, string? podIp, IPAddress[]? own) =>
        NodeAddress.Find(setting, podIp, own ?? [s_own], name => name == "silo.example.test" ? [IPAddress.Parse("10.7.7.7")] : []);
}
