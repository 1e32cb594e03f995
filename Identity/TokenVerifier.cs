using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using OrleansIM.Protocol;

namespace OrleansIM.Identity;

/// <summary>
/// Signs people in with the tokens of others: JSON Web Tokens (RFC 7519) of the issuers that the operator has configured. A
/// gateway asks it where a token leads (<see cref="TryRoute"/>), the account there checks it (<see cref="VerifyAsync"/>).
/// </summary>
public sealed partial class TokenVerifier
{
    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = ProtocolLimits.MaxJwt * 2 };
    private readonly Dictionary<string, TokenIssuer> _issuers;
    private readonly TimeProvider _time;
    private readonly ILogger<TokenVerifier> _logger;

    internal TokenVerifier(IEnumerable<TokenIssuer> issuers, TimeProvider time, ILogger<TokenVerifier> logger)
    {
        _issuers = issuers.ToDictionary(issuer => issuer.Issuer, StringComparer.Ordinal);
        (_time, _logger) = (time, logger);
    }

    /// <summary>Whether account ids of that form belong to somebody else's users: nobody registers them with a password.</summary>
    public bool IsReserved(string account) => _issuers.Count > 0 && _issuers.Values.Any(issuer => issuer.Template.Matches(account));

    /// <summary>Whether an issuer's tokens for that subject sign in to that account.</summary>
    public bool LeadsTo(string issuer, string subject, string account) =>
        _issuers.TryGetValue(issuer, out var known) && known.Template.TryMake(issuer, subject, out var made) && made == account;

    /// <summary>
    /// The account that a token would sign in, if it is genuine. Nothing of it has been checked: this is where to ask, not who
    /// is there.
    /// </summary>
    public bool TryRoute(string jwt, out string account)
    {
        account = "";
        if (!TryRead(jwt, out var token, out var fault))
        {
            RefusedBeforehand(_logger, fault);
            return false;
        }

        if (!_issuers.TryGetValue(token.Issuer, out var issuer))
        {
            RefusedBeforehand(_logger, TokenFault.UnknownIssuer);
            return false;
        }

        if (!issuer.Template.TryMake(issuer.Issuer, token.Subject ?? "", out account))
        {
            Refused(_logger, issuer.Name, string.IsNullOrEmpty(token.Subject) ? TokenFault.NoSubject : TokenFault.NoAccountId);
            return false;
        }

        return true;
    }

    /// <summary>Checks a token: whose it is, or what is wrong with it. Whatever is wrong is logged here, without the token.</summary>
    public async Task<TokenVerdict> VerifyAsync(string jwt, CancellationToken cancellation)
    {
        if (!TryRead(jwt, out var token, out var malformed))
        {
            RefusedBeforehand(_logger, malformed);
            return malformed;
        }

        if (!_issuers.TryGetValue(token.Issuer, out var issuer))
        {
            RefusedBeforehand(_logger, TokenFault.UnknownIssuer);
            return TokenFault.UnknownIssuer;
        }

        try
        {
            var verdict = await issuer.VerifyAsync(_handler, token, _time.GetUtcNow(), cancellation);
            if (verdict.Fault is { } fault)
            {
                Refused(_logger, issuer.Name, fault);
            }

            return verdict;
        }
        catch (KeysUnavailableException)
        {
            // Why not was logged when they were fetched.
            return TokenFault.KeysUnavailable;
        }
    }

    private static bool TryRead(string jwt, [NotNullWhen(true)] out JsonWebToken? token, out TokenFault fault)
    {
        (token, fault) = (null, TokenFault.Malformed);
        if (jwt.Length > ProtocolLimits.MaxJwt)
        {
            fault = TokenFault.TooLarge;
            return false;
        }

        // Three parts and no more: an encrypted token has five, and unpacking one is work that nobody is entitled to.
        if (jwt.AsSpan().Count('.') != 2)
        {
            return false;
        }

        try
        {
            var read = new JsonWebToken(jwt);

            // What a critical header asks for is not done here, so the token must not be taken (RFC 7515, 4.1.11).
            if (read.TryGetHeaderValue<object>("crit", out _))
            {
                return false;
            }

            // These are read when they are first asked for, and a claim may be of another kind than it should.
            _ = (read.Issuer, read.Subject, read.Alg, read.Kid, read.ValidTo, read.ValidFrom);
            token = read;
            return true;
        }
#pragma warning disable CA1031 // What the library throws for what is no token is not a fixed set; each of it says the same.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "A token of issuer {Issuer} signs in nobody: {Fault}.")]
    private static partial void Refused(ILogger logger, string issuer, TokenFault fault);

    [LoggerMessage(2, LogLevel.Information, "A token signs in nobody: {Fault}.")]
    private static partial void RefusedBeforehand(ILogger logger, TokenFault fault);
}
