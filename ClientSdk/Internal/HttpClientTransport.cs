using System.Net.Http.Headers;

namespace OrleansIM.Client.Internal;

/// <summary>HTTP over <see cref="HttpClient"/>. Passwords and tokens go to the server that was configured and nowhere else: no redirect is followed.</summary>
internal sealed class HttpClientTransport(HttpMessageHandler? handler) : IHttpDownloadTransport, IDisposable
{
    private readonly HttpClient _http = new(handler ?? new HttpClientHandler { AllowAutoRedirect = false }, disposeHandler: handler is null)
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = 1024 * 1024,
    };

    public async Task<HttpReply> PostAsync(Uri address, string? token, ReadOnlyMemory<byte> json, CancellationToken ct)
    {
        using var request = Request(address, token, json);
        using var response = await _http.SendAsync(request, ct).ConfigureAwait(false);
        return await ReplyAsync(response, ct).ConfigureAwait(false);
    }

    public async Task<HttpReply> DownloadAsync(Uri address, string token, ReadOnlyMemory<byte> json, Stream destination, CancellationToken ct)
    {
        using var request = Request(address, token, json);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            return await ReplyAsync(response, ct).ConfigureAwait(false);
        }

        await response.Content.CopyToAsync(destination, ct).ConfigureAwait(false);
        return new HttpReply((int)response.StatusCode, default);
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(Uri address, string? token, ReadOnlyMemory<byte> json)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    private static async Task<HttpReply> ReplyAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var body = await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
        var header = response.Headers.RetryAfter;
        var retryAfter = header?.Delta ?? (header?.Date is { } date && response.Headers.Date is { } now ? date - now : null);
        return new HttpReply((int)response.StatusCode, body, retryAfter);
    }
}
