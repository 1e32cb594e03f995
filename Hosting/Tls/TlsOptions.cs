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

    /// <summary>
    /// TLS handshakes of one source (an IPv4 address, or an IPv6 /64) in a minute; more are broken off before they cost
    /// anything. This machine itself is not counted. 0 is no limit, for a proxy that speaks TLS to this server and does not keep
    /// its connections. Also for a certificate of the section <c>Kestrel</c>, unless it is one by name (<c>Sni</c>).
    /// Default: 6,000.
    /// </summary>
    public int HandshakesPerMinute { get; set; } = 6_000;

    /// <summary>How often the files are looked at; what has changed counts when it is the same twice. Default: 10 seconds.</summary>
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromSeconds(10);
}
