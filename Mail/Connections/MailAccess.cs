using System.Text;

namespace OrleansIM.Mail;

/// <summary>How a connection is protected.</summary>
public enum MailSecurity
{
    /// <summary>TLS from the first byte (RFC 8314): IMAP 993, submission 465.</summary>
    Tls = 1,
    /// <summary>TLS after STARTTLS, and nothing without: IMAP 143, submission 587.</summary>
    StartTls = 2,
    /// <summary>Not at all.</summary>
    None = 3,
}

/// <summary>A server of a mailbox.</summary>
public sealed record MailServer(string Host, int Port, MailSecurity Security);

/// <summary>A server and what signs in there.</summary>
public sealed record MailAccess(MailServer Server, MailCredential Credential);

/// <summary>What signs in at a mail server. Never prints its secret.</summary>
public abstract record MailCredential(string User)
{
    protected virtual bool PrintMembers(StringBuilder builder)
    {
        builder.Append("User = ").Append(User);
        return true;
    }
}

/// <summary>A user and a password.</summary>
public sealed record MailPassword(string User, string Password) : MailCredential(User)
{
    protected override bool PrintMembers(StringBuilder builder) => base.PrintMembers(builder);
}

/// <summary>A user and an OAuth 2 access token.</summary>
public sealed record MailToken(string User, string AccessToken) : MailCredential(User)
{
    protected override bool PrintMembers(StringBuilder builder) => base.PrintMembers(builder);
}
