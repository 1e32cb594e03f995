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

/// <summary>
/// An <see cref="IHttpTransport"/> that can also bring more than fits into memory; without it <c>ExportAsync</c> is not
/// supported.
/// </summary>
public interface IHttpDownloadTransport : IHttpTransport
{
    /// <summary>Posts JSON; copies the body of an answer of 200 to a stream as it comes, and reads that of any other whole.</summary>
    /// <param name="address">Where.</param>
    /// <param name="token">The bearer token for the <c>Authorization</c> header.</param>
    /// <param name="json">The body, <c>application/json</c>, UTF-8.</param>
    /// <param name="destination">Where the body goes.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The answer, without its body where that was copied. A body that does not come to its end is an <see cref="IOException"/>.</returns>
    Task<HttpReply> DownloadAsync(Uri address, string token, ReadOnlyMemory<byte> json, Stream destination, CancellationToken ct);
}

/// <summary>The answer to an HTTP call.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Body">The body; may be empty.</param>
/// <param name="RetryAfter">What the header <c>Retry-After</c> says; null without it.</param>
public sealed record HttpReply(int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter = null);
