using System.Text.Json;
using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <summary>
/// Everything about one account of the session at one moment: a snapshot that never changes. Read
/// <see cref="ImClient.Pages"/> again for the current one.
/// </summary>
public sealed record Page
{
    /// <summary>The account.</summary>
    public string Account { get; init; } = "";
    /// <summary>Its role in the link group: <c>master</c> or <c>secondary</c>.</summary>
    public string Role { get; init; } = "";
    /// <summary>How the account came into the session, as the server named it at the last sign-in or reconnect; empty if linked since.</summary>
    public string Via { get; init; } = "";
    /// <summary>Whether it is what the local store has, not confirmed by the server yet.</summary>
    public bool IsLocal { get; init; }
    /// <summary>Its own profile.</summary>
    public Profile Profile { get; init; } = new();
    /// <summary>Its contacts by account id; removed ones are not in it.</summary>
    public IReadOnlyDictionary<string, Contact> Contacts { get; init; } = new Dictionary<string, Contact>();
    /// <summary>Its settings by key.</summary>
    public IReadOnlyDictionary<string, JsonElement> Settings { get; init; } = new Dictionary<string, JsonElement>();
    /// <summary>Its custom data by key.</summary>
    public IReadOnlyDictionary<string, JsonElement> Custom { get; init; } = new Dictionary<string, JsonElement>();
    /// <summary>
    /// The presence of the account itself and of its friends by account id; of friends who are offline only those are in
    /// it who share when they were last seen. Empty on a local page.
    /// </summary>
    public IReadOnlyDictionary<string, Presence> Presence { get; init; } = new Dictionary<string, Presence>();
    /// <summary>Unread messages by peer (an account id, or <c>group:</c> and a group id); peers without any are not in it.</summary>
    public IReadOnlyDictionary<string, int> Unread { get; init; } = new Dictionary<string, int>();
    /// <summary>The group chats of the account, by <c>group:</c> and the id (like the peers in <see cref="Unread"/>).</summary>
    public IReadOnlyDictionary<string, GroupEntry> Groups { get; init; } = new Dictionary<string, GroupEntry>();
    /// <summary>What its peers have of its messages, by peer; peers that said nothing are not in it.</summary>
    public IReadOnlyDictionary<string, PeerReceipts> Receipts { get; init; } = new Dictionary<string, PeerReceipts>();
    /// <summary>The mailboxes of the account, by address.</summary>
    public IReadOnlyDictionary<string, Mailbox> Mailboxes { get; init; } = new Dictionary<string, Mailbox>();
    /// <summary>The newest durable events, oldest first, at most <see cref="ImClientOptions.RecentPerPage"/>.</summary>
    public IReadOnlyList<ImEvent> Recent { get; init; } = [];
    /// <summary>The number of the last durable event that was delivered; a reconnect resumes after it.</summary>
    public long Cursor { get; init; }

    /// <summary>What became of a message, as far as its receipts say; null for a message that the account did not send.</summary>
    /// <param name="message">A message of this page or of its history.</param>
    public MessageState? StateOf(MessageReceived message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!message.IsOwn || !string.Equals(message.Account, Account, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        Receipts.TryGetValue(message.Peer, out var had);
        return StateAt(message.Seq ?? long.MaxValue, had);
    }

    /// <summary>The state of a stored message, as far as receipts say.</summary>
    internal static MessageState StateAt(long seq, PeerReceipts? had) =>
        seq <= had?.Read ? MessageState.Read : seq <= had?.Delivered ? MessageState.Delivered : MessageState.Sent;
}

/// <summary>How somebody can be reached.</summary>
public sealed record Presence
{
    /// <summary><c>online</c>, <c>away</c>, <c>busy</c> or <c>offline</c>; of the account itself also <c>invisible</c>.</summary>
    public string Status { get; init => field = value ?? ""; } = "";
    /// <summary>The status text.</summary>
    public string? Note { get; init; }
    /// <summary>When a friend who is offline was last seen, if the friend shares it.</summary>
    public DateTimeOffset? LastSeen { get; init; }
}
