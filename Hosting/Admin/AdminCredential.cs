using System.Security.Cryptography;
using System.Text;
using OrleansIM.Gateway.CardDav;
using OrleansIM.Gateway.Http;

namespace OrleansIM.Hosting.Admin;

/// <summary>The secret of the admin API. It is compared in a time that says nothing about it.</summary>
internal sealed class AdminCredential(AdminOptions options)
{
    private readonly byte[] _hash = Hash(Read(options));

    /// <summary>Whether a request carries it.</summary>
    public bool IsIn(HttpRequest request) => BearerHeader.TryRead(request, out var secret) && Is(secret);

    /// <summary>
    /// Whether a request carries it in a way that browsers have too: as the password of any name. For what can only be looked
    /// at: a browser sends it along with whatever another site has it ask for.
    /// </summary>
    public bool IsInBrowsers(HttpContext http) =>
        IsIn(http.Request) || (BasicCredentials.TryRead(http, out var credentials, isNameless: true) && Is(credentials.Password));

    /// <summary>The secret as it is configured; empty if there is none that can be read.</summary>
    public static string Read(AdminOptions options)
    {
        try
        {
            return options.SecretFile.Length > 0 ? File.ReadAllText(options.SecretFile).Trim() : options.Secret;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private bool Is(string secret) => CryptographicOperations.FixedTimeEquals(Hash(secret), _hash);

    // Of one length, whatever was sent.
    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
