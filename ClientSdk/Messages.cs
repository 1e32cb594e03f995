namespace OrleansIM.Client;

/// <summary>A message the server has stored and will deliver once.</summary>
public sealed record SentMessage
{
    /// <summary>The id of the message.</summary>
    public string Id { get; init => field = value ?? ""; } = "";
    /// <summary>Its number in the log of the sending account.</summary>
    public long Seq { get; init; }
    /// <summary>When the server took it.</summary>
    public DateTimeOffset SentAt { get; init; }
    /// <summary>The id it was sent under; sending again under the same one gives the same answer.</summary>
    public string Cid { get; init => field = value ?? ""; } = "";
}

/// <summary>A part of the history of an account.</summary>
public sealed record HistoryPage
{
    /// <summary>Durable events, oldest first.</summary>
    public IReadOnlyList<ImEvent> Events { get; init; } = [];
    /// <summary>
    /// Whether there are more in the direction that was read: ask again with <c>before</c> = the number of the first of
    /// these, or, if <c>after</c> was given, with <c>after</c> = that of the last.
    /// </summary>
    public bool More { get; init; }
}

/// <summary>How much of an account's messages a peer has, as numbers in the account's own log. Neither goes back.</summary>
public sealed record PeerReceipts
{
    /// <summary>Up to here they have reached a device of the peer; 0 if nothing is known. At least <see cref="Read"/>.</summary>
    public long Delivered { get; init; }
    /// <summary>Up to here the peer has read them; 0 if nothing is known.</summary>
    public long Read { get; init; }
}

/// <summary>What became of a message that this account sent. The numbers grow as the message gets on; a failed one has left that way.</summary>
public enum MessageState
{
    /// <summary>In the outbox; may be on its way.</summary>
    Queued,
    /// <summary>Stored by the server; nothing is known of the peer, who may not tell.</summary>
    Sent,
    /// <summary>On a device of the peer.</summary>
    Delivered,
    /// <summary>Read by the peer.</summary>
    Read,
    /// <summary>Refused for good. It stays in the outbox until <see cref="ImClient.Retry"/> or <see cref="ImClient.Discard"/>.</summary>
    Failed,
}
