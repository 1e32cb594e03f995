using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace OrleansIM.Gateway.Http;

/// <summary><c>Authorization: Bearer …</c> (RFC 6750).</summary>
internal static class BearerHeader
{
    private const string Scheme = "Bearer ";

    /// <summary>What follows the scheme; false if the header has another one, is not there, or is longer than <paramref name="most"/> characters.</summary>
    public static bool TryRead(HttpRequest request, [NotNullWhen(true)] out string? credential, int most = int.MaxValue)
    {
        var header = request.Headers.Authorization.ToString();
        credential = header.Length <= most && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
        return credential is not null;
    }
}
