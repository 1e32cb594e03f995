namespace OrleansIM.Mail;

/// <summary>
/// Opens connections to where an operator lets users' servers be, and nowhere else: the address that is connected to is
/// the one that was checked, so a name that resolves to another one a moment later gains nothing.
/// </summary>
public interface IMailDialer
{
    /// <summary>An open TCP connection, not yet protected. Whoever gets the stream disposes it.</summary>
    /// <exception cref="MailException"><see cref="MailFault.HostNotAllowed"/>, <see cref="MailFault.Unreachable"/>.</exception>
    Task<Stream> DialAsync(string host, int port, CancellationToken cancellation);
}
