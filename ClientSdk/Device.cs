namespace OrleansIM.Client;

/// <summary>What can get at an account: a session of a device, or an app password.</summary>
public sealed record Device
{
    /// <summary>A session, which ends when it is signed out.</summary>
    public const string SessionKind = "session";
    /// <summary>An app password of a mail program, which works until it is revoked.</summary>
    public const string AppPasswordKind = "appPassword";

    /// <summary><see cref="SessionKind"/> or <see cref="AppPasswordKind"/>; newer servers may have others.</summary>
    public string Kind { get; init => field = value ?? ""; } = "";
    /// <summary>Its id.</summary>
    public string Id { get; init => field = value ?? ""; } = "";
    /// <summary>What it is called; empty for a device that gave no name.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
    /// <summary>Since when it is there.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it was heard of last; null if never.</summary>
    public DateTimeOffset? LastUsed { get; init; }
    /// <summary>From where: an IPv4 address or IPv6 /64; null if it is not known.</summary>
    public string? From { get; init; }
    /// <summary>Of a session, the account that signed in: this one, or a master of its link group.</summary>
    public string? SignedInAs { get; init; }
    /// <summary>Whether it is the session of this client.</summary>
    public bool Current { get; init; }
}
