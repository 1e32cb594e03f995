using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace OrleansIM.Mail;

/// <summary>
/// How servers prove who they are: a certificate for their name, from an authority that the system trusts or that is in
/// <see cref="MailOptions.TrustedAuthorities"/>. TLS 1.2 and 1.3. There is no way to switch the check off.
/// </summary>
/// <remarks>No revocation lookups: they go to hosts that a certificate names, and would be connections nobody checked.</remarks>
public sealed class MailTls
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2Collection _authorities;

    public MailTls(IOptions<MailOptions> options) => _authorities = ReadAuthorities(options.Value.TrustedAuthorities);

    /// <summary>Options for a connection to a host.</summary>
    /// <param name="host">The name or address the user gave; the certificate has to be for it.</param>
    public SslClientAuthenticationOptions OptionsFor(string host)
    {
        var options = OptionsForAny();
        options.TargetHost = HostPolicy.Normalize(host) ?? host;
        return options;
    }

    /// <summary>Options for somebody who sets the host for each connection, as an HTTP handler does.</summary>
    internal SslClientAuthenticationOptions OptionsForAny() => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors),
    };

    /// <summary>Protects a connection. If that fails the connection is closed.</summary>
    /// <exception cref="MailException"><see cref="MailFault.NotSecure"/>, <see cref="MailFault.Unreachable"/>.</exception>
    public async Task<Stream> ProtectAsync(Stream connection, string host, CancellationToken cancellation)
    {
        var protectedStream = new SslStream(connection, leaveInnerStreamOpen: false);
        try
        {
            await protectedStream.AuthenticateAsClientAsync(OptionsFor(host), cancellation);
            return protectedStream;
        }
        catch (Exception failure)
        {
            await protectedStream.DisposeAsync();
            if (Explain(failure, host) is { } explained)
            {
                throw explained;
            }

            throw;
        }
    }

    /// <summary>What a failure of a TLS handshake means to a mailbox's owner; null if it is none.</summary>
    public static MailException? Explain(Exception failure, string host) => failure switch
    {
        MailException known => known,
        AuthenticationException => new MailException(
            MailFault.NotSecure, $"The certificate of {host} is not valid for this name or not from a trusted authority, or its TLS is too old.", failure),
        IOException => new MailException(MailFault.Unreachable, $"{host} closed the connection while it was being protected. Is it a TLS port?", failure),
        _ => null,
    };

    internal static X509Certificate2Collection ReadAuthorities(string? file)
    {
        var authorities = new X509Certificate2Collection();
        if (!string.IsNullOrEmpty(file))
        {
            authorities.ImportFromPemFile(file);
        }

        return authorities;
    }

    internal bool IsTrusted(X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || _authorities.Count == 0 || certificate is not X509Certificate2 server)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(ServerAuthentication));
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(server);
    }
}
