using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Options;

namespace OrleansIM.Mail;

/// <summary>
/// HTTP to servers that users name: guarded by <see cref="HostPolicy"/> like every connection, bounded in time
/// (<see cref="MailOptions.AnswerTimeout"/>, the reading included) and bytes; redirects only where
/// <see cref="RedirectRules"/> lets them lead. Without protection (http) only private addresses are reached, and those only
/// if the operator allows them at all.
/// </summary>
internal sealed class MailHttp(IHttpClientFactory clients, IOptions<MailOptions> options, TimeProvider time)
{
    private const int MaxTries = 3;

    /// <summary>The connections behind it: through the dialer, no proxy (it would be the one to resolve names), no cookies.</summary>
    public static SocketsHttpHandler CreateHandler(MailDialer dialer, MailTls tls, MailOptions options) => new()
    {
        ConnectCallback = async (context, cancellation) =>
        {
            var isPlain = context.InitialRequestMessage.RequestUri?.Scheme != Uri.UriSchemeHttps;
            return await dialer.DialAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, onlyPrivate: isPlain, cancellation);
        },
        SslOptions = tls.OptionsForAny(),
        ConnectTimeout = options.ConnectTimeout,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
        MaxResponseHeadersLength = 32,
        MaxResponseDrainSize = 64 * 1024,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        ActivityHeadersPropagator = null,
    };

    /// <summary>Sends a request, follows redirects, and has the answer read.</summary>
    /// <param name="request">The request.</param>
    /// <param name="read">Reads the answer; its body holds at most <see cref="MailHttpRequest.MaxBytes"/>.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="MailException">Anything but an answer, or what <paramref name="read"/> throws.</exception>
    public async Task<T> SendAsync<T>(
        MailHttpRequest request, Func<MailHttpAnswer, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        var host = request.Address.IdnHost;
        using var limit = new CancellationTokenSource(options.Value.AnswerTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await FollowAsync(request, read, both.Token);
        }
        catch (Exception failure) when (failure is not OperationCanceledException && Explain(failure, host) is { } explained)
        {
            throw limit.IsCancellationRequested && !cancellation.IsCancellationRequested ? Late(host, failure) : explained;
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw Late(host, late);
        }
    }

    private async Task<T> FollowAsync<T>(
        MailHttpRequest request, Func<MailHttpAnswer, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        var client = clients.CreateClient(MailKeys.Http);
        var address = request.Address;
        for (var redirects = 0; redirects <= RedirectRules.Most; redirects++)
        {
            using var response = await SendAsync(client, request, address, cancellation);
            if (!request.IsSafe || !IsRedirect(response))
            {
                await using var body = new BoundedStream(await response.Content.ReadAsStreamAsync(cancellation), request.MaxBytes);
                return await read(new MailHttpAnswer(response.StatusCode, address, response.Headers, body), cancellation);
            }

            var next = new Uri(address, response.Headers.Location!);
            if (RedirectRules.Refuse(request.Address, next) is { } refusal)
            {
                throw refusal;
            }

            // http may lead to https, and from there nowhere else.
            address = address.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps
                ? throw new MailException(MailFault.NotSecure, $"{address.IdnHost} points to an address without protection (http).")
                : next;
        }

        throw new MailException(MailFault.Garbage, $"{request.Address.IdnHost} sends us in a circle (more than {RedirectRules.Most} redirects).");
    }

    /// <summary>
    /// A connection that was kept may be closed by the server in this very moment, and those of HTTP/1.0 always are: what
    /// changes nothing at the server is sent again. Anything else goes over a connection of its own.
    /// </summary>
    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, MailHttpRequest request, Uri address, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            using var message = request.ToMessage(address);
            message.Headers.ConnectionClose = !request.IsSafe;
            try
            {
                return await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            }
            catch (HttpRequestException failure) when (request.IsSafe && tries < MaxTries && WasClosed(failure))
            {
            }
        }
    }

    private static bool WasClosed(HttpRequestException failure)
        => failure.InnerException is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } or IOException { InnerException: SocketException };

    private static bool IsRedirect(HttpResponseMessage response)
        => (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is not null;

    private static MailException? Explain(Exception failure, string host)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case MailException known:
                    return known;
                case AuthenticationException:
                    return MailTls.Explain(inner, host);
            }
        }

        return failure switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.InvalidResponse }
                => new MailException(MailFault.Garbage, $"What {host} answers is no HTTP.", failure),
            HttpRequestException or IOException => new MailException(MailFault.Unreachable, $"The connection to {host} broke.", failure),
            InvalidDataException => new MailException(MailFault.Garbage, $"What {host} answers cannot be unpacked.", failure),
            UriFormatException => new MailException(MailFault.Garbage, $"{host} points to something that is no web address.", failure),
            _ => null,
        };
    }

    private MailException Late(string host, Exception inner)
        => new(MailFault.Unreachable, $"{host} did not answer within {options.Value.AnswerTimeout.TotalSeconds:0.#} s.", inner);
}

/// <summary>A request to a server that a user has named.</summary>
internal sealed record MailHttpRequest(HttpMethod Method, Uri Address)
{
    public AuthenticationHeaderValue? Authorization { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public byte[]? Body { get; init; }

    public string ContentType { get; init; } = "application/xml; charset=utf-8";

    /// <summary>Bytes of the answer that are read at most; more is <see cref="MailFault.Garbage"/>.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>It changes nothing at the server: it may be sent twice, and redirects are followed.</summary>
    public bool IsSafe { get; init; } = true;

    public override string ToString() => $"{Method} {Address.IdnHost}";

    public HttpRequestMessage ToMessage(Uri address)
    {
        var message = new HttpRequestMessage(Method, address);
        message.Headers.Authorization = Authorization;
        message.Headers.UserAgent.ParseAdd("OrleansIM");
        foreach (var (name, value) in Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (Body is not null)
        {
            message.Content = new ByteArrayContent(Body);
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
        }

        return message;
    }
}

/// <param name="Status">The status.</param>
/// <param name="Address">Who answered, after redirects.</param>
/// <param name="Headers">Its headers.</param>
/// <param name="Body">Bounded; good while it is being read.</param>
internal sealed record MailHttpAnswer(HttpStatusCode Status, Uri Address, HttpResponseHeaders Headers, Stream Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;
}
