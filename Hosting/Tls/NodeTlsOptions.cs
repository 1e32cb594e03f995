namespace OrleansIM.Hosting.Tls;

/// <summary>
/// Section <c>Cluster:Tls</c>: connections between the processes of a cluster are encrypted, and nobody is let in without a
/// certificate of the authority. All processes of a cluster have it, or none. Read once, at start; the files are looked at
/// again and again.
/// </summary>
public sealed class NodeTlsOptions : TlsOptions
{
    /// <summary>
    /// A PEM file with the certificates of the authorities whose certificates are let in: one for this cluster alone, since
    /// the names in a certificate are not looked at. Default: none.
    /// </summary>
    public string AuthorityFile { get; set; } = "";

    /// <summary>Whether anything of it is set.</summary>
    internal bool IsUsed => CertificateFile.Length > 0 || KeyFile.Length > 0 || AuthorityFile.Length > 0;
}
