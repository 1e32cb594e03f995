namespace OrleansIM.Mailboxes;

/// <summary>A mailbox of an account as its sessions see it: in a page, and as the answer to a binding.</summary>
[GenerateSerializer, Immutable, Alias("im.Mailbox")]
public sealed record Mailbox
{
    [Id(0)] public required string Address { get; init; }
    [Id(1)] public required ChannelState Channel { get; init; }

    /// <summary>The last known state; null before the first.</summary>
    [Id(2)] public MailboxNews? News { get; init; }
}

/// <summary>Whether the way to a mail server is open. The numbers are stored.</summary>
public enum ChannelStatus
{
    Closed = 1,
    Opening = 2,
    Open = 3,
    Failed = 4,
}

/// <summary>The way to a mail server, in words.</summary>
[GenerateSerializer, Immutable, Alias("im.ChannelState")]
public sealed record ChannelState
{
    [Id(0)] public required ChannelStatus Status { get; init; }

    /// <summary>What is wrong: <c>mail_auth_failed</c>, <c>mail_unreachable</c>, <c>mail_refused</c>.</summary>
    [Id(1)] public Refusal? Error { get; init; }

    /// <summary>When it is tried again by itself; null if it waits for somebody (a new password).</summary>
    [Id(2)] public DateTimeOffset? RetryAt { get; init; }
}

/// <summary>What is in a mailbox, with friends in place of addresses.</summary>
[GenerateSerializer, Immutable, Alias("im.MailboxNews")]
public sealed record MailboxNews
{
    [Id(0)] public required int Unread { get; init; }

    /// <summary>The newest unread mails, newest first.</summary>
    [Id(1)] public required MailSummary[] New { get; init; }

    /// <summary>Unread mails per friend, of those in <see cref="New"/>.</summary>
    [Id(2)] public required IReadOnlyDictionary<string, int> Badge { get; init; }
}

/// <summary>What is shown of a mail.</summary>
[GenerateSerializer, Immutable, Alias("im.MailSummary")]
public sealed record MailSummary
{
    [Id(0)] public required long Uid { get; init; }
    [Id(1)] public required MailParty From { get; init; }
    [Id(2)] public required string Subject { get; init; }
    [Id(3)] public required string Preview { get; init; }
    [Id(4)] public required DateTimeOffset Date { get; init; }
    [Id(5)] public required bool IsUnread { get; init; }

    /// <summary>Addresses inside the preview that are friends', with them.</summary>
    [Id(6)] public MailParty[]? Mentions { get; init; }
}

/// <summary>Somebody at a mail address.</summary>
[GenerateSerializer, Immutable, Alias("im.MailParty")]
public sealed record MailParty
{
    [Id(0)] public required string Address { get; init; }

    /// <summary>The name in the mail or the address book.</summary>
    [Id(1)] public string? Name { get; init; }

    /// <summary>The friend the address belongs to.</summary>
    [Id(2)] public FriendName? Friend { get; init; }
}

/// <summary>A friend, and what the account calls it: its own remark, else the friend's name.</summary>
[GenerateSerializer, Immutable, Alias("im.FriendName")]
public sealed record FriendName
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required string Name { get; init; }
}

/// <summary>A server of a mailbox. The security is <c>tls</c>, <c>starttls</c> or <c>none</c>.</summary>
[GenerateSerializer, Immutable, Alias("im.MailServerSettings")]
public sealed record MailServerSettings
{
    [Id(0)] public required string Host { get; init; }
    [Id(1)] public required int Port { get; init; }
    [Id(2)] public required string Security { get; init; }
}

/// <summary>How to sign in at the servers of a mailbox. Never prints its secrets.</summary>
[GenerateSerializer, Immutable, Alias("im.MailAuth")]
public sealed record MailAuth
{
    /// <summary>The user at the server; null for the address, or what the domain's template says.</summary>
    [Id(0)] public string? User { get; init; }

