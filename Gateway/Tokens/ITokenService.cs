using System.Diagnostics.CodeAnalysis;
using OrleansIM.Accounts;

namespace OrleansIM.Gateway.Tokens;

/// <summary>Turns claims into tokens that only the gateways of this cluster can make and read.</summary>
public interface ITokenService
{
    /// <summary>A token with these claims.</summary>
    string Seal(TokenClaims claims);

    /// <summary>
    /// The claims of a token. False for one that is made up, of another cluster, or expired; whether it was signed out
    /// is for its account to say.
    /// </summary>
    bool TryUnseal(string token, [NotNullWhen(true)] out TokenClaims? claims);
}
