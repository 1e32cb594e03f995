using OrleansIM.Protocol;

namespace OrleansIM.Client;

/// <summary>
/// Everything that goes wrong between this client and the server: a refusal of the server's, a server that cannot be
/// reached, a connection that broke, an answer that did not come in time. <see cref="Code"/> says which. Misuse of the
/// SDK itself (a disposed client, a second sign-in on one client) throws the usual exceptions of .NET instead, and a
/// cancelled token <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class ImException : Exception
{
    /// <summary>Makes one; useful in tests of code that uses the SDK.</summary>
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    /// <param name="message">What was wrong and what to do.</param>
    /// <param name="retryAfter">How long to wait before the next attempt, where that is known.</param>
    /// <param name="inner">What caused it, if it was not an answer of the server's.</param>
    public ImException(string code, string message, TimeSpan? retryAfter = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        RetryAfter = retryAfter;
    }

    /// <summary>
    /// The stable code, one of <see cref="ErrorCodes"/> (or one that a newer server added). The SDK itself raises
    /// <c>unavailable</c> (not reachable, connection broken, no answer in time: then <see cref="Exception.InnerException"/>
    /// is a <see cref="TimeoutException"/> and the request may or may not have been done), <c>unauthenticated</c>
    /// (not signed in), <c>too_large</c> (a frame over its limit), <c>limit_reached</c> (a reader of events fell too far
    /// behind), <c>invalid_argument</c> (a value that is not JSON) and <c>internal</c> (the server broke the protocol).
    /// </summary>
    public string Code { get; }

    /// <summary>How long the server asks to wait before the next attempt; null where it did not say.</summary>
    public TimeSpan? RetryAfter { get; }

    // One exception object per asker: a stack trace belongs to one throw.
    internal ImException Copy() => new(Code, Message, RetryAfter, InnerException);

    /// <summary>Whether the same request can succeed when sent again. False for codes this SDK does not know.</summary>
    public bool CanRetry => ErrorCodes.All.TryGetValue(Code, out var row) && row.Retry != Retry.Never;
}
