using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;

namespace OrleansIM.Gateway.Tokens;

/// <summary>Ids that nobody guesses and no two of which are the same: of tokens and of sessions.</summary>
internal static class RandomIds
{
    public static string Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return WebEncoders.Base64UrlEncode(bytes);
    }
}
