using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>How a connection ended.</summary>
/// <param name="Error">Why.</param>
/// <param name="CloseCode">The close code, or the code in <c>bye</c>.</param>
/// <param name="Bye">What the server said before it closed.</param>
/// <param name="Refused">The server refused the <c>hello</c>.</param>
internal sealed record ConnectionEnd(ImException Error, int? CloseCode = null, Bye? Bye = null, bool Refused = false)
{
    /// <summary>The server asked this client to come again, in so many words.</summary>
    public bool IsInvitation => Bye is not null || (CloseCode is { } code && CloseCodes.Reconnect.ContainsKey(code));

    public static ConnectionEnd Of(int? closeCode, Bye? bye)
    {
        var code = bye?.Code ?? closeCode;
        var after = bye?.AfterMs is { } ms ? JsonRead.Span(ms) : (TimeSpan?)null;
        var error = code switch
        {
            CloseCodes.BadToken => new ImException(ErrorCodes.Unauthenticated, "The token is bad or expired. Sign in again."),
            CloseCodes.SignedOut => new ImException(ErrorCodes.Unauthenticated, "The session was signed out."),
            CloseCodes.ProtocolError => new ImException(ErrorCodes.Internal, "The server refused what this client sent as against the protocol."),
            CloseCodes.TooManyRequests => new ImException(ErrorCodes.SlowDown, "The server closed the stream: too many requests.", after),
            CloseCodes.GoingAway => new ImException(ErrorCodes.Unavailable, "The server is going away.", after),
            CloseCodes.TooSlow => new ImException(ErrorCodes.Unavailable, "The server closed the stream: this client read too slowly.", after),
            _ => new ImException(ErrorCodes.Unavailable, $"The server closed the stream (code {code?.ToString() ?? "none"}).", after),
        };
        return new ConnectionEnd(error, code, bye);
    }
}
