namespace OrleansIM.Client;

/// <summary>What can get at an account: a session, a device that is signed in and not connected, or an app password.</summary>
public sealed record Device
{
    /// <summary>A session: a device that is connected. It ends when it is signed out.</summary>
    public const string SessionKind = "session";
    /// <summary>A device that is signed in and not connected: its token is good until it is signed out, or ends.</summary>
    public const string DeviceKind = "device";
    /// <summary>An app password of a mail program, which works until it is revoked.</summary>
    public const string AppPasswordKind = "appPassword";

    /// <summary><see cref="SessionKind"/>, <see cref="DeviceKind"/> or <see cref="AppPasswordKind"/>; newer servers may have others.</summary>
    public string Kind { get; init => field = value ?? ""; } = "";
    /// <summary>Its id.</summary>
    public string Id { get; init => field = value ?? ""; } = "";
    /// <summary>What it is called; empty for a device that gave no name.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
    /// <summary>Since when it is there: a session since it was opened.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>Of a session or a device, when it signed in; null if the server does not say.</summary>
    public DateTimeOffset? SignedInAt { get; init; }
    /// <summary>Whether it is connected.</summary>
    public bool Connected { get; init; }
    /// <summary>When it was heard of last, of a device give or take a day, and when it signed in if it was never connected; null if never.</summary>
    public DateTimeOffset? LastUsed { get; init; }
    /// <summary>From where: an IPv4 address or IPv6 /64; null if it is not known.</summary>
    public string? From { get; init; }
    /// <summary>Of a session or a device, the account that signed in: this one, or a master of its link group.</summary>
    public string? SignedInAs { get; init; }
    /// <summary>Whether it is the session of this client.</summary>
    public bool Current { get; init; }
}
