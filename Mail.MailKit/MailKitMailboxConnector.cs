using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;

namespace OrleansIM.Mail;

/// <summary>The mail library MailKit behind the port.</summary>
/// <remarks>No protocol log: it would hold what mails say.</remarks>
internal sealed class MailKitMailboxConnector(IMailDialer dialer, MailTls tls, IOptions<MailOptions> options, TimeProvider time) : IMailboxConnector
{
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(1);

    private readonly UnreadableMails _unreadable = new();

    /// <inheritdoc />
    public async Task<IMailboxConnection> OpenAsync(MailAccess access, CancellationToken cancellation)
    {
        var host = access.Server.Host;
        var answers = new SignInAnswers();
        var client = new ImapClient(answers);
        try
        {
            var wire = await ConnectAsync(client, access.Server, cancellation);
            if (client.IsAuthenticated)
            {
                // It has not looked at the secret, so it proves nothing; and before STARTTLS it is how protection is talked away.
                throw access.Server.Security == MailSecurity.StartTls
                    ? MailKitFaults.NoStartTls(host)
                    : new MailException(MailFault.AuthenticationFailed, $"{host} lets everybody in without a password, so it cannot say whose mailbox this is.");
            }

            await SignIn.RunAsync(client, access, answers, cancellation);
            var connection = new MailKitMailboxConnection(client, (PartRequests)wire, host, _unreadable.Of(access), options.Value, time);
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch (Exception failure)
        {
            client.Dispose();
            throw MailKitFaults.Explain(failure, host, "open the mailbox", cancellation);
        }
    }

    /// <inheritdoc />
    public byte[] Compose(MailDraft draft) => DraftMessage.Write(draft);

    /// <inheritdoc />
    public Task<MailSubmitted> SubmitAsync(MailAccess access, MailSubmission submission, CancellationToken cancellation)
        => SubmitAsync(access, client => client.SubmitAsync(submission, cancellation), cancellation);

    /// <inheritdoc />
    public Task CheckSubmissionAsync(MailAccess access, CancellationToken cancellation)
        => SubmitAsync(access, static _ => Task.FromResult(true), cancellation);

    private async Task<T> SubmitAsync<T>(MailAccess access, Func<SubmissionClient, Task<T>> submit, CancellationToken cancellation)
    {
        var host = access.Server.Host;
        using var client = new SubmissionClient(host);
        try
        {
            await ConnectAsync(client, access.Server, cancellation);
            await SignIn.RunAsync(client, access, cancellation);
            var result = await submit(client);
            await LeaveAsync(client);
            return result;
        }
        catch (Exception failure)
        {
            throw MailKitFaults.Explain(failure, host, "take the mail", cancellation);
        }
    }

    /// <summary>
    /// Dials, and protects the connection as the server's <see cref="MailSecurity"/> says. Certificates are judged by
    /// <see cref="MailTls"/> alone.
    /// </summary>
    /// <returns>What the client reads and writes: to an IMAP server a <see cref="PartRequests"/>.</returns>
    private async Task<Stream> ConnectAsync(MailService client, MailServer server, CancellationToken cancellation)
    {
        var trust = tls.OptionsFor(server.Host);
        client.SslProtocols = trust.EnabledSslProtocols;
        client.CheckCertificateRevocation = false;
        client.ServerCertificateValidationCallback = trust.RemoteCertificateValidationCallback;
        var stream = await dialer.DialAsync(server.Host, server.Port, cancellation);
        try
        {
            if (client is ImapClient)
            {
                stream = new PartRequests(await ImapWire.OpenAsync(stream, server, tls, cancellation));
            }

            var security = client is ImapClient ? SecureSocketOptions.None : Security(server);
            await client.ConnectAsync(stream, trust.TargetHost!, server.Port, security, cancellation);
            return stream;
        }
        catch (Exception failure)
        {
            await stream.DisposeAsync();
            throw server.Security == MailSecurity.StartTls && failure is NotSupportedException or ImapCommandException or SmtpCommandException
                ? MailKitFaults.NoStartTls(server.Host)
                : failure is SslHandshakeException
                    ? MailTls.Explain(failure.InnerException ?? failure, server.Host) ?? MailKitFaults.NotSecure(server.Host, failure)
                    : MailKitFaults.Explain(failure, server.Host, "talk to us", cancellation);
        }
    }

    private static SecureSocketOptions Security(MailServer server) => server.Security switch
    {
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        MailSecurity.StartTls => SecureSocketOptions.StartTls,
        _ => SecureSocketOptions.None,
    };

    /// <summary>Says goodbye. It changes nothing any more, so it may fail.</summary>
    private async Task LeaveAsync(SubmissionClient client)
    {
        using var limit = new CancellationTokenSource(s_goodbye, time);
        try
        {
            await client.DisconnectAsync(quit: true, limit.Token);
        }
        catch (Exception)
        {
            // It is over either way.
        }
    }
}
