namespace OrleansIM.Hosting.Tls;

/// <summary>
/// Section <c>Tls</c>: the certificate of the gateway's <c>https</c> addresses, from files. They are looked at again and
/// again, so that a new certificate is used without a restart; streams that are open go on with the old one. Read once, at
/// start.
/// </summary>
public class TlsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Tls";

    /// <summary>A PEM file with the certificate, then those between it and its authority. Default: none.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>A PEM file with its private key, without a password. Default: the same file.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>How often the files are looked at; what has changed counts when it is the same twice. Default: 10 seconds.</summary>
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromSeconds(10);
}
