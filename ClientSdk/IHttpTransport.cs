namespace OrleansIM.Client;

/// <summary>
/// What carries the few calls that are plain HTTP (registration, sign-in and sign-out, change of password), for platforms
/// where <see cref="HttpClient"/> does not work. Used by several callers at once; not disposed with the client. Where the
/// network breaks, throw <see cref="IOException"/>.
/// </summary>
public interface IHttpTransport
{
    /// <summary>Posts JSON and reads the whole answer, whatever its status. Follow no redirect: the body holds secrets.</summary>
    /// <param name="address">Where.</param>
    /// <param name="token">The bearer token for the <c>Authorization</c> header; null for none.</param>
    /// <param name="json">The body, <c>application/json</c>, UTF-8.</param>
    /// <param name="ct">Gives up.</param>
    Task<HttpReply> PostAsync(Uri address, string? token, ReadOnlyMemory<byte> json, CancellationToken ct);
}

/// <summary>The answer to an HTTP call.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Body">The body; may be empty.</param>
/// <param name="RetryAfter">What the header <c>Retry-After</c> says; null without it.</param>
public sealed record HttpReply(int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter = null);
