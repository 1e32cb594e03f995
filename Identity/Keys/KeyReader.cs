using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;

namespace OrleansIM.Identity;

/// <summary>
/// Reads keys that signatures are checked with. Of a set, only what may be used for that is taken: public keys of RSA (2,048
/// to 8,192 bits) and of the curves P-256, P-384, P-521; a symmetric key in a public document is none.
/// </summary>
internal static class KeyReader
{
    private const int MostKeys = 64;

    /// <exception cref="FormatException">It is no key set, or there is no usable key in it.</exception>
    public static IReadOnlyList<SecurityKey> ReadSet(string json)
    {
        JsonWebKeySet set;
        try
        {
            set = new JsonWebKeySet(json);
        }
        catch (Exception e) when (e is ArgumentException or System.Text.Json.JsonException)
        {
            throw new FormatException("It is no JWKS document (RFC 7517).", e);
        }

        List<SecurityKey> keys = [.. set.Keys.Where(IsUsable).Take(MostKeys)];
        return keys.Count > 0 ? keys : throw new FormatException("There is no key for signatures in it (RSA from 2,048 bits, EC P-256, P-384, P-521).");
    }

    /// <summary>Reads a file: a JWKS document, or keys and certificates in PEM.</summary>
    /// <exception cref="FormatException">There is no usable key in it.</exception>
    public static IReadOnlyList<SecurityKey> ReadFile(string text)
    {
        if (text.TrimStart().StartsWith('{'))
        {
            return ReadSet(text);
        }

        var keys = new List<SecurityKey>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            keys.Add(ReadPem(rest[fields.Label].ToString(), rest[fields.Location].ToString()));
            rest = rest[fields.Location.End..];
        }

        return keys.Count > 0 ? keys : throw new FormatException("There is no key in it: PEM (PUBLIC KEY, CERTIFICATE) or a JWKS document.");
    }

    /// <exception cref="FormatException">It is no Base64, or too short.</exception>
    public static SecurityKey ReadSecret(string text)
    {
        var secret = new byte[text.Length];
        return Convert.TryFromBase64String(text.Trim(), secret, out var length) && length >= 32
            ? new SymmetricSecurityKey(secret[..length])
            : throw new FormatException("It has to be Base64 of 32 bytes or more: openssl rand -base64 32.");
    }

    public static IReadOnlyList<SecurityKey> Choose(IReadOnlyList<SecurityKey> keys, string? kid) =>
        string.IsNullOrEmpty(kid) ? keys : [.. keys.Where(key => string.IsNullOrEmpty(key.KeyId) || key.KeyId == kid)];

    private static bool IsUsable(JsonWebKey key) =>
        (string.IsNullOrEmpty(key.Use) || key.Use == "sig")
        && key.Kty switch
        {
            "RSA" => key.KeySize is >= 2048 and <= 8192,
            "EC" => key.Crv is "P-256" or "P-384" or "P-521",
            _ => false,
        };

    private static SecurityKey ReadPem(string label, string pem)
    {
        if (label.Contains("PRIVATE", StringComparison.Ordinal))
        {
            throw new FormatException("It has a private key in it, which belongs to the issuer alone. Take the public one.");
        }

        try
        {
            if (label == "CERTIFICATE")
            {
                using var certificate = X509Certificate2.CreateFromPem(pem);
                return (SecurityKey?)OfRsa(certificate.GetRSAPublicKey()) ?? OfEc(certificate.GetECDsaPublicKey()) ?? throw new FormatException("The certificate's key is neither RSA nor EC.");
            }

            return label == "PUBLIC KEY" && TryImport(pem) is { } key ? key : throw new FormatException($"It has a {label} in it, which is no public key of RSA or EC.");
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            // The second is what a curve is called that this machine does not know.
            throw new FormatException("It cannot be read.", e);
        }
    }

    private static SecurityKey? TryImport(string pem)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return OfRsa(rsa);
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            var ec = ECDsa.Create();
            ec.ImportFromPem(pem);
            return OfEc(ec);
        }
    }

    private static RsaSecurityKey? OfRsa(RSA? rsa) => rsa is null ? null
        : rsa.KeySize is >= 2048 and <= 8192 ? new RsaSecurityKey(rsa)
        : throw new FormatException($"Its RSA key has {rsa.KeySize} bits; 2,048 to 8,192 are taken.");

    private static ECDsaSecurityKey? OfEc(ECDsa? ec) => ec is null ? null
        : ec.KeySize is 256 or 384 or 521 ? new ECDsaSecurityKey(ec)
        : throw new FormatException("Its EC key is of another curve than P-256, P-384 and P-521.");
}
