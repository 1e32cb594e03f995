namespace OrleansIM.Client;

/// <summary>How a client stands to its server.</summary>
public enum ConnectionStatus
{
    /// <summary>There is no session.</summary>
    SignedOut,
    /// <summary>A session is open and no connection is wanted: what is shown is what the local store has.</summary>
    Local,
    /// <summary>On the way.</summary>
    Connecting,
    /// <summary>All pages are live.</summary>
    Online,
    /// <summary>There is no connection; the client tries again by itself.</summary>
    Offline,
}

/// <summary><see cref="ImClient.Status"/> is another.</summary>
public sealed record StatusChanged : ImEvent
{
    /// <summary>The status from now on.</summary>
    public ConnectionStatus Status { get; init; }
}
