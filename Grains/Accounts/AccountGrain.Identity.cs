using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Identity;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Signing in with the token of a configured issuer. The account checks the token itself, whatever a gateway thinks of it. It
/// belongs to the issuer and subject it was made for, and opens for no other: neither for another subject that would get the
/// same id, nor, if it was registered with a password, for any.
/// </summary>
/// <remarks>
/// A token that is wrong does not slow the account down as a wrong password does: a signature cannot be guessed, and who
/// has none could keep the owner out. Sources are limited at the gateway, as for passwords.
/// </remarks>
internal sealed partial class AccountGrain
{
    /// <summary>What a token of ours is called that was got with an issuer's.</summary>
    private const string ViaJwt = "jwt";

    public async Task<Outcome<TokenGrant>> LogInByJwtAsync(string jwt, CancellationToken cancellation)
    {
        var verified = await VerifyJwtAsync(jwt, cancellation);
        if (verified.Refusal is { } refusal)
        {
            return RefuseSignIn(refusal, ViaJwt);
        }

        if (!IsActive)
        {
            LogTokenOfDisabled();
        }

        return await GrantAsync(ViaJwt, BadToken);
    }

    /// <summary>Checks a token, makes the account if it is the first one, and answers the version of the credentials.</summary>
    private async Task<Outcome<int>> VerifyJwtAsync(string jwt, CancellationToken cancellation)
    {
        var verdict = await _services.Tokens.VerifyAsync(jwt, cancellation);
        if (verdict.Identity is not { } identity)
        {
            return verdict.Fault is TokenFault.KeysUnavailable ? IssuerSilent : BadToken;
        }

        if (identity.Account != _id)
        {
            LogTokenOfAnother(identity.Name);
            return BadToken;
        }

        if (!_record.RecordExists && !await TryProvisionAsync(identity))
        {
            return BadToken;
        }

        if (!Exists || Record.Owner != new OwnerIdentity(identity.Issuer, identity.Subject))
        {
            LogNotTheOwner(identity.Name);
            return BadToken;
        }

        return Record.CredentialVersion;
    }

    /// <summary>Makes the account; who comes at the same moment finds it made. False if the operator wants none made.</summary>
    private async Task<bool> TryProvisionAsync(VerifiedIdentity identity)
    {
        if (!identity.Provision)
        {
            LogNotProvisioned(identity.Name);
            return false;
        }

        await MakeAsync(
            NewRecord() with
            {
                Owner = new OwnerIdentity(identity.Issuer, identity.Subject),
                DisplayName = identity.DisplayName,
                Email = identity.Email,
            },
            ViaJwt);
        return true;
    }

    private static Refusal BadToken { get; } = new(ErrorCodes.BadCredentials, "The token signs in nobody here.");

    private static Refusal IssuerSilent { get; } =
        new(ErrorCodes.Unavailable, "The issuer of the token cannot be asked for its keys right now. Try again.", TimeSpan.FromSeconds(5));
}