    /// <summary>Of the type <c>password</c>.</summary>
    [Id(1)] public string? Password { get; init; }

    /// <summary>Of the type <c>oauth2</c>.</summary>
    [Id(2)] public string? AccessToken { get; init; }
    [Id(3)] public string? RefreshToken { get; init; }
    [Id(4)] public string? TokenEndpoint { get; init; }
    [Id(5)] public string? ClientId { get; init; }
    [Id(6)] public string? ClientSecret { get; init; }

    public override string ToString() => $"MailAuth {{ User = {User}, {(AccessToken is null ? "password" : "oauth2")} }}";
}

/// <summary>A request to bind a mailbox. Servers that are left out come from the domain's template, else from DNS (RFC 6186).</summary>
[GenerateSerializer, Immutable, Alias("im.BindMailbox")]
public sealed record BindMailbox
{
    [Id(0)] public required string Address { get; init; }
    [Id(1)] public MailServerSettings? Imap { get; init; }
    [Id(2)] public MailServerSettings? Smtp { get; init; }

    /// <summary>The address of a CardDAV server, where discovery begins.</summary>
    [Id(3)] public string? CardDav { get; init; }
    [Id(4)] public required MailAuth Auth { get; init; }
}

/// <summary>A question for mail contacts: of names and addresses that contain the text.</summary>
[GenerateSerializer, Immutable, Alias("im.MailContactsQuery")]
public sealed record MailContactsQuery
{
    [Id(0)] public required string Mailbox { get; init; }
    [Id(1)] public string? Text { get; init; }
    [Id(2)] public required int Limit { get; init; }
}

/// <summary>A question for the newest mails.</summary>
[GenerateSerializer, Immutable, Alias("im.MailQuery")]
public sealed record MailQuery
{
    [Id(0)] public required string Mailbox { get; init; }
    [Id(1)] public bool UnreadOnly { get; init; }
    [Id(2)] public required int Limit { get; init; }
}

/// <summary>The newest mails of a mailbox, as they are now.</summary>
[GenerateSerializer, Immutable, Alias("im.MailList")]
public sealed record MailList
{
    [Id(0)] public required int Unread { get; init; }
    [Id(1)] public required MailSummary[] Mails { get; init; }
}

/// <summary>A mail to friends and addresses.</summary>
[GenerateSerializer, Immutable, Alias("im.SendMail")]
public sealed record SendMail
{
    [Id(0)] public required string Mailbox { get; init; }

    /// <summary>Account ids of friends.</summary>
    [Id(1)] public required string[] To { get; init; }
    [Id(2)] public required string[] ToAddresses { get; init; }
    [Id(3)] public required string Subject { get; init; }
    [Id(4)] public required string Text { get; init; }

    /// <summary>The same again sends nothing again and gives the same answer.</summary>
    [Id(5)] public required string Cid { get; init; }

    /// <summary>The UID of the mail in INBOX that this one answers.</summary>
    [Id(6)] public long? ReplyTo { get; init; }
}

/// <summary>What became of a mail.</summary>
[GenerateSerializer, Immutable, Alias("im.SentMail")]
public sealed record SentMail
{
    /// <summary>Friends and addresses as they were given.</summary>
    [Id(0)] public required string[] Sent { get; init; }
    [Id(1)] public required FailedRecipient[] Failed { get; init; }
}

/// <summary>Somebody who did not get a mail.</summary>
[GenerateSerializer, Immutable, Alias("im.FailedRecipient")]
public sealed record FailedRecipient
{
    [Id(0)] public required string To { get; init; }

    /// <summary><c>not_friends</c>, <c>no_address</c>, <c>invalid_argument</c>, <c>mail_refused</c>, <c>mail_unreachable</c>.</summary>
    [Id(1)] public required string Reason { get; init; }

    /// <summary>What the mail server said.</summary>
    [Id(2)] public string? Detail { get; init; }
}
