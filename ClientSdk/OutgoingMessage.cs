namespace OrleansIM.Client;

/// <summary>A message of the outbox at one moment; a snapshot that never changes.</summary>
public sealed record OutgoingMessage
{
    /// <summary>The id it is sent under, however often: the server stores it once.</summary>
    public string Cid { get; init => field = value ?? ""; } = "";
    /// <summary>The account that speaks.</summary>
    public string As { get; init => field = value ?? ""; } = "";
    /// <summary>The account to reach, or <c>group:</c> and a group id.</summary>
    public string To { get; init => field = value ?? ""; } = "";
    /// <summary>The text.</summary>
    public string Body { get; init => field = value ?? ""; } = "";
    /// <summary>What the body is. Default: <c>text</c>.</summary>
    public string Kind { get; init => field = value ?? "text"; } = "text";
    /// <summary>Members of the group who are to take notice.</summary>
    public IReadOnlyList<string> Mentions { get; init => field = value ?? []; } = [];
    /// <summary>When it was written.</summary>
    public DateTimeOffset QueuedAt { get; init; }
    /// <summary>How far it came.</summary>
    public MessageState State { get; init; }
    /// <summary>Why it failed; null if it did not.</summary>
    public OutgoingError? Error { get; init; }
    /// <summary>The id of the message; null before the server has stored it.</summary>
    public string? Id { get; init; }
    /// <summary>Its number in the log of <see cref="As"/>; null before the server has stored it.</summary>
    public long? Seq { get; init; }
    /// <summary>When the server took it; null before.</summary>
    public DateTimeOffset? SentAt { get; init; }
}

/// <summary>Why a message failed.</summary>
/// <param name="Code">One of <c>ErrorCodes</c>.</param>
/// <param name="Message">For people.</param>
public sealed record OutgoingError(string Code, string Message);

/// <summary>A message of the outbox came, changed its state, or (<see cref="Removed"/>) went.</summary>
public sealed record OutgoingChanged : ImEvent
{
    /// <summary>The message as it is now.</summary>
    public OutgoingMessage Message { get; init => field = value ?? new(); } = new();
    /// <summary>Whether it is in the outbox no more: discarded, or its account has left the session.</summary>
    public bool Removed { get; init; }
}

/// <summary>A line of a conversation as a chat window shows it (<see cref="ImClient.Conversation"/>).</summary>
public sealed record ChatLine
{
    /// <summary>Stays the same while the message goes from queued to read. Unique in its conversation.</summary>
    public string Key { get; init => field = value ?? ""; } = "";
    /// <summary>The account that wrote it.</summary>
    public string From { get; init => field = value ?? ""; } = "";
    /// <summary>The account it was written to, or <c>group:</c> and a group id.</summary>
    public string To { get; init => field = value ?? ""; } = "";
    /// <summary>The text. Show it as text.</summary>
    public string Body { get; init => field = value ?? ""; } = "";
    /// <summary>What the body is.</summary>
    public string Kind { get; init => field = value ?? "text"; } = "text";
    /// <summary>Members of the group who are to take notice.</summary>
    public IReadOnlyList<string> Mentions { get; init => field = value ?? []; } = [];
    /// <summary>When it was sent, or written if it was not.</summary>
    public DateTimeOffset At { get; init; }
    /// <summary>Whether the account of the page wrote it.</summary>
    public bool IsOwn { get; init; }
    /// <summary>How far it came; null for a message that was received.</summary>
    public MessageState? State { get; init; }
    /// <summary>The id of the message; null before the server has stored it.</summary>
    public string? Id { get; init; }
    /// <summary>Its number in the log; null before the server has stored it.</summary>
    public long? Seq { get; init; }
    /// <summary>The id it was sent under, where that is known.</summary>
    public string? Cid { get; init; }
    /// <summary>Why it failed; null if it did not.</summary>
    public OutgoingError? Error { get; init; }
}
