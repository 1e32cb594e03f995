namespace OrleansIM.Client;

/// <summary>A friend came, went or changed status; or the account itself, seen by its own sessions.</summary>
public sealed record PresenceChanged : ImEvent
{
    /// <summary>The friend, or the account itself.</summary>
    public string Contact { get; init => field = value ?? ""; } = "";
    /// <summary><c>online</c>, <c>away</c>, <c>busy</c> or <c>offline</c>; of the account itself also <c>invisible</c>.</summary>
    public string Status { get; init => field = value ?? ""; } = "";
    /// <summary>The status text.</summary>
    public string? Note { get; init; }
    /// <summary>When a friend who is offline was last seen, if the friend shares it.</summary>
    public DateTimeOffset? LastSeen { get; init; }
}

/// <summary>Somebody types, or stopped.</summary>
public sealed record TypingChanged : ImEvent
{
    /// <summary>Who types.</summary>
    public string From { get; init => field = value ?? ""; } = "";
    /// <summary>To whom: this account, or <c>group:</c> and a group id.</summary>
    public string To { get; init => field = value ?? ""; } = "";
    /// <summary>Whether typing goes on.</summary>
    public bool On { get; init; }
}
