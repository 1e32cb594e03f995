using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using OrleansIM.Accounts;

namespace OrleansIM.Gateway.Tokens;

/// <summary>
/// Tokens sealed with the host's Data Protection keys. The end of its life is inside the seal and compared with the
/// gateway's own clock, which a test can set.
/// </summary>
internal sealed class SealedTokens(IDataProtectionProvider protection, TimeProvider time) : ITokenService
{
    /// <summary>The longest token that is looked at, in characters.</summary>
    public const int MaxLength = 2048;

    private const byte Version = 1;

    private readonly IDataProtector _protector = protection.CreateProtector("OrleansIM.Gateway.Token");

    public string Seal(TokenClaims claims)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8))
        {
            writer.Write(Version);
            writer.Write(claims.TokenId);
            writer.Write(claims.Account);
            writer.Write(claims.Generation);
            writer.Write(claims.IssuedAt.ToUnixTimeMilliseconds());
            writer.Write(claims.ExpiresAt.ToUnixTimeMilliseconds());
            writer.Write(claims.Device);
            writer.Write(claims.Via);
        }

        return WebEncoders.Base64UrlEncode(_protector.Protect(bytes.ToArray()));
    }

    public bool TryUnseal(string token, [NotNullWhen(true)] out TokenClaims? claims)
    {
        claims = null;
        if (token.Length is 0 or > MaxLength)
        {
            return false;
        }

        try
        {
            claims = Read(_protector.Unprotect(WebEncoders.Base64UrlDecode(token)));
        }
        catch (Exception e) when (e is CryptographicException or FormatException or IOException or ArgumentException)
        {
            return false;
        }

        if (claims is null || claims.ExpiresAt <= time.GetUtcNow())
        {
            claims = null;
        }

        return claims is not null;
    }

    private static TokenClaims? Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        if (reader.ReadByte() != Version)
        {
            return null;
        }

        return new TokenClaims
        {
            TokenId = reader.ReadString(),
            Account = reader.ReadString(),
            Generation = reader.ReadInt32(),
            IssuedAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64()),
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64()),
            Device = reader.ReadString(),
            Via = reader.ReadString(),
        };
    }
}
