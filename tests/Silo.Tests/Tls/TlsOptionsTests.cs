using Microsoft.Extensions.Options;
using OrleansIM.Hosting;

namespace OrleansIM.Silo.Tests.Tls;

/// <summary>What the executable says of certificates before it starts anything.</summary>
public sealed class TlsOptionsTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task Tls_WithAnAddressAndFiles_IsReadyToStart()
    {
        var (certificate, key) = _authority.Write(_folder.Path, "edge", "127.0.0.1");
        await using var app = SiloApp.Create("--urls=https://127.0.0.1:0", $"--Tls:CertificateFile={certificate}", $"--Tls:KeyFile={key}");
    }

    [Fact]
    public void Tls_EveryFault_IsNamed()
    {
        var (certificate, key) = _authority.Write(_folder.Path, "edge", "127.0.0.1");
        Named("nothing listens with https", $"--Tls:CertificateFile={certificate}", $"--Tls:KeyFile={key}");
        Named("Tls:KeyFile is given", $"--Tls:KeyFile={key}");
        Named("no certificate for it", "--urls=https://127.0.0.1:0");
        Named("no certificate for it", "--Kestrel:Endpoints:A:Url=https://127.0.0.1:0");
        Named("belongs to the certificate", "--urls=https://127.0.0.1:0", $"--Tls:CertificateFile={certificate}");
        Named("Give one of them", "--urls=https://127.0.0.1:0", $"--Tls:CertificateFile={certificate}", $"--Tls:KeyFile={key}", "--Kestrel:Certificates:Default:Path=x.pfx");
        Named("Tls:CheckEvery", "--Tls:CheckEvery=00:00:00");
        Named("Cluster:Tls is given, and this process is alone", $"--Cluster:Tls:CertificateFile={certificate}");
    }

    [SkippableFact]
    public void ClusterTls_EveryFault_IsNamed()
    {
        Skip.If(BuildInfo.Engine == "Solo", "Only the engine Orleans clusters.");
        var (certificate, key) = _authority.Write(_folder.Path, "node", "node");
        using var stranger = new TestAuthority();
        string[] cluster = ["--Roles=backend", "--Storage:ConnectionString=Host=127.0.0.1;Database=nobody", "--Cluster:AdvertisedAddress=127.0.0.1"];

        Named("one is missing", [.. cluster, $"--Cluster:Tls:CertificateFile={certificate}", $"--Cluster:Tls:KeyFile={key}"]);
        Named("not one of the authorities", [.. cluster, $"--Cluster:Tls:CertificateFile={certificate}", $"--Cluster:Tls:KeyFile={key}", $"--Cluster:Tls:AuthorityFile={stranger.WriteAuthority(_folder.Path)}"]);
        using (SiloApp.Create([.. cluster, $"--Cluster:Tls:CertificateFile={certificate}", $"--Cluster:Tls:KeyFile={key}", $"--Cluster:Tls:AuthorityFile={_authority.WriteAuthority(_folder.Path)}"]) as IDisposable)
        {
        }
    }

    private static void Named(string fault, params string[] settings)
    {
        var wrong = Assert.Throws<OptionsValidationException>(() => { using var app = SiloApp.Create(settings) as IDisposable; });
        Assert.Contains(wrong.Failures, failure => failure.Contains(fault, StringComparison.Ordinal));
    }
}
