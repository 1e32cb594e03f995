using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OrleansIM.Protocol;

namespace OrleansIM.Identity;

/// <summary>A configured issuer, ready to check its tokens.</summary>
internal sealed class TokenIssuer(string name, IssuerOptions options, AccountTemplate template, IIssuerKeys keys)
{
    private readonly HashSet<string> _algorithms = [.. AlgorithmsOf(options)];

    public string Name => name;

    /// <summary>What <c>iss</c> of its tokens is.</summary>
    public string Issuer { get; } = IssuerOf(options);

    public AccountTemplate Template => template;

    public static string IssuerOf(IssuerOptions options) => options.Issuer ?? options.Authority ?? "";

    public static IEnumerable<string> AlgorithmsOf(IssuerOptions options) => options.Algorithms.Count > 0 ? options.Algorithms
        : options.SecretFile is null ? TokenAlgorithms.Public : TokenAlgorithms.Secret;

    /// <summary>Checks everything about a token that names this issuer.</summary>
    /// <exception cref="KeysUnavailableException">The issuer's keys cannot be had right now.</exception>
    public async Task<TokenVerdict> VerifyAsync(JsonWebTokenHandler handler, JsonWebToken token, DateTimeOffset now, CancellationToken cancellation)
    {
        if (!_algorithms.Contains(token.Alg))
        {
            return TokenFault.Algorithm;
        }

        var found = await keys.FindAsync(token.Kid, cancellation);
        var fitting = found.Where(key => Fits(key, token.Alg)).ToList();
        if (fitting.Count == 0)
        {
            return TokenFault.UnknownKey;
        }

        var result = await handler.ValidateTokenAsync(token, ParametersFor(fitting));
        if (!result.IsValid)
        {
            return result.Exception switch
            {
                SecurityTokenInvalidAudienceException => TokenFault.Audience,
                SecurityTokenInvalidAlgorithmException => TokenFault.Algorithm,
                SecurityTokenInvalidIssuerException => TokenFault.UnknownIssuer,
                _ => TokenFault.Signature,
            };
        }

        return FaultInTime(token, now) is { } late ? late : Identify(token);
    }

    /// <summary>A key is for one kind of signatures, and may say for which algorithm of it.</summary>
    private static bool Fits(SecurityKey key, string algorithm) => key switch
    {
        JsonWebKey published => (published.Kty == "EC") == (algorithm[0] == 'E') && (string.IsNullOrEmpty(published.Alg) || published.Alg == algorithm),
        ECDsaSecurityKey => algorithm[0] == 'E',
        RsaSecurityKey => algorithm[0] is 'R' or 'P',
        SymmetricSecurityKey => algorithm[0] == 'H',
        _ => false,
    };

    // The library compares times with the system's clock, this with the host's, which a test can set.
    private TokenFault? FaultInTime(JsonWebToken token, DateTimeOffset now) =>
        token.ValidTo == DateTime.MinValue || now.UtcDateTime >= Later(token.ValidTo) ? TokenFault.Expired
        : token.ValidFrom != DateTime.MinValue && now.UtcDateTime < token.ValidFrom - Less(token.ValidFrom) ? TokenFault.NotYetValid
        : null;

    private DateTime Later(DateTime time) => time < DateTime.MaxValue - options.ClockSkew ? time + options.ClockSkew : DateTime.MaxValue;

    private TimeSpan Less(DateTime time) => time > DateTime.MinValue + options.ClockSkew ? options.ClockSkew : TimeSpan.Zero;

    private TokenVerdict Identify(JsonWebToken token)
    {
        if (string.IsNullOrEmpty(token.Subject))
        {
            return TokenFault.NoSubject;
        }

        if (!template.TryMake(Issuer, token.Subject, out var account))
        {
            return TokenFault.NoAccountId;
        }

        return new VerifiedIdentity
        {
            Name = name,
            Issuer = Issuer,
            Subject = token.Subject,
            Account = account,
            Provision = options.Provision,
            DisplayName = DisplayNameOf(token),
            Email = EmailOf(token),
        };
    }

    /// <summary>What would be no display name here is left out: it is for show.</summary>
    private string? DisplayNameOf(JsonWebToken token) =>
        options.DisplayNameClaim is { Length: > 0 } claim && token.TryGetPayloadValue<string>(claim, out var text)
        && text is { Length: > 0 and <= ProtocolLimits.MaxText } && !HasLoneSurrogate(text) && ShownNames.Fault(text) is null
            ? text : null;

    private string? EmailOf(JsonWebToken token) =>
        options.EmailClaim is { Length: > 0 } claim && token.TryGetPayloadValue<string>(claim, out var text)
        && MailAddresses.TryNormalize(text, out var address)
        && !(token.TryGetPayloadValue<object>("email_verified", out var verified) && verified is false or "false")
            ? address : null;

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i])))
            {
                return true;
            }
        }

        return false;
    }

    private TokenValidationParameters ParametersFor(List<SecurityKey> fitting) => new()
    {
        ValidIssuer = Issuer,
        ValidAudiences = options.Audiences,
        ValidAlgorithms = _algorithms,
        IssuerSigningKeyResolver = (_, _, _, _) => fitting,
        TryAllIssuerSigningKeys = true,
        ValidateIssuer = true,
        ValidateAudience = true,
        ValidateIssuerSigningKey = true,
        RequireAudience = true,
        RequireSignedTokens = true,

        // See FaultInTime.
        ValidateLifetime = false,
        LogValidationExceptions = false,
    };
}
