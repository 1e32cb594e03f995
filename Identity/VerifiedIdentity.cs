namespace OrleansIM.Identity;

/// <summary>Who a token speaks of, after everything about it was checked.</summary>
public sealed record VerifiedIdentity
{
    /// <summary>The issuer's name in the configuration.</summary>
    public required string Name { get; init; }

    /// <summary><c>iss</c>. With <see cref="Subject"/>, who somebody is for good.</summary>
    public required string Issuer { get; init; }

    /// <summary><c>sub</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>The account id that the issuer's template makes of the subject.</summary>
    public required string Account { get; init; }

    /// <summary>Whether the account is to be made if there is none.</summary>
    public required bool Provision { get; init; }
    public string? DisplayName { get; init; }
    public string? Email { get; init; }

    // Names nobody: this may come into a log.
    public override string ToString() => $"VerifiedIdentity {{ {Name} }}";
}

/// <summary>Why a token signs in nobody. For logs; a client is told <c>bad_credentials</c>, whatever it was.</summary>
public enum TokenFault
{
    /// <summary>It is none: not three parts, not JSON, encrypted, or with a critical header (RFC 7515, 4.1.11).</summary>
    Malformed = 1,
    /// <summary>Over <c>ProtocolLimits.MaxJwt</c>.</summary>
    TooLarge,
    /// <summary><c>iss</c> is none of the configured issuers.</summary>
    UnknownIssuer,
    /// <summary><c>alg</c> is not allowed for that issuer.</summary>
    Algorithm,
    /// <summary>The issuer has no key of that <c>kid</c>, also after its keys were fetched again.</summary>
    UnknownKey,
    /// <summary>The signature is not that key's.</summary>
    Signature,
    /// <summary><c>aud</c> names somebody else, or nobody.</summary>
    Audience,
    /// <summary><c>exp</c> is over, or there is none.</summary>
    Expired,
    /// <summary><c>nbf</c> is to come.</summary>
    NotYetValid,
    /// <summary>There is no <c>sub</c>.</summary>
    NoSubject,
    /// <summary>The template makes no account id of <c>sub</c>: too long, capital letters, or other characters. Use <c>{hash}</c>.</summary>
    NoAccountId,
    /// <summary>The issuer's keys are not known, and cannot be fetched right now. The one that is not the token's fault.</summary>
    KeysUnavailable,
}

/// <summary>What came of checking a token: one of the two is there.</summary>
public readonly record struct TokenVerdict
{
    public VerifiedIdentity? Identity { get; private init; }
    public TokenFault? Fault { get; private init; }

    public static implicit operator TokenVerdict(VerifiedIdentity identity) => new() { Identity = identity };
    public static implicit operator TokenVerdict(TokenFault fault) => new() { Fault = fault };
}
