using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansIM.Hosting.Tls;

/// <summary>Makes a certificate of PEM.</summary>
internal static class CertificateReader
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    /// <summary>Reads a certificate with its key, and the authorities if there are any.</summary>
    /// <exception cref="CertificateException">It cannot be used.</exception>
    public static Certificates Read(CertificateTexts texts, DateTimeOffset now)
    {
        if (texts.Fault is { } fault)
        {
            throw new CertificateException(fault);
        }

        var all = Collect(texts.Certificate, "CertificateFile");
        var own = Join(texts.Certificate, texts.Key);
        if (now > own.NotAfter || now < own.NotBefore)
        {
            throw new CertificateException($"the certificate is good from {own.NotBefore.ToUniversalTime():u} to {own.NotAfter.ToUniversalTime():u}, and not now");
        }

        RequireUse(own, ServerUse, "servers");
        var authorities = new X509Certificate2Collection();
        if (texts.Authority is { } authority)
        {
            authorities = Collect(authority, "AuthorityFile");
            RequireUse(own, ClientUse, "clients");
        }

        all.RemoveAt(0);
        var certificates = new Certificates(own, SslStreamCertificateContext.Create(own, all, offline: true), authorities);
        return texts.Authority is null || certificates.IsTrusted(own, all, now)
            ? certificates
            : throw new CertificateException("the certificate is not one of the authorities in AuthorityFile");
    }

    private static X509Certificate2Collection Collect(string pem, string setting)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            // Said below: the text is in nobody's log.
        }

        return all.Count > 0 ? all : throw new CertificateException($"there is no certificate in {setting} that can be read (PEM, BEGIN CERTIFICATE)");
    }

    private static X509Certificate2 Join(string certificate, string key)
    {
        try
        {
            var own = X509Certificate2.CreateFromPem(certificate, key);
            // Windows' TLS takes no key that is in memory alone.
            return OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null) : own;
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new CertificateException("KeyFile has no private key that can be read and belongs to the certificate (PEM, BEGIN PRIVATE KEY, without a password)");
        }
    }

    private static void RequireUse(X509Certificate2 certificate, string use, string who)
    {
        var uses = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(extension => extension.EnhancedKeyUsages.Cast<Oid>()).ToArray();
        if (uses.Length > 0 && uses.All(one => one.Value != use))
        {
            throw new CertificateException($"the certificate is not for {who} (extended key usage {use})");
        }
    }
}
