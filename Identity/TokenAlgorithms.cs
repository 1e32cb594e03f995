namespace OrleansIM.Identity;

/// <summary>The algorithms of signatures (RFC 7518, 3.1) that can be allowed at all.</summary>
internal static class TokenAlgorithms
{
    public static IReadOnlyList<string> Public { get; } = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    public static IReadOnlyList<string> Secret { get; } = ["HS256", "HS384", "HS512"];
}
