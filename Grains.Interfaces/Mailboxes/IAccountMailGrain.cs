namespace OrleansIM.Mailboxes;

/// <summary>
/// The mailboxes of an account (key: account id) as its sessions see them. Like <c>IAccountGrain</c>, every method takes a
/// session and is refused with <c>SessionRefusals.UnknownSession</c> when the account does not know it.
/// </summary>
[Alias("im.IAccountMailGrain")]
public interface IAccountMailGrain : IGrainWithStringKey
{
    /// <summary>
    /// Binds a mailbox, after signing in there. Binding again with other servers or secrets replaces them. Refused:
    /// <c>mailbox_taken</c>, <c>mail_auth_failed</c>, <c>mail_unreachable</c>, <c>limit_reached</c>, <c>invalid_argument</c>
    /// (no servers known, host not allowed), <c>forbidden</c>.
    /// </summary>
    [Alias("BindMailbox"), ResponseTimeout(MailCalls.MostTime)]
    Task<Outcome<Mailbox>> BindMailboxAsync(string session, BindMailbox request, CancellationToken cancellation = default);

    /// <summary>Unbinds a mailbox and forgets its secrets. Refused: <c>unknown_mailbox</c>, <c>forbidden</c>.</summary>
    [Alias("UnbindMailbox")]
    Task<Outcome> UnbindMailboxAsync(string session, string address);

    /// <summary>Contacts of a mailbox with the friends they are, by name. Refused: <c>unknown_mailbox</c>.</summary>
    [Alias("FindMailContacts")]
    Task<Outcome<MailParty[]>> FindMailContactsAsync(string session, MailContactsQuery query);

    /// <summary>
    /// Says that an address is a friend's; it wins over what profiles say, and moves if it was another friend's. With a
    /// null friend it is taken back. Refused: <c>not_friends</c>, <c>invalid_argument</c>, <c>limit_reached</c>.
    /// </summary>
    [Alias("MapAddress")]
    Task<Outcome> MapAddressAsync(string session, string address, string? friend);

    /// <summary>The newest mails, asked for now. Refused: <c>unknown_mailbox</c>, <c>mail_auth_failed</c>, <c>mail_unreachable</c>.</summary>
    [Alias("ListMails"), ResponseTimeout(MailCalls.MostTime)]
    Task<Outcome<MailList>> ListMailsAsync(string session, MailQuery query, CancellationToken cancellation = default);

    /// <summary>
    /// Sends a mail. Who has no address or is refused is reported, the others get it. Refused (nobody gets it):
    /// <c>unknown_mailbox</c>, <c>mail_auth_failed</c>, <c>mail_unreachable</c>, <c>mail_refused</c>, <c>conflict</c> (the same
    /// <c>cid</c> is being sent right now).
    /// </summary>
    [Alias("SendMail"), ResponseTimeout(MailCalls.MostTime)]
    Task<Outcome<SentMail>> SendMailAsync(string session, SendMail mail, CancellationToken cancellation = default);
}
