using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Orleans.Connections.Security;
using OrleansIM.Gateway.Http;
using RemoteMode = Orleans.Connections.Security.RemoteCertificateMode;

namespace OrleansIM.Hosting.Tls;

/// <summary>TLS for clients, and between the processes of a cluster.</summary>
internal static class TlsSetup
{
    /// <summary>The certificate of the gateway's addresses, if there is one.</summary>
    public static void AddTls(this WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection(TlsOptions.Section);
        builder.Services.AddOptions<TlsOptions>().Bind(section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<TlsOptions>>(new TlsOptionsValidator(builder.Configuration, TimeProvider.System));
        var options = section.Read<TlsOptions>() ?? new TlsOptions();
        builder.Services.AddSingleton(provider => new HandshakeRate(options.HandshakesPerMinute, () => provider.GetService<SignInMetrics>()?.OnLimited("tls_handshake")));
        var certificate = options.CertificateFile.Length > 0 ? new LiveCertificate(options, TlsOptions.Section, TimeProvider.System) : null;
        if (certificate is not null)
        {
            builder.Services.AddWatch(certificate);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var rate = kestrel.ApplicationServices.GetRequiredService<HandshakeRate>();
            kestrel.ConfigureHttpsDefaults(https =>
            {
                https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                https.OnAuthenticate = (connection, handshake) =>
                {
                    rate.Count(connection);
                    if (certificate is not null)
                    {
                        (handshake.ServerCertificateSelectionCallback, handshake.ServerCertificateContext) = (null, certificate.Current.Chain);
                    }
                };
                if (certificate is not null)
                {
                    // Asked for at every handshake, so that what is open is left alone when the files change.
                    https.ServerCertificateSelector = (_, _) => certificate.Current.Own;
                }
            });
        });
    }

    /// <summary>Mutual TLS on every connection between silos, if it is configured.</summary>
    public static void UseNodeTls(this ISiloBuilder silo, IConfigurationSection section)
    {
        if (section.Read<NodeTlsOptions>() is not { IsUsed: true } options)
        {
            return;
        }

        var certificate = new LiveCertificate(options, section.Path, TimeProvider.System);
        silo.Services.AddWatch(certificate);
        silo.UseTls(tls =>
        {
            tls.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            tls.LocalServerCertificateSelector = (_, _) => certificate.Current.Own;
            tls.LocalClientCertificateSelector = (_, _, _, _, _) => certificate.Current.Own;
            tls.RemoteCertificateMode = RemoteMode.RequireCertificate;
            tls.RemoteCertificateValidation = (other, chain, _) =>
                certificate.Current.IsTrusted(other, chain?.ChainPolicy.ExtraStore.Cast<X509Certificate2>() ?? [], TimeProvider.System.GetUtcNow());
            tls.OnAuthenticateAsClient = (_, handshake) => handshake.TargetHost = "orleansim";
        });
    }

    private static void AddWatch(this IServiceCollection services, LiveCertificate certificate) =>
        // Not AddHostedService, which takes one of a type.
        services.AddSingleton<IHostedService>(provider => new CertificateWatch(certificate, TimeProvider.System, provider.GetRequiredService<ILogger<CertificateWatch>>()));
}
