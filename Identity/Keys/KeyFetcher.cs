using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace OrleansIM.Identity;

/// <summary>
/// Gets the keys that an issuer publishes. Over https, from the addresses that the operator and the issuer's own document
/// name; bounded in time and bytes; no redirects, no cookies.
/// </summary>
internal sealed class KeyFetcher : IDisposable
{
    private readonly IdentityOptions _options;
    private readonly HttpClient _http;

    public KeyFetcher(IdentityOptions options)
    {
        _options = options;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = options.FetchTimeout,
            MaxResponseHeadersLength = 32,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
            ActivityHeadersPropagator = null,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <exception cref="KeysUnavailableException">Anything but keys.</exception>
    public async Task<IReadOnlyList<SecurityKey>> FetchAsync(IssuerOptions issuer, string name)
    {
        using var patience = new CancellationTokenSource(_options.FetchTimeout);
        try
        {
            var address = issuer.JwksUrl ?? await DiscoverAsync(issuer.Authority!, name, patience.Token);
            return KeyReader.ReadSet(await GetAsync(address, patience.Token));
        }
        catch (OperationCanceledException e)
        {
            throw new KeysUnavailableException($"The issuer did not answer within {_options.FetchTimeout}.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or FormatException or JsonException)
        {
            throw new KeysUnavailableException(e.Message, e);
        }
    }

    /// <summary>Null for an address that keys may be fetched from, else what is wrong with it.</summary>
    public static string? Refuse(string address, bool allowHttpOnLoopback) =>
        !Uri.TryCreate(address, UriKind.Absolute, out var uri) ? "an address with https://"
        : uri.UserInfo.Length > 0 ? "an address without a user or password"
        : uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback && allowHttpOnLoopback) ? null
        : uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback ? "an address with https:// (Identity:AllowHttpOnLoopback allows http to this machine)"
        : "an address with https://";

    public void Dispose() => _http.Dispose();

    /// <summary>OpenID Connect Discovery 1.0, 4: the document has to be this issuer's own.</summary>
    private async Task<string> DiscoverAsync(string authority, string issuer, CancellationToken cancellation)
    {
        using var document = JsonDocument.Parse(await GetAsync(authority.TrimEnd('/') + "/.well-known/openid-configuration", cancellation));
        if (Text(document, "issuer") != issuer)
        {
            throw new FormatException("The document at the authority is of another issuer than the configured one.");
        }

        return Text(document, "jwks_uri") ?? throw new FormatException("The document at the authority has no jwks_uri.");
    }

    private async Task<string> GetAsync(string address, CancellationToken cancellation)
    {
        if (Refuse(address, _options.AllowHttpOnLoopback) is { } rule)
        {
            throw new FormatException($"The address of the keys has to be {rule}.");
        }

        using var response = await _http.GetAsync(new Uri(address), HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"The issuer answered {(int)response.StatusCode}; redirects are not followed.");
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var bytes = new byte[_options.MaxKeyBytes + 1];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return length <= _options.MaxKeyBytes
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw new HttpRequestException($"The issuer's answer is over {_options.MaxKeyBytes} bytes.");
    }

    private static string? Text(JsonDocument document, string name) =>
        document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
}
