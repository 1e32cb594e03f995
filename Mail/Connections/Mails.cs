namespace OrleansIM.Mail;

/// <summary>A mail address and the name that stood beside it. The address is empty where a mail names none.</summary>
public sealed record MailAddress(string Address, string? Name = null);

/// <summary>
/// What is shown of a mail. The texts are decoded, in one line, without control characters (<see cref="MailText"/>).
/// </summary>
public sealed record MailItem
{
    /// <summary>The mail's UID in INBOX, good together with <see cref="MailboxSummary.UidValidity"/>.</summary>
    public required uint Uid { get; init; }

    /// <summary>The first address of From, else of Sender; of a group (RFC 5322, 3.4) its first member.</summary>
    public required MailAddress From { get; init; }

    /// <summary>At most <see cref="MailText.MaxSubject"/> characters.</summary>
    public required string Subject { get; init; }

    /// <summary>The beginning of the text, at most <see cref="MailText.MaxPreview"/> characters; empty if there is none.</summary>
    public required string Preview { get; init; }

    /// <summary>The header Date, else when the server got it.</summary>
    public required DateTimeOffset Date { get; init; }

    public required bool IsUnread { get; init; }
}

/// <summary>The state of INBOX.</summary>
public sealed record MailboxSummary
{
    public required uint UidValidity { get; init; }

    /// <summary>All that are unread, also those that are not in <see cref="Mails"/>.</summary>
    public required int Unread { get; init; }

    /// <summary>Newest (highest UID) first.</summary>
    public required IReadOnlyList<MailItem> Mails { get; init; }
}

/// <summary>Somebody the mailbox has got mail from or sent mail to, and when last.</summary>
public sealed record MailCorrespondent(MailAddress Who, DateTimeOffset At);

/// <summary>
/// Where a mail stands in its thread. Ids have angle brackets; what is not one of RFC 5322 (3.6.4), or longer than 250
/// characters, is left out.
/// </summary>
/// <param name="MessageId">The mail's own Message-ID.</param>
/// <param name="References">
/// Its References, else its In-Reply-To if that is exactly one, oldest first; of more than 50 the first and the newest 49.
/// </param>
public sealed record MailThread(string MessageId, IReadOnlyList<string> References);

/// <summary>A text mail to be written.</summary>
public sealed record MailDraft
{
    public required MailAddress From { get; init; }
    public required IReadOnlyList<MailAddress> To { get; init; }
    public required string Subject { get; init; }

    /// <summary>Plain text of any length, lines ended by LF or CRLF.</summary>
    public required string Text { get; init; }
    public required DateTimeOffset Date { get; init; }

    /// <summary>With angle brackets.</summary>
    public required string MessageId { get; init; }

    /// <summary>The Message-ID of the mail this one answers, with angle brackets.</summary>
    public string? InReplyTo { get; init; }

    /// <summary>The thread so far (RFC 5322, 3.6.4), oldest first, each with angle brackets.</summary>
    public IReadOnlyList<string> References { get; init; } = [];
}

/// <summary>A message and its envelope.</summary>
public sealed record MailSubmission(string From, IReadOnlyList<string> Recipients, byte[] Message);

/// <summary>What a submission server said.</summary>
/// <param name="Refused">Recipients that did not get it; all of them if the message itself was refused.</param>
public sealed record MailSubmitted(IReadOnlyList<RefusedRecipient> Refused);

/// <param name="Address">The recipient.</param>
/// <param name="IsTemporary">A reply 4xx: the same may work later.</param>
/// <param name="Reply">What the server said: code and text in one line, at most 200 characters.</param>
public sealed record RefusedRecipient(string Address, bool IsTemporary, string Reply);
