namespace OrleansIM.Timelines;

/// <summary>
/// One durable event of an account. <c>Seq</c> begins at 1, increases by exactly 1 per account and is never reused.
/// </summary>
[GenerateSerializer, Immutable, Alias("im.TimelineEntry")]
public sealed record TimelineEntry
{
    [Id(0)] public required long Seq { get; init; }
    [Id(1)] public required EntryKind Kind { get; init; }

    /// <summary>When the entry was decided, in milliseconds of the Unix epoch. For people; order is by <see cref="Seq"/>.</summary>
    [Id(2)] public required long At { get; init; }

    /// <summary>The other account the entry is about, if there is one: what <c>history</c> by peer selects.</summary>
    [Id(3)] public string? Peer { get; init; }

    /// <summary>The event's <c>data</c> as UTF-8 JSON, ready for the wire.</summary>
    [Id(4)] public required byte[] Data { get; init; }

    /// <summary>
    /// The seq of the same thing in the log of <see cref="Peer"/>, where that is known: for a message that came in, its
    /// seq in the sender's log.
    /// </summary>
    [Id(5)] public long? PeerSeq { get; init; }
}

/// <summary>The kinds of durable events. The numbers are stored: never change or reuse one.</summary>
public enum EntryKind : byte
{
    Message = 1,
    Receipt = 2,
    Contact = 3,
    Profile = 4,
    Settings = 5,
    Custom = 6,
    Link = 7,
    Group = 8,
    /// <summary>In the logs of groups only, for nobody to see: an account has to hear that it was added.</summary>
    GroupInvite = 9,
}
