using System.Net;
using System.Text.Json;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>The calls that are plain HTTP.</summary>
internal sealed class HttpApi : IDisposable
{
    private readonly ImClientOptions _options;
    private readonly HttpClientTransport? _own;
    private readonly IHttpTransport _transport;

    public HttpApi(ImClientOptions options)
    {
        _options = options;
        _own = options.HttpTransport is null ? new HttpClientTransport(options.HttpHandler) : null;
        _transport = options.HttpTransport ?? _own!;
    }

    /// <summary>An address below the server's, which may itself have a path.</summary>
    public static Uri Address(Uri server, string path)
    {
        return new Uri($"{server.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{path}");
    }

    /// <summary>Posts and reads the answer.</summary>
    /// <exception cref="ImException">Refused, not reachable, or no answer in time.</exception>
    public Task<T> PostAsync<T>(
        string path, string? token, Action<Utf8JsonWriter> body, Func<JsonElement, T> read, CancellationToken ct, TimeSpan? limit = null) =>
        _options.MeasureAsync(path, () => AnswerAsync(path, token, body, read, limit ?? _options.RequestTimeout, ct));

    /// <summary>Posts and copies the answer to a stream, as long as that takes.</summary>
    /// <exception cref="ImException">Refused, not reachable, or broken off in the middle.</exception>
    public async Task DownloadAsync(string path, string token, Action<Utf8JsonWriter> body, Stream destination, CancellationToken ct)
    {
        var transport = _transport as IHttpDownloadTransport
            ?? throw new NotSupportedException($"The HttpTransport of this client cannot download: it is no {nameof(IHttpDownloadTransport)}.");
        var address = Address(_options.Server, path);
        try
        {
            var reply = await transport.DownloadAsync(address, token, JsonFrame.Write(body), destination, ct).ConfigureAwait(false);
            if (reply.Status is < 200 or >= 300)
            {
                throw Refusal(reply, address);
            }
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new ImException(ErrorCodes.Unavailable, $"{_options.Server} cannot be reached, or broke off: {broken.Message}", inner: broken);
        }
    }

    public void Dispose() => _own?.Dispose();

    private async Task<T> AnswerAsync<T>(
        string path, string? token, Action<Utf8JsonWriter> body, Func<JsonElement, T> read, TimeSpan patience, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var answer = SendAsync(path, token, JsonFrame.Write(body), read, stop.Token);
        _ = answer.ContinueWith(static left => left.Exception, CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (await _options.Clock.EndsWithinAsync(answer, patience, ct).ConfigureAwait(false))
        {
            return await answer.ConfigureAwait(false);
        }

        stop.Cancel();
        throw new ImException(ErrorCodes.Unavailable,
            $"The server did not answer within {patience.TotalSeconds:0.###} s.", inner: new TimeoutException());
    }

    private async Task<T> SendAsync<T>(string path, string? token, byte[] body, Func<JsonElement, T> read, CancellationToken ct)
    {
        var address = Address(_options.Server, path);
        try
        {
            var reply = await _transport.PostAsync(address, token, body, ct).ConfigureAwait(false);
            return reply.Status is >= 200 and < 300 ? Read(reply.Body, read) : throw Refusal(reply, address);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new ImException(ErrorCodes.Unavailable, WrongAddress.CannotBeReached(_options.Server, broken), inner: broken);
        }
    }

    private static T Read<T>(ReadOnlyMemory<byte> text, Func<JsonElement, T> read)
    {
        try
        {
            if (text.Length == 0)
            {
                return read(default);
            }

            using var document = JsonDocument.Parse(text);
            return read(document.RootElement);
        }
        catch (Exception wrong) when (JsonRead.IsUnreadable(wrong))
        {
            throw new ImException(ErrorCodes.Internal, "The server's answer cannot be read: " + wrong.Message, inner: wrong);
        }
    }

    /// <summary>The error the server named; where something in between answered, what its status says.</summary>
    private ImException Refusal(HttpReply reply, Uri address)
    {
        try
        {
            using var document = JsonDocument.Parse(reply.Body);
            if (document.RootElement.Find("error") is { ValueKind: JsonValueKind.Object } error && JsonRead.Error(error, reply.RetryAfter) is var refusal)
            {
                return reply.Status == (int)HttpStatusCode.NotFound && refusal.Code == ErrorCodes.UnknownOp ? new ImException(refusal.Code, WrongAddress.IsNoServer(_options.Server, address)) : refusal;
            }
        }
        catch (Exception wrong) when (JsonRead.IsUnreadable(wrong))
        {
            // Not the server's own error body; the status speaks.
        }

        var code = (HttpStatusCode)reply.Status switch
        {
            HttpStatusCode.Unauthorized => ErrorCodes.Unauthenticated,
            HttpStatusCode.Forbidden => ErrorCodes.Forbidden,
            HttpStatusCode.RequestEntityTooLarge => ErrorCodes.TooLarge,
            (HttpStatusCode)429 => ErrorCodes.SlowDown,
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => ErrorCodes.Unavailable,
            _ => ErrorCodes.Internal,
        };
        var message = reply.Status == (int)HttpStatusCode.NotFound
            ? WrongAddress.IsNoServer(_options.Server, address)
            : $"The server answered {reply.Status} ({(HttpStatusCode)reply.Status}).";
        return new ImException(code, message, reply.RetryAfter);
    }
}
