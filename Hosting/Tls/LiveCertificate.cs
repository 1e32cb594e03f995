namespace OrleansIM.Hosting.Tls;

/// <summary>The certificate of a section, as its files have it now; after a bad change, as they had it before.</summary>
internal sealed class LiveCertificate(TlsOptions options, string section, TimeProvider time)
{
    private readonly Lock _gate = new();
    private CertificateTexts? _judged, _seen;
    private volatile Certificates? _current;

    /// <summary>The section of its settings.</summary>
    public string Section { get; } = section;

    /// <summary>How often to look.</summary>
    public TimeSpan CheckEvery => options.CheckEvery;

    /// <summary>What connections that begin now use.</summary>
    /// <exception cref="CertificateException">There never was one that could be used.</exception>
    public Certificates Current
    {
        get
        {
            if (_current is { } current)
            {
                return current;
            }

            lock (_gate)
            {
                if (_current is null)
                {
                    _judged = CertificateTexts.Read(options);
                    _current = CertificateReader.Read(_judged, time.GetUtcNow());
                }

                return _current;
            }
        }
    }

    /// <summary>
    /// Looks at the files. What has changed is judged when it is the same at two looks in a row: a certificate and a key
    /// that are written one after the other do not belong together in between.
    /// </summary>
    /// <returns>Whether there is another certificate now.</returns>
    /// <exception cref="CertificateException">What is new cannot be used; said once, and the one before stays.</exception>
    public bool Look()
    {
        _ = Current;
        lock (_gate)
        {
            var before = _seen;
            _seen = CertificateTexts.Read(options);
            if (_seen == _judged || _seen != before)
            {
                return false;
            }

            _judged = _seen;
            _current = CertificateReader.Read(_seen, time.GetUtcNow());
            return true;
        }
    }
}
