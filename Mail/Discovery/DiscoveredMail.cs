namespace OrleansIM.Mail;

/// <summary>The servers of a mail address.</summary>
public sealed record DiscoveredMail
{
    /// <summary>Null if nothing says where it is.</summary>
    public MailServer? Imap { get; init; }

    public MailServer? Smtp { get; init; }

    /// <summary>Where CardDAV discovery begins.</summary>
    public Uri? CardDav { get; init; }

    /// <summary>What signs in there.</summary>
    public required string User { get; init; }

    /// <summary>Whether the server puts what is submitted into the Sent folder itself.</summary>
    public bool KeepsSent { get; init; }

    /// <summary>It is what the operator says, not DNS.</summary>
    public bool IsTemplate { get; init; }

    /// <summary>
    /// Hosts that DNS names and that lie outside the mailbox's domain, so that the mailbox's owner has to agree to them
    /// before a secret goes there; see <see cref="MailDiscovery"/>.
    /// </summary>
    public IReadOnlyList<string> Outside { get; init; } = [];
}
