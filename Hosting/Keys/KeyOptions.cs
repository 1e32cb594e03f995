using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansIM.Hosting.Keys;

/// <summary>Section <c>Keys</c>: how the Data Protection keys in the database are kept there. Read once, at start.</summary>
public sealed class KeyOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Keys";

    /// <summary>
    /// A PEM file with an RSA certificate: new keys are encrypted with it before they are stored, so that whoever has the
    /// database alone can neither make a token nor read a mailbox's secret. The same for every process of a cluster. Empty:
    /// keys are stored as they are. Default: empty.
    /// </summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>The PEM file with its private key, not encrypted. Default: in <see cref="CertificateFile"/> too.</summary>
    public string CertificateKeyFile { get; set; } = "";

    /// <summary>
    /// Certificates from before, each a PEM file with its private key: what is stored under them is still read, nothing new is.
    /// Default: none.
    /// </summary>
    public string[] OldCertificateFiles { get; set; } = [];

    /// <summary>
    /// How often every process looks for new keys in the database. A new key is used when all have looked twice. The same for
    /// every process of a cluster. Default: 5 minutes.
    /// </summary>
    public TimeSpan RefreshPeriod { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a silo looks whether secrets have to be sealed again. Default: 1 minute.</summary>
    public TimeSpan CheckPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The certificate, with its key; null if none is configured.</summary>
    /// <exception cref="CryptographicException">The file is no such thing.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal X509Certificate2? Load() =>
        CertificateFile.Length == 0 ? null : Load(CertificateFile, CertificateKeyFile.Length == 0 ? CertificateFile : CertificateKeyFile);

    internal X509Certificate2[] LoadOld() => [.. OldCertificateFiles.Select(file => Load(file, file))];

    /// <summary>What is wrong with a pair of files, or null.</summary>
    internal static string? FaultOf(string file, string keyFile)
    {
        try
        {
            using var certificate = Load(file, keyFile);
            return certificate.GetRSAPrivateKey() is null ? "has no RSA key" : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return "cannot be read by this process, or is not there";
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            return "is no PEM certificate with its private key";
        }
    }

    private static X509Certificate2 Load(string file, string keyFile) => X509Certificate2.CreateFromPemFile(file, keyFile);
}
