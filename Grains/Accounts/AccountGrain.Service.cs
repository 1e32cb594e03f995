using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Protocol;
using OrleansIM.Service;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Accounts;

/// <summary>What an app's own servers do to an account; the service has checked that they may.</summary>
internal sealed partial class AccountGrain : IAccountServiceGrain
{
    private const string ViaService = "service";

    public async Task<Outcome> CreateAsync(CreateAccount request, CancellationToken cancellation)
    {
        var owner = request is { Issuer: { } issuer, Subject: { } subject } ? new OwnerIdentity(issuer, subject) : null;
        if (owner is not null && !_tokens.LeadsTo(owner.Issuer, owner.Subject, _id))
        {
            return NotOfTheIssuer;
        }

        // Without its subject such an account would keep the issuer's user out.
        if (_record.RecordExists || (owner is null && _tokens.IsReserved(_id)))
        {
            return Taken;
        }

        var hash = request.Password is { } password ? await _hashing.HashAsync(password, cancellation) : null;
        if (hash is null && request.Password is not null)
        {
            return HashingBusy;
        }

        return await MakeAsync(NewRecord() with { PasswordHash = hash, Owner = owner, DisplayName = request.DisplayName, Email = request.Email }, ViaService);
    }

    public async Task<Outcome> SetPasswordAsync(string password, CancellationToken cancellation)
    {
        if (!Exists)
        {
            return UnknownAccount;
        }

        var hash = await _hashing.HashAsync(password, cancellation);
        if (hash is null)
        {
            return HashingBusy;
        }

        var changed = await ChangeRecordAsync(record => !Exists
            ? UnknownAccount
            : record with
            {
                PasswordHash = hash,
                CredentialVersion = record.CredentialVersion + 1,
                TokenGeneration = record.TokenGeneration + 1,
                KeptToken = null,
                RevokedTokens = [],
            });
        if (!changed.IsRefused)
        {
            _audit.Write(AuditEvents.PasswordChanged, _id, detail: ViaService);
            await EndOwnSessionsAsync(session => !IsGood(session.Token), SessionEnd.SignedOut);
        }

        return changed;
    }

    private static Refusal NotOfTheIssuer { get; } =
        new(ErrorCodes.InvalidArgument, "subject: no configured issuer of that name makes this account id of it. See Identity:Issuers.");
}
