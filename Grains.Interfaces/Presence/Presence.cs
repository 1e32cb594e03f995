namespace OrleansIM.Presence;

/// <summary>How somebody can be reached.</summary>
public enum PresenceStatus
{
    Offline = 0,
    Online = 1,
    Away = 2,
    Busy = 3,
    /// <summary>Signed in, and shown to friends as <see cref="Offline"/>. Only the account's own sessions see it.</summary>
    Invisible = 4,
}

/// <summary>What one session says about its user.</summary>
[GenerateSerializer, Immutable, Alias("im.SessionPresence")]
public sealed record SessionPresence
{
    [Id(0)] public required PresenceStatus Status { get; init; }
    [Id(1)] public string? Note { get; init; }

    /// <summary>What a session is that has said nothing.</summary>
    public static SessionPresence Online { get; } = new() { Status = PresenceStatus.Online };
}

/// <summary>What friends see of an account.</summary>
[GenerateSerializer, Immutable, Alias("im.PresenceState")]
public sealed record PresenceState
{
    [Id(0)] public required PresenceStatus Status { get; init; }
    [Id(1)] public string? Note { get; init; }

    /// <summary>When the account was last seen; only of accounts that are offline and share it.</summary>
    [Id(2)] public DateTimeOffset? LastSeen { get; init; }

    /// <summary>What most accounts are that are seen: one for all of them.</summary>
    public static PresenceState Online { get; } = new() { Status = PresenceStatus.Online };

    public static PresenceState Offline { get; } = new() { Status = PresenceStatus.Offline };
}

/// <summary>An account's presence, on its way to its shard.</summary>
[GenerateSerializer, Immutable, Alias("im.SharedPresence")]
public sealed record SharedPresence
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required PresenceState State { get; init; }
}

/// <summary>An account's presence as its shard tells it.</summary>
[GenerateSerializer, Immutable, Alias("im.FriendPresence")]
public sealed record FriendPresence
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required PresenceState State { get; init; }

    /// <summary>Increases with every change in the shard: of two of one epoch, the higher is the newer.</summary>
    [Id(2)] public required long Version { get; init; }
}
