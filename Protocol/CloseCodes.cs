using System.Collections.Generic;

namespace OrleansIM.Protocol;

/// <summary>The WebSocket close codes of the stream, and the <c>code</c> of the <c>bye</c> event before them.</summary>
public static class CloseCodes
{
    /// <summary>The gateway drains: reconnect at once, another gateway takes over.</summary>
    public const int GoingAway = 4000;
    /// <summary>The token is bad or expired: sign in again.</summary>
    public const int BadToken = 4001;
    /// <summary>The client broke the protocol: do not retry.</summary>
    public const int ProtocolError = 4002;
    /// <summary>The client read too slowly: reconnect and resume.</summary>
    public const int TooSlow = 4003;
    /// <summary>The session was signed out, here or from another device.</summary>
    public const int SignedOut = 4004;
    /// <summary>Too many requests: reconnect after the pause in <c>bye</c>.</summary>
    public const int TooManyRequests = 4008;

    /// <summary>Every close code and whether a client reconnects after it with the token it has.</summary>
    public static IReadOnlyDictionary<int, bool> Reconnect { get; } = new Dictionary<int, bool>
    {
        [GoingAway] = true,
        [BadToken] = false,
        [ProtocolError] = false,
        [TooSlow] = true,
        [SignedOut] = false,
        [TooManyRequests] = true,
    };
}
