using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace OrleansIM.Gateway.CardDav;

/// <summary>A name and a password of the scheme Basic, in UTF-8 (RFC 7617).</summary>
internal sealed record BasicCredentials(string Login, string Password)
{
    private const string Scheme = "Basic ";
    private const int MaxHeader = 4096;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="http">The request.</param>
    /// <param name="credentials">What it carries.</param>
    /// <param name="isNameless">Whether the name may be empty.</param>
    public static bool TryRead(HttpContext http, [NotNullWhen(true)] out BasicCredentials? credentials, bool isNameless = false)
    {
        credentials = null;
        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length > MaxHeader || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        try
        {
            var text = s_utf8.GetString(Convert.FromBase64String(header[Scheme.Length..].Trim()));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon < (isNameless ? 0 : 1))
            {
                return false;
            }

            credentials = new BasicCredentials(text[..colon], text[(colon + 1)..]);
            return true;
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            return false;
        }
    }

    public override string ToString() => nameof(BasicCredentials);
}
