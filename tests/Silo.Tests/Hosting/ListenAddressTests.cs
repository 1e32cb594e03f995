using Microsoft.Extensions.Options;
using OrleansIM.Hosting;

namespace OrleansIM.Silo.Tests.Hosting;

/// <summary>An address that the web server would take for another one, or choke on, is refused and says what to write.</summary>
public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("https://127.0.0.1:0/")]
    [InlineData("HTTP://LocalHost:5080")]
    [InlineData("http://[::1]:5080")]
    [InlineData("http://*:5080")]
    [InlineData("http://+")]
    [InlineData("http://0.0.0.0:80")]
    [InlineData("http://[::]:80")]
    [InlineData("http://unix:/run/im/im.sock")]
    public void Fault_OfAnAddress_IsNone(string url) => Assert.Null(ListenAddressRules.Fault(url));

    [Theory]
    [InlineData("http://chat.example:5080", "A name would be taken for *, so write http://*:5080 if that is meant")]
    [InlineData("HTTPS://chat.example", "so write https://*:443 if that is meant")]
    [InlineData("http://10.0.0.999:5080", "has to be an IP address of this machine, localhost, or *")]
    [InlineData("http://127.0.0.1:abc", "a port is a number from 0 to 65535")]
    [InlineData("http://[::1", "has to be an IP address of this machine, localhost, or *")]
    [InlineData("ftp://x", "it has to begin with http:// or https://")]
    [InlineData("127.0.0.1:5080", "it has to be an address, such as http://127.0.0.1:5080")]
    [InlineData("http://", "it has to be an address, such as http://127.0.0.1:5080")]
    [InlineData("http://127.0.0.1:65536", "a port is a number from 0 to 65535")]
    [InlineData("http://127.0.0.1:-1", "a port is a number from 0 to 65535")]
    [InlineData("http://localhost:0", "write 127.0.0.1:0")]
    [InlineData("http://127.0.0.1:5080/im", "it has to end after the port")]
    public void Fault_OfWhatIsNone_SaysWhatToWrite(string url, string fault) => Assert.Contains(fault, ListenAddressRules.Fault(url), StringComparison.Ordinal);

    [Theory]
    [InlineData("http://127.0.0.1:5081", true)]
    [InlineData("http://*:9464", true)]
    [InlineData("http://im.example:5081", false)]
    [InlineData("https://127.0.0.1:5081", false)]
    [InlineData("http://127.0.0.1:5081/admin", false)]
    [InlineData("http://unix:/run/im/admin.sock", false)]
    [InlineData("here", false)]
    public void IsSideAddress_OfAnAddress_IsWhetherPlainHttpCanListenThere(string url, bool isOne) => Assert.Equal(isOne, ListenAddressRules.IsSideAddress(url));

    [Fact]
    public void Create_WithAddressesThatAreNone_NamesEachBySettingAndValue()
    {
        Assert.Equal(2, Faults("--urls=ftp://x;http://chat.example:5080").Count(fault => fault.StartsWith("urls is '", StringComparison.Ordinal)));
        Assert.Contains(Faults("--Kestrel:Endpoints:A:Url=http://chat.example:5080"), fault => fault.StartsWith("Kestrel:Endpoints:A:Url is 'http://chat.example:5080'; ", StringComparison.Ordinal));
        Assert.Contains(Faults("--http_ports=many"), fault => fault.StartsWith("http_ports is 'http://*:many'; ", StringComparison.Ordinal));
        Assert.Contains(Faults("--Telemetry:MetricsUrl=http://metrics.example:9464"), fault => fault.StartsWith("Telemetry:MetricsUrl is 'http://metrics.example:9464'; it has to be an address to listen at", StringComparison.Ordinal));
        Assert.Contains(Faults("--Admin:Url=http://admin.example:5081"), fault => fault.StartsWith("Admin:Url is 'http://admin.example:5081'; it has to be an address to listen at", StringComparison.Ordinal));
        Assert.Contains(Faults("--urls=http://127.0.0.1:5080", "--Telemetry:MetricsUrl=http://127.0.0.1:5080"), fault => fault.EndsWith("where the gateway is. Give it an address of its own.", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Faults(params string[] settings) =>
        Assert.Throws<OptionsValidationException>(() => { using var app = SiloApp.Create(settings) as IDisposable; }).Failures;
}
