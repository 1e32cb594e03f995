using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansIM.Client;

/// <summary>A message to or from the account: own messages arrive too, from this and from other devices.</summary>
public sealed record MessageReceived : ImEvent
{
    /// <summary>The id of the message, the same in both logs.</summary>
    public string Id { get; init => field = value ?? ""; } = "";
    /// <summary>The account that sent it, or <see cref="OrleansIM.Protocol.Senders.Service"/>.</summary>
    public string From { get; init => field = value ?? ""; } = "";
    /// <summary>The account it was sent to, or <c>group:</c> and a group id.</summary>
    public string To { get; init => field = value ?? ""; } = "";
    /// <summary>The text.</summary>
    public string Body { get; init => field = value ?? ""; } = "";
    /// <summary>What the body is. Default: <c>text</c>.</summary>
    public string Kind { get; init => field = value ?? "text"; } = "text";
    /// <summary>Members of the group who are to take notice.</summary>
    public IReadOnlyList<string> Mentions { get; init => field = value ?? []; } = [];
    /// <summary>The sender's own id of it, on the sender's side; never in a group.</summary>
    public string? Cid { get; init; }
    /// <summary>When the server took it.</summary>
    public DateTimeOffset SentAt { get; init; }

    /// <summary>The other side of the conversation as this account sees it: an account, or <c>group:</c> and a group id.</summary>
    [JsonIgnore]
    public string Peer =>
        To.StartsWith("group:", StringComparison.Ordinal) || IsOwn ? To : From;

    /// <summary>Whether it is of the service itself (its operator, or the app's own servers): show it as that, and not as a person's. It cannot be answered.</summary>
    [JsonIgnore]
    public bool IsFromService => From == Protocol.Senders.Service;

    /// <summary>Whether the account of this page sent it.</summary>
    [JsonIgnore]
    public bool IsOwn => string.Equals(From, Account, StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Messages were read or delivered: by a peer (<see cref="Page.Receipts"/> and <see cref="Page.StateOf"/> have it then),
/// or read by this account on one of its devices (<see cref="Page.Unread"/> has that).
/// </summary>
public sealed record ReceiptReceived : ImEvent
{
    /// <summary>The value of <see cref="What"/> for messages that reached a device.</summary>
    public const string Delivered = "delivered";
    /// <summary>The value of <see cref="What"/> for messages that were read, and so delivered too.</summary>
    public const string Read = "read";

    /// <summary>The other side of the conversation.</summary>
    public string Peer { get; init => field = value ?? ""; } = "";
    /// <summary>Up to and with this number in the log of <see cref="ImEvent.Account"/>.</summary>
    public long UpTo { get; init; }
    /// <summary><see cref="Read"/> or <see cref="Delivered"/>.</summary>
    public string What { get; init => field = value ?? ""; } = "";
    /// <summary>The account that read: the peer, or the own one on another device. Null if the server does not say.</summary>
    public string? By { get; init; }
}

/// <summary>A contact was requested, accepted, changed, blocked or removed (<see cref="Contact.State"/> <c>none</c>).</summary>
public sealed record ContactChanged : ImEvent
{
    /// <summary>The contact as it is now.</summary>
    public Contact Contact { get; init => field = value ?? new(); } = new();
}

/// <summary>The account's own profile changed.</summary>
public sealed record ProfileChanged : ImEvent
{
    /// <summary>The whole profile after the change; in history and <see cref="Page.Recent"/> of a fresh page only what changed.</summary>
    public Profile Profile { get; init; } = new();

    [JsonIgnore]
    internal JsonElement Changes { get; init; }
}

/// <summary>Settings of the account changed.</summary>
public sealed record SettingsChanged : ImEvent
{
    /// <summary>The new values by key; a JSON null says that the key was removed.</summary>
    public IReadOnlyDictionary<string, JsonElement> Changes { get; init; } = new Dictionary<string, JsonElement>();
}

/// <summary>Custom data of the account changed.</summary>
public sealed record CustomChanged : ImEvent
{
    /// <summary>The new values by key; a JSON null says that the key was removed.</summary>
    public IReadOnlyDictionary<string, JsonElement> Changes { get; init; } = new Dictionary<string, JsonElement>();
}

/// <summary>The link group of the account changed.</summary>
public sealed record LinksChanged : ImEvent
{
    /// <summary>The members as they are now.</summary>
    public IReadOnlyList<LinkMember> Members { get; init => field = value ?? []; } = [];
    /// <summary>Accounts that were dropped, and why.</summary>
    public IReadOnlyList<LinkRejection> Rejected { get; init => field = value ?? []; } = [];
}

/// <summary>A group chat changed: members, roles, name. Each event says how the group is after it.</summary>
public sealed record GroupChanged : ImEvent
{
    /// <summary><c>group:</c> and the id, like the peer of its messages.</summary>
    public string Group { get; init => field = value ?? ""; } = "";
    /// <summary><c>created</c>, <c>joined</c>, <c>left</c>, <c>kicked</c>, <c>role</c> or <c>set</c>.</summary>
    public string What { get; init => field = value ?? ""; } = "";
    /// <summary>Who did it.</summary>
    public string By { get; init => field = value ?? ""; } = "";
    /// <summary>Whom it is about: who came, went, or has another role.</summary>
    public IReadOnlyList<string> Accounts { get; init => field = value ?? []; } = [];
    /// <summary>The new role of <see cref="Accounts"/>, with <c>role</c>.</summary>
    public string? Role { get; init; }
    /// <summary>Who is an owner from now on, if the last one left.</summary>
    public string? Owner { get; init; }
    /// <summary>The name of the group.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
    /// <summary>Whether members may add their friends.</summary>
    public bool MemberInvites { get; init; }
    /// <summary>How many members there are.</summary>
    public int Members { get; init; }

    /// <summary>Whether the account of this page is no member any more.</summary>
    [JsonIgnore]
    public bool IsEnd => What is "left" or "kicked" && Concerns(Account);

    internal bool Concerns(string account) => Accounts.Contains(account, StringComparer.OrdinalIgnoreCase);
}
