namespace OrleansIM.Client;

/// <summary>A session of an account: one device that is signed in.</summary>
public sealed record DeviceSession
{
    /// <summary>Its id.</summary>
    public string Session { get; init => field = value ?? ""; } = "";
    /// <summary>What the device called itself.</summary>
    public string? Device { get; init; }
    /// <summary>The account that signed in: this one, or a master of its link group.</summary>
    public string SignedInAs { get; init => field = value ?? ""; } = "";
    /// <summary>Since when; null if the server does not say.</summary>
    public DateTimeOffset? Since { get; init; }
    /// <summary>Whether it is the session of this client.</summary>
    public bool Current { get; init; }
}
