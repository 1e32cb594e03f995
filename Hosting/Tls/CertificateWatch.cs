namespace OrleansIM.Hosting.Tls;

/// <summary>Looks at the files of certificates, and says in the log what has become of a change.</summary>
internal sealed partial class CertificateWatch(LiveCertificate certificate, TimeProvider time, ILogger<CertificateWatch> logger) : BackgroundService
{
    /// <summary>The certificate is there before anybody connects.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _ = certificate.Current;
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(certificate.CheckEvery, time);
        // The timer, not the token, ends the loop: a host that stops is no failure of this service.
        using var stopping = stoppingToken.Register(timer.Dispose);
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            Look();
        }
    }

    private void Look()
    {
        try
        {
            if (certificate.Look())
            {
                Renewed(certificate.Section, certificate.Current.Own.NotAfter.ToUniversalTime());
            }
        }
        catch (CertificateException bad)
        {
            Kept(certificate.Section, bad.Message, certificate.Current.Own.NotAfter.ToUniversalTime());
        }
    }

    [LoggerMessage(1, LogLevel.Information, "The files of {Section} have a new certificate, good until {End:u}; new connections use it.")]
    private partial void Renewed(string section, DateTime end);

    [LoggerMessage(2, LogLevel.Error, "The files of {Section} have changed and cannot be used: {Reason}. The certificate from before stays, good until {End:u}.")]
    private partial void Kept(string section, string reason, DateTime end);
}
