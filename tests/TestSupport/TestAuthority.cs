using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansIM.TestSupport;

/// <summary>A certificate authority for one test run. Nobody trusts it who was not given <see cref="Pem"/>.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _authority;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=OrleansIM test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(From, From.AddDays(7));
    }

    /// <summary>The authority's certificate, for those who are to trust it.</summary>
    public string Pem => _authority.ExportCertificatePem();

    // A little back, for clocks.
    private static DateTimeOffset From { get; } = DateTimeOffset.UtcNow.AddHours(-1);

    /// <summary>A certificate with its key, for a server and for a client, for these host names and addresses.</summary>
    public X509Certificate2 Issue(params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(Names(names));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var issued = request.Create(_authority, From, From.AddDays(6), RandomNumberGenerator.GetBytes(12));
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>The host names and addresses that a certificate is for.</summary>
    public static X509Extension Names(params string[] names)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        return alternatives.Build();
    }

    /// <summary>Writes a certificate of <see cref="Issue"/> as two PEM files and returns their paths.</summary>
    public (string Certificate, string Key) Write(string folder, string file, params string[] names)
    {
        using var issued = Issue(names);
        using var key = issued.GetECDsaPrivateKey()!;
        var (certificatePath, keyPath) = (Path.Combine(folder, $"{file}.pem"), Path.Combine(folder, $"{file}.key"));
        File.WriteAllText(certificatePath, issued.ExportCertificatePem() + "\n");
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem() + "\n");
        File.SetUnixFileMode(keyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return (certificatePath, keyPath);
    }

    /// <summary>Writes the authority's certificate into a file and returns its path.</summary>
    public string WriteAuthority(string folder)
    {
        var path = Path.Combine(folder, "authority.pem");
        File.WriteAllText(path, Pem + "\n");
        return path;
    }

    public void Dispose() => _authority.Dispose();
}
