using OrleansIM.Mail;
using OrleansIM.Mailboxes;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>To whom a mailbox is bound and how to sign in there. Written at once, with an etag.</summary>
internal sealed record MailboxRecord
{
    /// <summary>The account; null for a mailbox that is bound to nobody. The account's own record lists it too.</summary>
    public string? Owner { get; init; }

    public MailServer? Imap { get; init; }
    public MailServer? Smtp { get; init; }
    public string? CardDav { get; init; }

    /// <summary>The user at the servers.</summary>
    public string User { get; init; } = "";

    /// <summary>A <see cref="MailboxSecret"/>, encrypted.</summary>
    public string Secret { get; init; } = "";

    /// <summary>The server has refused that secret: it is not tried again, so that nobody locks the mailbox by trying.</summary>
    public bool IsSecretRefused { get; init; }

    public DateTimeOffset BoundAt { get; init; }
}

/// <summary>What was last known of a mailbox, and what became of the mails that were sent.</summary>
internal sealed record MailboxMail
{
    public StoredSummary? Summary { get; init; }
    public SentMails Sent { get; init; } = new();

    /// <summary>Mails that were handed over and may not be in the folder for sent mail yet.</summary>
    public UnfiledMail[] Unfiled { get; init; } = [];
}

/// <summary>The last known state of INBOX.</summary>
internal sealed record StoredSummary
{
    public long UidValidity { get; init; }
    public int Unread { get; init; }
    public MailSummary[] New { get; init; } = [];
}

/// <summary>A message that belongs into the folder for sent mail.</summary>
internal sealed record UnfiledMail(string MessageId, byte[] Message);

/// <summary>Who a mailbox corresponds with.</summary>
internal sealed record MailboxContacts
{
    /// <summary>By name, those without one by address.</summary>
    public MailContact[] Contacts { get; init; } = [];

    /// <summary>When they were read last.</summary>
    public DateTimeOffset ReadAt { get; init; }

    /// <summary>The address book as the last synchronization left it.</summary>
    public CardDavState? Book { get; init; }
}
