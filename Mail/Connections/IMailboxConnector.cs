namespace OrleansIM.Mail;

/// <summary>
/// The port behind which a mail library works: MailKit (Mail.MailKit/), or Solo's own client (Solo/Mail/). Both pass the
/// same contract suite (tests/Mail.Tests) against real servers.
/// </summary>
/// <remarks>
/// Implementations obey their cancellation token at any moment, also while a server is silent, and dial with
/// <see cref="IMailDialer"/> alone. Limits in time and bytes are put around them by <c>BoundedMailboxConnector</c>.
/// Whatever goes wrong is a <see cref="MailException"/>; a cancelled token is an <see cref="OperationCanceledException"/>.
/// </remarks>
public interface IMailboxConnector
{
    /// <summary>
    /// Connects to the IMAP server, signs in and selects INBOX. Mechanisms: for a password PLAIN, else LOGIN (SASL or the
    /// command); for a token OAUTHBEARER, else XOAUTH2. Over an unprotected connection a secret is sent only where the
    /// server's <see cref="MailSecurity"/> is <see cref="MailSecurity.None"/>.
    /// </summary>
    Task<IMailboxConnection> OpenAsync(MailAccess access, CancellationToken cancellation);

    /// <summary>
    /// Writes a text mail as a message of RFC 5322 and MIME: CRLF lines of at most 998 bytes, ASCII only, unless an address
    /// itself is not (RFC 6532). <see cref="MailDraft"/> says which headers; a header that holds a line break is refused.
    /// </summary>
    byte[] Compose(MailDraft draft);

    /// <summary>
    /// Hands one message to the submission server. Recipients it refuses are reported, and the others still get it. The
    /// message is handed over at most once in a call: what breaks after its last byte was sent is
    /// <see cref="MailFault.OutcomeUnknown"/>.
    /// </summary>
    Task<MailSubmitted> SubmitAsync(MailAccess access, MailSubmission submission, CancellationToken cancellation);

    /// <summary>
    /// Connects to the submission server, signs in as <see cref="SubmitAsync"/> would, and leaves (QUIT): whether mail
    /// could be handed over, found out before there is one. Nothing is sent.
    /// </summary>
    Task CheckSubmissionAsync(MailAccess access, CancellationToken cancellation);
}

/// <summary>
/// A mailbox that is signed in to, INBOX selected. Not for two callers at once, with one exception: a
/// <see cref="WaitForChangeAsync"/> that is cancelled leaves the connection usable.
/// </summary>
public interface IMailboxConnection : IAsyncDisposable
{
    /// <summary>How many mails of INBOX are unread, and the newest of them, newest first.</summary>
    /// <param name="newest">How many, at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<MailboxSummary> SummarizeAsync(int newest, CancellationToken cancellation);

    /// <summary>The newest mails of INBOX, newest first, read or not.</summary>
    /// <param name="newest">How many, at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<MailboxSummary> ListAsync(int newest, CancellationToken cancellation);

    /// <summary>
    /// Who the mailbox corresponds with: From, To and Cc of its newest mails and of those in the folder for sent mail.
    /// Each address once per name, newest first.
    /// </summary>
    /// <param name="mails">How many mails of each folder are looked at, at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<IReadOnlyList<MailCorrespondent>> ReadCorrespondentsAsync(int mails, CancellationToken cancellation);

    /// <summary>
    /// Waits until something in INBOX may have changed (new, expunged, flags), or until the time is up. IDLE where the
    /// server has it, begun anew before 29 minutes (RFC 2177); else it asks every <see cref="MailOptions.PollEvery"/>.
    /// </summary>
    /// <returns>False if the time was up first.</returns>
    Task<bool> WaitForChangeAsync(TimeSpan most, CancellationToken cancellation);

    /// <summary>
    /// Puts a message into the folder for sent mail, as read: the one with the attribute \Sent (RFC 6154), else one that is
    /// called so, else a new one. Nothing is done if a mail with this Message-ID is there already.
    /// </summary>
    /// <returns>False if the server had put it there itself.</returns>
    Task<bool> AppendToSentAsync(byte[] message, string messageId, CancellationToken cancellation);

    /// <summary>Whether the folder for sent mail has a mail with this Message-ID.</summary>
    Task<bool> IsSentAsync(string messageId, CancellationToken cancellation);

    /// <summary>
    /// The thread a mail of INBOX stands in, for an answer to it; null if there is no such mail (any more), or it has no
    /// usable Message-ID. Header fields are fetched alone, never the mail.
    /// </summary>
    /// <param name="uid">The mail's UID in INBOX.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<MailThread?> ReadThreadAsync(uint uid, CancellationToken cancellation);
}
