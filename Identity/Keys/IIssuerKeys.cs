using Microsoft.IdentityModel.Tokens;

namespace OrleansIM.Identity;

/// <summary>Where the keys of an issuer are.</summary>
internal interface IIssuerKeys
{
    /// <summary>
    /// The keys a token may be signed with: those of its <c>kid</c>, and those that have none; without <c>kid</c> all of them.
    /// </summary>
    /// <exception cref="KeysUnavailableException">They are not known and cannot be fetched.</exception>
    Task<IReadOnlyList<SecurityKey>> FindAsync(string? kid, CancellationToken cancellation);
}

/// <summary>The keys of an issuer cannot be had right now.</summary>
internal sealed class KeysUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
