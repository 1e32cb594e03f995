namespace OrleansIM.Mail;

/// <summary>Names under which services are registered.</summary>
public static class MailKeys
{
    /// <summary>The mail library's own <see cref="IMailboxConnector"/>, without the limits around it.</summary>
    public const string Inner = "inner";

    /// <summary>The HTTP client that goes where <see cref="HostPolicy"/> lets it, and nowhere else.</summary>
    public const string Http = "mail";
}
