using System.Text.Json;

namespace OrleansIM.Client;

/// <summary>Somebody in the contact list of an account.</summary>
public sealed record Contact
{
    /// <summary>The contact's account id.</summary>
    public string Account { get; init => field = value ?? ""; } = "";
    /// <summary>The name the contact gives itself.</summary>
    public string DisplayName { get; init => field = value ?? ""; } = "";
    /// <summary>
    /// <c>requested</c> (asked, not answered), <c>pending</c> (asks, waits for this account), <c>friend</c>, <c>blocked</c>
    /// or <c>none</c>.
    /// </summary>
    public string State { get; init => field = value ?? "none"; } = "none";
    /// <summary>The account's own name for the contact.</summary>
    public string? Remark { get; init; }
    /// <summary>The groups the account sorts the contact into.</summary>
    public IReadOnlyList<string> Labels { get; init => field = value ?? []; } = [];
    /// <summary>The account's settings for the contact, any JSON.</summary>
    public JsonElement? Settings { get; init; }
    /// <summary>
    /// Mail addresses of the contact: of its profile, of its mailboxes, and those the account has mapped to it; friends only,
    /// but for the mapped ones.
    /// </summary>
    public IReadOnlyList<string> Emails { get; init => field = value ?? []; } = [];
    /// <summary>Those of <see cref="Emails"/> that the account has mapped to it (<see cref="ImClient.MapAddressAsync"/>).</summary>
    public IReadOnlyList<string> Mapped { get; init => field = value ?? []; } = [];
    /// <summary>What came with a request that is not answered (<see cref="State"/> <c>pending</c>).</summary>
    public string? Greeting { get; init; }
    /// <summary>What the contact says about itself; friends only.</summary>
    public string? Description { get; init; }
    /// <summary>Unread mail from the contact in the account's mailboxes; null for none. On pages only.</summary>
    public ContactMail? Mail { get; init; }
}

/// <summary>Mail from a contact.</summary>
public sealed record ContactMail
{
    /// <summary>Unread mails.</summary>
    public int Unread { get; init; }
    /// <summary>The subject of the newest of them.</summary>
    public string? Latest { get; init; }
}
