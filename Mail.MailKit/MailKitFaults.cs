using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace OrleansIM.Mail;

/// <summary>What MailKit throws, in the words of the port.</summary>
internal static class MailKitFaults
{
    /// <summary>Characters of what a server says that are passed on.</summary>
    public const int MaxReply = 200;

    private const string Gone = "unexpectedly disconnected";

    private static readonly string[] s_nonsense = ["Syntax error", "Unexpected", "Literal token"];

    public static MailException NoStartTls(string host)
        => new(MailFault.NotSecure, $"{host} does not offer STARTTLS, so the password cannot be sent safely. Try TLS on the port for it.");

    public static MailException NotSecure(string host, Exception failure)
        => new(MailFault.NotSecure, $"The connection to {host} cannot be protected.", failure);

    public static MailException NoMechanism(MailAccess access)
        => new(MailFault.AuthenticationFailed, access.Credential is MailToken
            ? $"{access.Server.Host} does not let anybody sign in with an OAuth 2 token."
            : $"{access.Server.Host} does not let anybody sign in with a password over this connection.");

    public static MailException Busy(string host, Exception refused)
        => new(MailFault.Unreachable, $"{host} cannot check the sign-in now: {Reply(refused.Message)}", refused);

    public static MailException Broken(string host, Exception? failure = null)
        => new(MailFault.Unreachable, $"The connection to {host} is broken.", failure);

    public static MailException Garbage(string host, Exception failure)
        => new(MailFault.Garbage, $"{host} does not speak as a mail server should.", failure);

    public static MailException Closed(string host, string reason, Exception? failure = null)
        => new(MailFault.Unreachable, reason.Length == 0 ? $"{host} closed the connection." : $"{host} closed the connection: {Reply(reason)}", failure);

    public static MailException Refused(string host, string what, string reply, Exception? failure = null)
        => new(MailFault.Refused, reply.Length == 0 ? $"{host} refused to {what}." : $"{host} refused to {what}: {Reply(reply)}", failure);

    /// <summary>One line of what a server says.</summary>
    public static string Reply(string? text) => MailText.Line(text, MaxReply);

    /// <summary>What to throw in place of a failure.</summary>
    /// <param name="failure">What MailKit threw.</param>
    /// <param name="host">The server.</param>
    /// <param name="what">What it was asked to do.</param>
    /// <param name="cancellation">A failure after its cancellation is one.</param>
    public static Exception Explain(Exception failure, string host, string what, CancellationToken cancellation) => failure switch
    {
        MailException => failure,
        OperationCanceledException => failure,
        _ when cancellation.IsCancellationRequested => new OperationCanceledException("The operation was cancelled.", failure, cancellation),
        { InnerException: MailException known } => known,
        AuthenticationException => new MailException(MailFault.AuthenticationFailed, $"{host} refused the sign-in: {Reply(failure.Message)}", failure),
        ImapCommandException refused => Refused(host, what, refused.ResponseText ?? "", failure),
        SmtpCommandException { StatusCode: SmtpStatusCode.ServiceNotAvailable } => Closed(host, failure.Message, failure),
        SmtpCommandException refused => Refused(host, what, $"{(int)refused.StatusCode} {refused.Message}", failure),
        FolderNotFoundException => Refused(host, what, "there is no such folder", failure),
        // One exception for a server that has gone and for one that talks nonsense; the first may bring the server's last words.
        ImapProtocolException when !IsNonsense(failure) => Closed(host, Words(failure), failure),
        SmtpProtocolException when failure.Message.Contains(Gone, StringComparison.Ordinal) => Closed(host, Words(failure), failure),
        IOException or System.Net.Sockets.SocketException or ObjectDisposedException => Broken(host, failure),
        ServiceNotConnectedException or ServiceNotAuthenticatedException or FolderNotOpenException => Broken(host, failure),
        SslHandshakeException => NotSecure(host, failure),
        // What is left comes from answers that MailKit's parsers did not expect.
        _ => Garbage(host, failure),
    };

    /// <summary>Whether it is about what a server said, not about its silence.</summary>
    public static bool IsNonsense(Exception failure) => s_nonsense.Any(words => failure.Message.StartsWith(words, StringComparison.Ordinal));

    private static string Words(Exception failure) => failure.Message.Contains(Gone, StringComparison.Ordinal) ? "" : failure.Message;
}
