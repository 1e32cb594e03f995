using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;

namespace Orleans.Connections.Security;

public enum RemoteCertificateMode
{
    NoCertificate,
    AllowCertificate,
    RequireCertificate,
}

public delegate bool RemoteCertificateValidator(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors policyErrors);

public class TlsClientAuthenticationOptions
{
    public string? TargetHost { get; set; }
}

/// <summary>Taken and not used: there are no connections between silos here.</summary>
public class TlsOptions
{
    public Func<ConnectionContext, string, X509Certificate2>? LocalServerCertificateSelector { get; set; }

    public Func<object, string, X509CertificateCollection, X509Certificate?, string[], X509Certificate2?>? LocalClientCertificateSelector { get; set; }

    public RemoteCertificateMode RemoteCertificateMode { get; set; } = RemoteCertificateMode.RequireCertificate;

    public RemoteCertificateValidator? RemoteCertificateValidation { get; set; }

    public SslProtocols SslProtocols { get; set; }

    public Action<ConnectionContext, TlsClientAuthenticationOptions>? OnAuthenticateAsClient { get; set; }
}
