namespace OrleansIM.Client;

/// <summary>A mailbox of an account, as the server knows it.</summary>
public sealed record Mailbox
{
    /// <summary>Its address.</summary>
    public string Address { get; init => field = value ?? ""; } = "";
    /// <summary>Whether the way to the mail server is <c>opening</c>, <c>open</c>, <c>closed</c> or <c>failed</c>.</summary>
    public string State { get; init => field = value ?? ""; } = "";
    /// <summary>What is wrong, when it failed.</summary>
    public ChannelError? Error { get; init; }
    /// <summary>When the server tries again by itself; null when it waits for somebody, with a new password.</summary>
    public DateTimeOffset? RetryAt { get; init; }
    /// <summary>Unread mails; 0 before anything is known.</summary>
    public int Unread { get; init; }
    /// <summary>The newest unread mails, newest first.</summary>
    public IReadOnlyList<MailSummary> New { get; init => field = value ?? []; } = [];
    /// <summary>Unread mails by friend, of those in <see cref="New"/>.</summary>
    public IReadOnlyDictionary<string, int> Badge { get; init => field = value ?? new Dictionary<string, int>(); } = new Dictionary<string, int>();
}

/// <summary>What is in a mailbox of the account changed: mail arrived, was read or went; or a name in it did.</summary>
public sealed record MailChanged : ImEvent
{
    /// <summary>The address of the mailbox.</summary>
    public string Mailbox { get; init => field = value ?? ""; } = "";
    /// <summary>Unread mails in it.</summary>
    public int Unread { get; init; }
    /// <summary>The newest unread mails, newest first.</summary>
    public IReadOnlyList<MailSummary> New { get; init => field = value ?? []; } = [];
    /// <summary>Unread mails by friend, of those in <see cref="New"/>.</summary>
    public IReadOnlyDictionary<string, int> Badge { get; init => field = value ?? new Dictionary<string, int>(); } = new Dictionary<string, int>();
}

/// <summary>The connection of the server to a mailbox of the account opened, closed or failed; or the mailbox was bound or unbound.</summary>
public sealed record ChannelChanged : ImEvent
{
    /// <summary>The address of the mailbox.</summary>
    public string Mailbox { get; init => field = value ?? ""; } = "";
    /// <summary><c>opening</c>, <c>open</c>, <c>closed</c> or <c>failed</c>.</summary>
    public string State { get; init => field = value ?? ""; } = "";
    /// <summary>What is wrong, when it failed.</summary>
    public ChannelError? Error { get; init; }
    /// <summary>When the server tries again.</summary>
    public DateTimeOffset? RetryAt { get; init; }
    /// <summary>Whether the mailbox is not the account's any more.</summary>
    public bool Removed { get; init; }
}

/// <summary>Why a channel to a mailbox failed.</summary>
public sealed record ChannelError
{
    /// <summary>One of <c>ErrorCodes</c>.</summary>
    public string Code { get; init => field = value ?? ""; } = "";
    /// <summary>For people.</summary>
    public string Message { get; init => field = value ?? ""; } = "";
}

/// <summary>A mail in short.</summary>
public sealed record MailSummary
{
    /// <summary>Its number in the mailbox.</summary>
    public long Uid { get; init; }
    /// <summary>Who sent it.</summary>
    public MailParty From { get; init => field = value ?? new(); } = new();
    /// <summary>The subject.</summary>
    public string Subject { get; init => field = value ?? ""; } = "";
    /// <summary>The beginning of the text.</summary>
    public string Preview { get; init => field = value ?? ""; } = "";
    /// <summary>When it was sent.</summary>
    public DateTimeOffset Date { get; init; }
    /// <summary>Whether it is unread.</summary>
    public bool Unread { get; init; }
    /// <summary>Addresses in <see cref="Preview"/> that are friends'.</summary>
    public IReadOnlyList<MailParty> Mentions { get; init => field = value ?? []; } = [];
}

/// <summary>Somebody at a mail address: who sent a mail, or a mail contact.</summary>
public sealed record MailParty
{
    /// <summary>The mail address.</summary>
    public string Address { get; init => field = value ?? ""; } = "";
    /// <summary>The name in the mail or the address book.</summary>
    public string? Name { get; init; }
    /// <summary>The friend whose address it is.</summary>
    public MailFriend? Friend { get; init; }
}

/// <summary>A friend, and what to call it.</summary>
public sealed record MailFriend
{
    /// <summary>The friend's account.</summary>
    public string Account { get; init => field = value ?? ""; } = "";
    /// <summary>The account's own remark, else the friend's name.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>The newest mails of a mailbox.</summary>
public sealed record MailList
{
    /// <summary>Unread mails in all of it.</summary>
    public int Unread { get; init; }
    /// <summary>The mails, newest first.</summary>
    public IReadOnlyList<MailSummary> Mails { get; init => field = value ?? []; } = [];
}

/// <summary>What became of a mail.</summary>
public sealed record SentMail
{
    /// <summary>The id it was sent under; the same again sends nothing again.</summary>
    public string Cid { get; init; } = "";
    /// <summary>Friends and addresses that the mail server took it for, as they were given.</summary>
    public IReadOnlyList<string> Sent { get; init => field = value ?? []; } = [];
    /// <summary>Those it was not sent to, and why.</summary>
    public IReadOnlyList<FailedRecipient> Failed { get; init => field = value ?? []; } = [];
}

/// <summary>Somebody who does not get a mail.</summary>
public sealed record FailedRecipient
{
    /// <summary>The friend or address, as it was given.</summary>
    public string To { get; init => field = value ?? ""; } = "";
    /// <summary><c>not_friends</c>, <c>no_address</c>, <c>invalid_argument</c>, <c>mail_refused</c> or <c>mail_unreachable</c>.</summary>
    public string Reason { get; init => field = value ?? ""; } = "";
    /// <summary>What the mail server said.</summary>
    public string? Detail { get; init; }
}
