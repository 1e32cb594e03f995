using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Scripted;

/// <summary>A certificate that signs itself, for a scripted server; a test trusts it by name or not at all.</summary>
public static class ScriptedCertificate
{
    /// <summary>For these names (or addresses), good for a day.</summary>
    public static X509Certificate2 For(params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(TestAuthority.Names(names));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
    }
}
