using OrleansIM.Accounts;

namespace OrleansIM.Mailboxes;

/// <summary>
/// The bridge to a mailbox (key: its address, in lower case): the binding, its secrets, the channel, the contacts found
/// there. Accounts call this; a gateway only to sign in.
/// </summary>
[Alias("im.IMailboxBridgeGrain")]
public interface IMailboxBridgeGrain : IGrainWithStringKey
{
    /// <summary>
    /// Seals the secret with a key, unless it is already. False if it cannot be opened any more; fails where that key is not
    /// in use yet.
    /// </summary>
    [Alias("SealAgain")]
    Task<bool> SealAgainAsync(Guid key);

    /// <summary>
    /// What is kept about the mailbox, without its secret: lines of JSON for the export of its account. Empty if it is not
    /// bound to that.
    /// </summary>
    [Alias("Export")]
    Task<byte[]> ExportAsync(string account);

    /// <summary>
    /// Signs in with the mailbox's own password, checked at its mail server, to the account it is bound to. Refused:
    /// <c>bad_credentials</c> (also when it is bound to nobody, or the operator has switched this off), <c>slow_down</c>,
    /// <c>unavailable</c> (the mail server cannot be asked).
    /// </summary>
    [Alias("SignIn")]
    Task<Outcome<MailboxGrant>> SignInAsync(string password, CancellationToken cancellation = default);

    /// <summary>Binds the mailbox to an account after signing in at its server.</summary>
    [Alias("Bind"), ResponseTimeout(MailCalls.MostTime)]
    Task<Outcome<MailboxState>> BindAsync(string account, BindMailbox request, CancellationToken cancellation = default);

    /// <summary>Forgets everything, if the mailbox is bound to that account.</summary>
    [Alias("Unbind")]
    Task UnbindAsync(string account);

    /// <summary>
    /// The account has sessions until that time: the channel is opened, or stays open. Answers at once with what is
    /// known; what is new comes by <see cref="IAccountMailboxObserver"/>. Null if the mailbox is not bound to that account.
    /// </summary>
    [Alias("KeepOpen")]
    Task<MailboxState?> KeepOpenAsync(string account, DateTimeOffset until);

    /// <summary>The account's last session has ended: the channel closes after a linger.</summary>
    [Alias("LetClose")]
    Task LetCloseAsync(string account);

    /// <summary>Contacts whose name or address contains a text, by name.</summary>
    [Alias("FindContacts")]
    Task<Outcome<MailParty[]>> FindContactsAsync(string account, MailContactsQuery query);

    /// <summary>The newest mails, over a connection of its own.</summary>
    [Alias("List"), ResponseTimeout(MailCalls.MostTime)]
    Task<Outcome<MailList>> ListAsync(string account, MailQuery query, CancellationToken cancellation = default);

    /// <summary>Sends a mail, once per <c>cid</c>; the same <c>cid</c> again gives the same answer.</summary>
    [Alias("Send"), ResponseTimeout(MailCalls.MostTime)]
    Task<Outcome<SentMail>> SendAsync(string account, OutgoingMail mail, CancellationToken cancellation = default);
}

/// <summary>What an account is told about its mailbox; addresses only, the account knows whose they are.</summary>
[GenerateSerializer, Immutable, Alias("im.MailboxState")]
public sealed record MailboxState
{
    [Id(0)] public required string Address { get; init; }
    [Id(1)] public required ChannelState Channel { get; init; }
    [Id(2)] public int Unread { get; init; }

    /// <summary>The newest unread mails; null before anything is known.</summary>
    [Id(3)] public MailSummary[]? New { get; init; }

    /// <summary>Increases with every change at the bridge in one activation of it.</summary>
    [Id(4)] public required long Version { get; init; }

    /// <summary>The activation of the bridge.</summary>
    [Id(5)] public required long Epoch { get; init; }
}

/// <summary>An account as its mailboxes' bridges see it (key: account id).</summary>
[Alias("im.IAccountMailboxObserver")]
public interface IAccountMailboxObserver : IGrainWithStringKey
{
    /// <summary>Something has changed at a mailbox. False if it is none of this account's, or the account has no sessions.</summary>
    [Alias("ShowMailbox")]
    Task<bool> ShowMailboxAsync(MailboxState state);

    /// <summary>Whether the account has that mailbox, or is about to bind it: what a bridge bound to it goes by in doubt.</summary>
    [Alias("HasMailbox")]
    Task<bool> HasMailboxAsync(string address);

    /// <summary>Somebody has proved to own a mailbox of this account. Refused: <c>bad_credentials</c> if it is none or disabled.</summary>
    [Alias("LogInByMailbox")]
    Task<Outcome<TokenGrant>> LogInByMailboxAsync(string address);
}

/// <summary>Calls that wait for a mail server.</summary>
internal static class MailCalls
{
    /// <summary>
    /// How long a caller waits: more than the connections and operations of one call may take together, so that the answer
    /// says what the mail server did, and not only that nothing came.
    /// </summary>
    public const string MostTime = "00:02:00";
}

/// <summary>A sign-in with a mailbox.</summary>
[GenerateSerializer, Immutable, Alias("im.MailboxGrant")]
public sealed record MailboxGrant
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required TokenGrant Grant { get; init; }
}

/// <summary>A mail on its way to the bridge: its account has found out who is meant.</summary>
[GenerateSerializer, Immutable, Alias("im.OutgoingMail")]
public sealed record OutgoingMail
{
    [Id(0)] public required SendMail Mail { get; init; }

    /// <summary>The name beside the sender's address.</summary>
    [Id(1)] public string? FromName { get; init; }
    [Id(2)] public required MailRecipient[] Recipients { get; init; }

    /// <summary>Who has no address, or none that is one.</summary>
    [Id(3)] public required FailedRecipient[] Failed { get; init; }
}

/// <summary>A recipient of a mail.</summary>
[GenerateSerializer, Immutable, Alias("im.MailRecipient")]
public sealed record MailRecipient
{
    /// <summary>The friend or address as it was given.</summary>
    [Id(0)] public required string Given { get; init; }
    [Id(1)] public required string Address { get; init; }

    /// <summary>The friend's own name for itself; never what the account calls it, for others read it.</summary>
    [Id(2)] public string? Name { get; init; }
}
