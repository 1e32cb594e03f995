using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansIM.TestSupport;

/// <summary>Makes JSON Web Tokens by hand, right ones and such as no library would make.</summary>
public static class TokenForge
{
    /// <summary>A token with this header and payload, signed by whatever is given.</summary>
    public static string Make(IReadOnlyDictionary<string, object> header, IReadOnlyDictionary<string, object> payload, Func<byte[], byte[]> sign)
    {
        var signed = $"{Encode(JsonSerializer.SerializeToUtf8Bytes(header))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(payload))}";
        return $"{signed}.{Encode(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>ES256.</summary>
    public static Func<byte[], byte[]> With(ECDsa key) => data => key.SignData(data, HashAlgorithmName.SHA256);

    /// <summary>RS256.</summary>
    public static Func<byte[], byte[]> With(RSA key) => data => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    /// <summary>HS256.</summary>
    public static Func<byte[], byte[]> With(byte[] secret) => data => HMACSHA256.HashData(secret, data);

    /// <summary>A public key as a JWK.</summary>
    public static Dictionary<string, object> Jwk(ECDsa key, string? kid)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return Named(kid, new() { ["kty"] = "EC", ["crv"] = "P-256", ["use"] = "sig", ["x"] = Encode(point.X!), ["y"] = Encode(point.Y!) });
    }

    /// <summary>A public key as a JWK.</summary>
    public static Dictionary<string, object> Jwk(RSA key, string? kid)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return Named(kid, new() { ["kty"] = "RSA", ["use"] = "sig", ["n"] = Encode(parameters.Modulus!), ["e"] = Encode(parameters.Exponent!) });
    }

    /// <summary>Base64url without padding.</summary>
    public static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static Dictionary<string, object> Named(string? kid, Dictionary<string, object> jwk)
    {
        if (kid is not null)
        {
            jwk["kid"] = kid;
        }

        return jwk;
    }
}
