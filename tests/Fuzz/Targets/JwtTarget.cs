using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansIM.Fuzz.Engine;
using OrleansIM.Identity;
using OrleansIM.TestSupport;

namespace OrleansIM.Fuzz.Targets;

/// <summary>
/// Tokens of an app's own sign-in, and the key sets its issuer publishes. An input is a token; or two lines, a header and a
/// payload, that are signed with a key of nobody's; or, after the line <c>keys</c>, a key set or PEM file.
/// </summary>
internal sealed class JwtTarget : FuzzTarget
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TokenVerifier _verifier;

    public JwtTarget()
    {
        var keys = KeyReader.ReadFile(_key.ExportSubjectPublicKeyInfoPem());
        var options = new IssuerOptions { Issuer = "https://app.example", Audiences = { "im" }, Account = "game.{sub}" };
        var issuer = new TokenIssuer("app", options, AccountTemplate.Parse(options.Account, out _)!, new FixedKeys(keys));
        _verifier = new TokenVerifier([issuer], TimeProvider.System, NullLogger<TokenVerifier>.Instance);
    }

    public override string Name => "jwt";

    public override string About => "tokens of an app's own sign-in, and the key sets of issuers";

    public override IReadOnlyList<string> Words { get; } =
    [
        "{\"alg\":\"ES256\",\"typ\":\"JWT\"}\n", "\"alg\":\"none\"", "\"alg\":\"HS256\"", "\"kid\":", "\"jwk\":{", "\"jku\":", "\"x5c\":[", "\"crit\":[", "\"zip\":\"DEF\"", "\"enc\":", "\"cty\":\"JWT\"",
        "\"iss\":\"https://app.example\"", "\"aud\":\"im\"", "\"aud\":[", "\"sub\":\"4711\"", "\"exp\":4102444800", "\"nbf\":", "\"iat\":", "\"exp\":1e999", "eyJhbGciOiJFUzI1NiJ9", "eyJhbGciOiJub25lIn0", ".", "..", "...",
        "keys\n", "{\"keys\":[", "\"kty\":\"RSA\"", "\"kty\":\"EC\"", "\"kty\":\"oct\"", "\"crv\":\"P-256\"", "\"x\":", "\"y\":", "\"n\":", "\"e\":\"AQAB\"", "\"use\":\"sig\"", "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----", "null", "[]", "{}", "1", "\"", "\\ud800", "\u00e9",
    ];

    public override int MaxInput => 16 * 1024;

    public override int BoundedInputs => 6_000;

    public override async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var text = Encoding.UTF8.GetString(input.Span);
        if (text.StartsWith("keys\n", StringComparison.Ordinal))
        {
            return ReadKeys(text["keys\n".Length..]);
        }

        var token = text.Split('\n') is [var header, var payload, ..] ? Sign(header, payload) : text;
        var isRouted = _verifier.TryRoute(token, out var account);
        var verdict = await _verifier.VerifyAsync(token, CancellationToken.None);
        return verdict.Fault is { } fault ? $"{isRouted} {fault}" : throw new BrokenPromiseException("only the issuer's key signs in", account);
    }

    private static string ReadKeys(string text)
    {
        try
        {
            return $"keys {Math.Min(KeyReader.ReadFile(text).Count, 3)}";
        }
        catch (FormatException e)
        {
            return e.Message.Split('(', ':', ',')[0];
        }
    }

    private string Sign(string header, string payload)
    {
        var signed = $"{TokenForge.Encode(Encoding.UTF8.GetBytes(header))}.{TokenForge.Encode(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{TokenForge.Encode(TokenForge.With(_other)(Encoding.UTF8.GetBytes(signed)))}";
    }

    public override ValueTask DisposeAsync()
    {
        _key.Dispose();
        _other.Dispose();
        return default;
    }
}
