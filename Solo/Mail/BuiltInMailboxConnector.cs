using Microsoft.Extensions.Options;

namespace OrleansIM.Mail;

/// <summary>
/// The mail client for where no library can be had: IMAP (RFC 3501 and 9051) and submission (RFC 6409), as much as the port
/// asks for.
/// </summary>
internal sealed class BuiltInMailboxConnector(IMailDialer dialer, MailTls tls, IOptions<MailOptions> options, TimeProvider time) : IMailboxConnector
{
    /// <inheritdoc />
    public async Task<IMailboxConnection> OpenAsync(MailAccess access, CancellationToken cancellation)
    {
        var session = new ImapSession(await DialAsync(access.Server, cancellation));
        try
        {
            await new ImapSignIn(session, access, tls).RunAsync(cancellation);
            var connection = new BuiltInMailboxConnection(session, options.Value, time);
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public byte[] Compose(MailDraft draft) => MimeWriter.Write(draft);

    /// <inheritdoc />
    public Task<MailSubmitted> SubmitAsync(MailAccess access, MailSubmission submission, CancellationToken cancellation)
        => SubmitAsync(access, session => new SmtpDelivery(session, submission).RunAsync(cancellation), cancellation);

    /// <inheritdoc />
    public Task CheckSubmissionAsync(MailAccess access, CancellationToken cancellation)
        => SubmitAsync(access, static _ => Task.FromResult(true), cancellation);

    private async Task<T> SubmitAsync<T>(MailAccess access, Func<SmtpSession, Task<T>> submit, CancellationToken cancellation)
    {
        await using var session = new SmtpSession(await DialAsync(access.Server, cancellation));
        await new SmtpSignIn(session, access, tls).RunAsync(cancellation);
        var result = await submit(session);
        await session.LeaveAsync(time, cancellation);
        return result;
    }

    private async Task<MailWire> DialAsync(MailServer server, CancellationToken cancellation)
    {
        var wire = new MailWire(await dialer.DialAsync(server.Host, server.Port, cancellation), server.Host);
        if (server.Security != MailSecurity.Tls)
        {
            return wire;
        }

        try
        {
            await wire.ProtectAsync(tls, cancellation);
            return wire;
        }
        catch
        {
            await wire.DisposeAsync();
            throw;
        }
    }
}
