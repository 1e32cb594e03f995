using OrleansIM.Mail;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>The servers around a mailbox that are no mail servers.</summary>
internal interface IMailEnvironment
{
    /// <summary>The servers of an address: by the domain's template, else by DNS (RFC 6186). What is not known is null.</summary>
    Task<DiscoveredMail> FindServersAsync(string address, CancellationToken cancellation);

    /// <summary>Gets a new access token.</summary>
    /// <exception cref="MailException"><see cref="MailFault.AuthenticationFailed"/> if the refresh token is not taken any more.</exception>
    Task<MailboxSecret> RefreshAsync(MailboxSecret secret, CancellationToken cancellation);

    /// <summary>Reads an address book, from where the last reading left off.</summary>
    /// <exception cref="MailException">What went wrong; what was known stays good.</exception>
    Task<CardDavSync> ReadAddressBookAsync(CardDavAccess access, CardDavState? known, CancellationToken cancellation);
}
