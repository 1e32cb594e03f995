namespace OrleansIM.Mail;

/// <summary>Words for what goes wrong, the same for IMAP and SMTP.</summary>
internal static class MailFaults
{
    /// <summary>Characters of what a server says that are passed on.</summary>
    public const int MaxReply = 200;

    public static MailException Garbage(string host, string what) => new(MailFault.Garbage, $"{host} does not speak as a mail server should: {what}.");

    public static MailException Closed(string host, string reason)
        => new(MailFault.Unreachable, reason.Length == 0 ? $"{host} closed the connection." : $"{host} closed the connection: {reason}");

    public static MailException NoStartTls(string host)
        => new(MailFault.NotSecure, $"{host} does not offer STARTTLS, so the password cannot be sent safely. Try TLS on the port for it.");

    public static MailException WrongSecret(string host, string reply)
        => new(MailFault.AuthenticationFailed, reply.Length == 0 ? $"{host} refused the user name or the password." : $"{host} refused the sign-in: {reply}");

    public static MailException NoMechanism(string host, MailCredential credential)
        => new(MailFault.AuthenticationFailed, credential is MailToken
            ? $"{host} does not let anybody sign in with an OAuth 2 token."
            : $"{host} does not let anybody sign in with a password over this connection.");

    public static MailException Busy(string host, string reply)
        => new(MailFault.Unreachable, $"{host} cannot check the sign-in now: {reply}");

    public static MailException Refused(string host, string what, string reply)
        => new(MailFault.Refused, reply.Length == 0 ? $"{host} refused to {what}." : $"{host} refused to {what}: {reply}");

    /// <summary>One line of what a server says.</summary>
    public static string Reply(string text) => MailText.Line(text, MaxReply);
}
