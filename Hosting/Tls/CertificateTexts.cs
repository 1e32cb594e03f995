namespace OrleansIM.Hosting.Tls;

/// <summary>What the files of a certificate hold at a moment; compared, to see whether they have changed.</summary>
/// <param name="Certificate">The certificate and those that follow.</param>
/// <param name="Key">Its private key.</param>
/// <param name="Authority">The authorities; null where there is no such file.</param>
internal sealed record CertificateTexts(string Certificate, string Key, string? Authority)
{
    /// <summary>Why they could not be read.</summary>
    public string? Fault { get; private init; }

    /// <summary>Reads the files, wherever links lead at the moment.</summary>
    public static CertificateTexts Read(TlsOptions options)
    {
        var authority = (options as NodeTlsOptions)?.AuthorityFile;
        try
        {
            var certificate = File.ReadAllText(options.CertificateFile);
            return new(certificate, options.KeyFile.Length > 0 ? File.ReadAllText(options.KeyFile) : certificate, authority is null ? null : File.ReadAllText(authority));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new("", "", null) { Fault = unreadable.Message };
        }
    }

    // A record prints what it holds, and this holds a key.
    public override string ToString() => nameof(CertificateTexts);
}
