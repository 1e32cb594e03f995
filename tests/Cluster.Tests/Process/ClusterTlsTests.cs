using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using OrleansIM.Clusters;

namespace OrleansIM.Cluster.Tests.Process;

/// <summary>Mutual TLS between the processes of a cluster: nobody is one of it who has no certificate of its authority.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ClusterTlsTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [SkippableFact]
    public async Task Cluster_WithMutualTls_WorksAndLetsNobodyElseIn()
    {
        Skip.If(LocalCluster.WhyNot is not null, LocalCluster.WhyNot);
        var (siloPort, edgePort, plainPort) = (Ports.Free(), Ports.Free(), Ports.Free());
        var (edge, edgeKey) = _authority.Write(_folder.Path, "edge", "127.0.0.1");
        await using var cluster = await LocalCluster.StartAsync(new LocalClusterOptions
        {
            Silos = 1,
            Gateways = 1,
            FirstGatewayPort = plainPort,
            Settings = ["Accounts:PasswordIterations=1000", .. Tls(_authority, "node")],
            SiloSettings = [$"Cluster:Port={siloPort}"],
            GatewaySettings =
            [
                $"Kestrel:Endpoints:Plain:Url=http://127.0.0.1:{plainPort}", $"Kestrel:Endpoints:Edge:Url=https://127.0.0.1:{edgePort}",
                $"Tls:CertificateFile={edge}", $"Tls:KeyFile={edgeKey}",
            ],
        });

        await using var pair = await Pair.MeetAsync(cluster.Balancer.Url, "tls");
        var number = await pair.WriteOneAsync();
        await Eventually.TrueAsync(() => pair.LastReceived == number, "a message through both processes");
        await GatewayServesTheEdgeAsync(edgePort);

        using var stranger = new TestAuthority();
        await IsCutOffAsync(siloPort, stranger.Issue("node"));
        await IsCutOffAsync(siloPort, certificate: null);

        await NobodyElseJoinsAsync(cluster, stranger);
        Assert.Equal(++number, await pair.WriteOneAsync());
    }

    /// <summary>A process without a certificate, and one with somebody else's, find that nobody answers them.</summary>
    private async Task NobodyElseJoinsAsync(LocalCluster cluster, TestAuthority stranger)
    {
        var bare = cluster.LaunchGateway(8, ["Cluster:Tls:CertificateFile=", "Cluster:Tls:KeyFile=", "Cluster:Tls:AuthorityFile=", .. Elsewhere()]);
        var foreign = cluster.LaunchGateway(9, [.. Tls(stranger, "stranger"), .. Elsewhere()]);
        try
        {
            foreach (var node in (ClusterNode[])[bare, foreign])
            {
                await Eventually.TrueAsync(
                    () => node.ReadLog().Any(line => line.Contains("failed to get ping responses", StringComparison.OrdinalIgnoreCase)), () => $"{node} to find that it is not let in\n{node.LogEnd()}", TimeSpan.FromMinutes(3));
            }

            Assert.Equal(["gateway-1", "silo-1"], await cluster.ReadMembersAsync());
        }
        finally
        {
            await bare.KillAsync();
            await foreign.KillAsync();
        }

        // Not at the address of the gateway that is there.
        static string[] Elsewhere() =>
        [
            $"urls=http://127.0.0.1:{Ports.Free()}", $"Kestrel:Endpoints:Plain:Url=http://127.0.0.1:{Ports.Free()}", $"Kestrel:Endpoints:Edge:Url=http://127.0.0.1:{Ports.Free()}",
            "Tls:CertificateFile=", "Tls:KeyFile=",
        ];
    }

    private string[] Tls(TestAuthority authority, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;
        var (certificate, key) = authority.Write(folder, "node", name);
        return [$"Cluster:Tls:CertificateFile={certificate}", $"Cluster:Tls:KeyFile={key}", $"Cluster:Tls:AuthorityFile={authority.WriteAuthority(folder)}"];
    }

    private async Task GatewayServesTheEdgeAsync(int port)
    {
        using var authority = X509Certificate2.CreateFromPem(_authority.Pem);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority);
        using var http = new HttpClient(handler);
        (await http.GetAsync(new Uri($"https://127.0.0.1:{port}/readyz"))).EnsureSuccessStatusCode();
    }

    /// <summary>Whoever has this certificate, or none, is cut off; the silo itself waits for a caller's first word, and says none.</summary>
    private static async Task IsCutOffAsync(int port, X509Certificate2? certificate)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", port);
        await using var tls = new SslStream(tcp.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "orleansim",
                ClientCertificates = certificate is null ? null : [certificate],
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            });
            Assert.Equal(0, await tls.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        }
        catch (Exception refused) when (refused is AuthenticationException or IOException)
        {
        }
    }
}
