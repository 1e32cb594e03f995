using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace OrleansIM.Mail;

/// <summary>
/// Gets new access tokens for mailboxes that sign in with OAuth 2 (RFC 6749, 6). The client's id and secret go in the body
/// of the request, as all mail providers take them.
/// </summary>
public sealed class OAuthTokens
{
    private const int MaxAnswerBytes = 64 * 1024;

    /// <summary>A token is renewed this long before it ends, or a tenth of its life if that is less: it has to last for a sign-in.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromMinutes(1);

    private readonly MailHttp _http;
    private readonly MailOptions _options;
    private readonly TimeProvider _time;

    internal OAuthTokens(MailHttp http, MailOptions options, TimeProvider time) => (_http, _options, _time) = (http, options, time);

    /// <summary>Gets a new access token.</summary>
    /// <exception cref="MailException">
    /// <see cref="MailFault.AuthenticationFailed"/>: the grant has ended or the client is not known, trying again does not
    /// help. <see cref="MailFault.NotSecure"/>: the endpoint is not https. Otherwise the endpoint gave no token this time.
    /// </exception>
    public Task<OAuthAccess> RefreshAsync(OAuthGrant grant, CancellationToken cancellation)
    {
        if (!IsSecure(grant.TokenEndpoint))
        {
            throw new MailException(MailFault.NotSecure, "The token endpoint has to be an https address.");
        }

        var form = new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = grant.RefreshToken };
        if (grant.ClientId is not null)
        {
            form.Add("client_id", grant.ClientId);
        }

        if (grant.ClientSecret is not null)
        {
            form.Add("client_secret", grant.ClientSecret);
        }

        var request = new MailHttpRequest(HttpMethod.Post, grant.TokenEndpoint)
        {
            Headers = new Dictionary<string, string> { ["Accept"] = "application/json" },
            Body = Encode(form),
            ContentType = "application/x-www-form-urlencoded",
            MaxBytes = MaxAnswerBytes,
            IsSafe = false,
        };
        return _http.SendAsync(request, (answer, limited) => ReadAsync(answer, grant, limited), cancellation);
    }

    private static byte[] Encode(Dictionary<string, string> form)
        => System.Text.Encoding.ASCII.GetBytes(string.Join('&', form.Select(field => $"{field.Key}={WebUtility.UrlEncode(field.Value)}")));

    private bool IsSecure(Uri endpoint)
    {
        if (!endpoint.IsAbsoluteUri || endpoint.UserInfo.Length > 0)
        {
            return false;
        }

        return endpoint.Scheme == Uri.UriSchemeHttps
            || (endpoint.Scheme == Uri.UriSchemeHttp && endpoint.IsLoopback && _options.AllowPrivateHosts);
    }

    private async Task<OAuthAccess> ReadAsync(MailHttpAnswer answer, OAuthGrant grant, CancellationToken cancellation)
    {
        var host = grant.TokenEndpoint.IdnHost;
        try
        {
            using var document = await JsonDocument.ParseAsync(answer.Body, new JsonDocumentOptions { MaxDepth = 16 }, cancellation);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new MailException(MailFault.Unreachable, $"{host} gave no token, but status {(int)answer.Status}.");
            }

            return answer.IsSuccess ? ToAccess(document.RootElement, grant) : throw ToFault(document.RootElement, answer.Status, host);
        }
        catch (JsonException failure)
        {
            throw new MailException(MailFault.Unreachable, $"{host} gave no token, but status {(int)answer.Status} and something that is no JSON.", failure);
        }
    }

    private OAuthAccess ToAccess(JsonElement body, OAuthGrant grant)
    {
        var host = grant.TokenEndpoint.IdnHost;
        if (Text(body, "access_token") is not { } token || token.Any(c => c is <= ' ' or > '~'))
        {
            throw new MailException(MailFault.Unreachable, $"{host} gave an answer without a token.");
        }

        if (Text(body, "token_type") is { } type && !type.Equals("bearer", StringComparison.OrdinalIgnoreCase))
        {
            throw new MailException(MailFault.Unreachable, $"{host} gave a token that is no bearer token.");
        }

        return new OAuthAccess(token, EndOf(body))
        {
            RefreshToken = Text(body, "refresh_token") ?? grant.RefreshToken,
        };
    }

    private DateTimeOffset? EndOf(JsonElement body)
    {
        if (Seconds(body) is not { } seconds)
        {
            return null;
        }

        var life = TimeSpan.FromSeconds(seconds);
        return _time.GetUtcNow() + life - (life / 10 < s_slack ? life / 10 : s_slack);
    }

    /// <summary>Some write the number as a text.</summary>
    private static double? Seconds(JsonElement body)
    {
        const double Most = 10 * 365 * 86_400.0;
        if (!body.TryGetProperty("expires_in", out var value))
        {
            return null;
        }

        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        return double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= Most ? seconds : null;
    }

    private static MailException ToFault(JsonElement body, HttpStatusCode status, string host) => Text(body, "error") switch
    {
        "invalid_grant" => new MailException(
            MailFault.AuthenticationFailed, $"{host} no longer accepts the permission for this mailbox. Give it anew."),
        "invalid_client" or "unauthorized_client" => new MailException(
            MailFault.AuthenticationFailed, $"{host} does not accept the client id or secret that was given for this mailbox."),
        var error => new MailException(
            MailFault.Unreachable, $"{host} gave no token, but status {(int)status}{(IsCode(error) ? $" and {error}" : "")}."),
    };

    private static bool IsCode(string? text) => text is { Length: > 0 and <= 64 } && text.All(c => char.IsAsciiLetterLower(c) || c == '_');

    private static string? Text(JsonElement body, string name)
        => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
