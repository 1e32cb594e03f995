namespace OrleansIM.Contacts;

/// <summary>What one account holds about another.</summary>
[GenerateSerializer, Immutable, Alias("im.Contact")]
public sealed record Contact
{
    [Id(0)] public required string Account { get; init; }

    /// <summary>The contact's own name for itself.</summary>
    [Id(1)] public required string DisplayName { get; init; }
    [Id(2)] public required ContactState State { get; init; }

    /// <summary>This account's own name for the contact.</summary>
    [Id(3)] public string? Remark { get; init; }
    [Id(4)] public string[]? Labels { get; init; }

    /// <summary>Free-form JSON text of this account about the contact.</summary>
    [Id(5)] public string? Settings { get; init; }

    /// <summary>The contact's mail address; friends only.</summary>
    [Id(6)] public string? Email { get; init; }

    /// <summary>What came with an unanswered request.</summary>
    [Id(7)] public string? Greeting { get; init; }

    /// <summary>What the contact says about itself; friends only.</summary>
    [Id(8)] public string? Description { get; init; }

    /// <summary>Addresses of the mailboxes bound to the contact; friends only.</summary>
    [Id(9)] public string[]? Mailboxes { get; init; }

    /// <summary>Mail addresses this account has mapped to the contact (<c>mail.map</c>).</summary>
    [Id(10)] public string[]? Mapped { get; init; }

    /// <summary>Unread mail of the contact. In pages only, never stored.</summary>
    [Id(11)] public ContactMail? Mail { get; init; }
}

/// <summary>What a mailbox has from a friend: the badge at the friend's own entry.</summary>
[GenerateSerializer, Immutable, Alias("im.ContactMail")]
public sealed record ContactMail
{
    [Id(0)] public required int Unread { get; init; }

    /// <summary>Subject of the newest of them.</summary>
    [Id(1)] public string? Latest { get; init; }
}

/// <summary>One side of the relation between two accounts. The numbers are stored.</summary>
public enum ContactState
{
    /// <summary>No relation.</summary>
    None = 0,
    /// <summary>This account has asked; the other has not answered.</summary>
    Requested = 1,
    /// <summary>The other has asked; this account has not answered.</summary>
    Pending = 2,
    Friend = 3,
    /// <summary>This account has blocked the other, who is not told.</summary>
    Blocked = 4,
}

/// <summary>What an account does to its relation with another.</summary>
public enum ContactAction
{
    Request = 1,
    Accept = 2,
    Refuse = 3,
    Remove = 4,
    Block = 5,
    Unblock = 6,
}

/// <summary>A change of the relation to another account.</summary>
[GenerateSerializer, Immutable, Alias("im.ChangeContact")]
public sealed record ChangeContact
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required ContactAction Action { get; init; }
    [Id(2)] public string? Greeting { get; init; }
}

/// <summary>A change of what an account notes about a contact; null leaves as it is, empty clears.</summary>
[GenerateSerializer, Immutable, Alias("im.SetContact")]
public sealed record SetContact
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public string? Remark { get; init; }
    [Id(2)] public string[]? Labels { get; init; }

    /// <summary>JSON text; <c>null</c> as JSON clears.</summary>
    [Id(3)] public string? Settings { get; init; }
}
