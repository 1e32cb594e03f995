using OrleansIM.Timelines;

namespace OrleansIM.Messages;

/// <summary>A message to send; shape and size were checked by the gateway.</summary>
[GenerateSerializer, Immutable, Alias("im.SendMessage")]
public sealed record SendMessage
{
    [Id(0)] public required string To { get; init; }
    [Id(1)] public required string Body { get; init; }

    /// <summary>The client's own id of the message: sending it again sends nothing again.</summary>
    [Id(2)] public required string Cid { get; init; }
    [Id(3)] public required string Kind { get; init; }

    /// <summary>Members of the group that are to take notice; null in messages to one account.</summary>
    [Id(4)] public string[]? Mentions { get; init; }
}

/// <summary>A message that is stored.</summary>
[GenerateSerializer, Immutable, Alias("im.SentMessage")]
public sealed record SentMessage
{
    [Id(0)] public required string Id { get; init; }

    /// <summary>Its place in the sender's log.</summary>
    [Id(1)] public required long Seq { get; init; }
    [Id(2)] public required DateTimeOffset SentAt { get; init; }
}

/// <summary>What became of several messages.</summary>
[GenerateSerializer, Immutable, Alias("im.SentMessages")]
public sealed record SentMessages
{
    /// <summary>One each, in the order in which they were given.</summary>
    [Id(0)] public required Outcome<SentMessage>[] Answers { get; init; }
}

/// <summary>Which part of the history.</summary>
[GenerateSerializer, Immutable, Alias("im.HistoryQuery")]
public sealed record HistoryQuery
{
    /// <summary>Only what is about this account; null for everything.</summary>
    [Id(0)] public string? Peer { get; init; }

    /// <summary>Only entries before this seq; null for the newest.</summary>
    [Id(1)] public long? Before { get; init; }
    [Id(2)] public required int Limit { get; init; }

    /// <summary>Only entries after this seq, the oldest of them first; null for the newest.</summary>
    [Id(3)] public long? After { get; init; }
}

/// <summary>A page of history.</summary>
[GenerateSerializer, Immutable, Alias("im.HistoryPage")]
public sealed record HistoryPage
{
    /// <summary>Oldest first.</summary>
    [Id(0)] public required TimelineEntry[] Entries { get; init; }

    /// <summary>Whether the query has more: before the first of them, or after the last if it asked for what follows a seq.</summary>
    [Id(1)] public required bool More { get; init; }
}

/// <summary>How much of an account's messages a peer has, in seqs of the account's own log. Neither ever goes back.</summary>
[GenerateSerializer, Immutable, Alias("im.PeerReceipts")]
public sealed record PeerReceipts
{
    /// <summary>Up to here they have reached a device of the peer; 0 if nothing is known. At least <see cref="Read"/>.</summary>
    [Id(0)] public required long Delivered { get; init; }

    /// <summary>Up to here the peer has read them; 0 if nothing is known.</summary>
    [Id(1)] public required long Read { get; init; }
}
