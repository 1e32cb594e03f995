using System.Net.Http.Headers;

namespace OrleansIM.Client.Internal;

/// <summary>HTTP over <see cref="HttpClient"/>. Passwords and tokens go to the server that was configured and nowhere else: no redirect is followed.</summary>
internal sealed class HttpClientTransport(HttpMessageHandler? handler) : IHttpTransport, IDisposable
{
    private readonly HttpClient _http = new(handler ?? new HttpClientHandler { AllowAutoRedirect = false }, disposeHandler: handler is null)
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = 1024 * 1024,
    };

    public async Task<HttpReply> PostAsync(Uri address, string? token, ReadOnlyMemory<byte> json, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Content = new ReadOnlyMemoryContent(json);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request, ct).ConfigureAwait(false);
        var body = await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
        var header = response.Headers.RetryAfter;
        var retryAfter = header?.Delta ?? (header?.Date is { } date && response.Headers.Date is { } now ? date - now : null);
        return new HttpReply((int)response.StatusCode, body, retryAfter);
    }

    public void Dispose() => _http.Dispose();
}
