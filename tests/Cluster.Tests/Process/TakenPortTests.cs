using System.Net;
using System.Net.Sockets;
using OrleansIM.Clusters;

namespace OrleansIM.Cluster.Tests.Process;

/// <summary>Ports of gateways that were asked for by number.</summary>
public sealed class TakenPortTests
{
    [Fact]
    public void TakenPort_SomebodyListensThere_IsNamed()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.Equal(port, new LocalClusterOptions { Gateways = 1, FirstGatewayPort = port }.TakenPort());
    }

    [Fact]
    public void TakenPort_NoneAskedFor_IsNone() => Assert.Null(new LocalClusterOptions { Gateways = 2 }.TakenPort());
}
