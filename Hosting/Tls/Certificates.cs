using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace OrleansIM.Hosting.Tls;

/// <summary>A certificate as it is used.</summary>
/// <param name="Own">The certificate with its key.</param>
/// <param name="Chain">The same, with those that are sent along with it.</param>
/// <param name="Authorities">Whose certificates are let in; empty where nobody is asked for one.</param>
internal sealed record Certificates(X509Certificate2 Own, SslStreamCertificateContext Chain, X509Certificate2Collection Authorities)
{
    /// <summary>Whether a certificate is one of the authorities'. Its names are not looked at: whoever has one belongs to the cluster.</summary>
    public bool IsTrusted(X509Certificate2 other, IEnumerable<X509Certificate2> between, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Authorities);
        chain.ChainPolicy.ExtraStore.AddRange(between.ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        return chain.Build(other);
    }
}
