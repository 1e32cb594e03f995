using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Grains.Links;
using OrleansIM.Grains.Timelines;
using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>Sign-in, tokens, standing (mission L9, L13).</summary>
internal sealed partial class AccountGrain
{
    /// <summary>What a token of ours is called that was got with a password.</summary>
    private const string ViaPassword = "account";

    // Made when somebody first tries a password.
    private SignInThrottle? _throttle;

    public async Task<Outcome<TokenGrant>> LogInAsync(string password, CancellationToken cancellation)
    {
        // Whatever is wrong, it is found out after the hash was computed, so that it takes as long.
        var verified = await VerifyAsync(password, cancellation);
        return verified.Refusal is { } refusal ? RefuseSignIn(refusal, ViaPassword) : await GrantAsync(ViaPassword, BadCredentials);
    }

    /// <summary>Somebody has not shown to be the owner, and is told so.</summary>
    private Refusal RefuseSignIn(Refusal refusal, string with)
    {
        AuditSignIn(refusal, with);
        return refusal;
    }

    /// <summary>Without a name where there is no such account: it might be a password that got into the wrong field.</summary>
    private void AuditSignIn(Refusal? refusal, string with) =>
        _services.Audit.Write(AuditEvents.SignIn, Exists ? _id : null, refusal?.Code ?? (IsActive ? SecurityAudit.Ok : ErrorCodes.Disabled), detail: with);

    public async Task<Outcome> ChangePasswordAsync(ChangePassword request, CancellationToken cancellation)
    {
        if (!IsGood(request.Token))
        {
            return Unauthenticated;
        }

        if (IsMailOnly(request.Token))
        {
            return MailOnly;
        }

        var verified = await VerifyAsync(request.Old, cancellation);
        if (verified.Refusal is { } refusal)
        {
            _services.Audit.Write(AuditEvents.PasswordChanged, _id, refusal.Code);
            return refusal;
        }

        var hash = await _services.Hashing.HashAsync(request.New, cancellation);
        if (hash is null)
        {
            return HashingBusy;
        }

        // The presented token goes on: it is moved into the new generation by being named.
        var changed = await ChangeRecordAsync(record => record.CredentialVersion != verified.Value
            ? new Refusal(ErrorCodes.Conflict, "The password was changed at the same time. Sign in again.")
            : record with
            {
                PasswordHash = hash,
                CredentialVersion = record.CredentialVersion + 1,
                TokenGeneration = record.TokenGeneration + 1,
                KeptToken = request.Token.TokenId,
                RevokedTokens = [],
                Devices = [.. record.Devices.Where(device => device.Token == request.Token.TokenId)],
            });
        _services.Audit.Write(AuditEvents.PasswordChanged, _id, changed.Refusal?.Code ?? SecurityAudit.Ok);
        if (!changed.IsRefused)
        {
            await EndOwnSessionsAsync(session => !IsGood(session.Token), SessionEnd.SignedOut);
        }

        return changed;
    }

    public async Task<Outcome> LogOutAsync(TokenClaims token, bool everywhere)
    {
        if (!IsGood(token))
        {
            return Unauthenticated;
        }

        if (everywhere && IsMailOnly(token))
        {
            return MailOnly;
        }

        return everywhere ? await SignOutEverywhereAsync() : await SignOutOneAsync(token.TokenId, token.ExpiresAt);
    }

    private async Task<Outcome> SignOutEverywhereAsync()
    {
        var changed = await ChangeRecordAsync(RevokeAll);
        if (!changed.IsRefused)
        {
            _services.Audit.Write(AuditEvents.SignedOut, _id, detail: "everywhere");
            await EndOwnSessionsAsync(session => !IsGood(session.Token), SessionEnd.SignedOut);
        }

        return changed;
    }

    private async Task<Outcome> SignOutOneAsync(string tokenId, DateTimeOffset expiresAt)
    {
        var changed = await ChangeRecordAsync(record => DeviceRules.SignOut(record, tokenId, expiresAt, _services.Time.GetUtcNow()));
        if (!changed.IsRefused)
        {
            _services.Audit.Write(AuditEvents.SignedOut, _id, detail: "one");
            await EndOwnSessionsAsync(session => session.Token.TokenId == tokenId, SessionEnd.SignedOut);
        }

        return changed;
    }

    public async Task<Outcome> SetDisabledAsync(bool disabled)
    {
        if (!Exists)
        {
            return UnknownAccount;
        }

        var changed = await ChangeRecordAsync(record =>
            record.IsDisabled == disabled ? record : record with { IsDisabled = disabled });
        if (!changed.IsRefused)
        {
            _services.Audit.Write(disabled ? AuditEvents.Disabled : AuditEvents.Enabled, _id);
        }

        if (!changed.IsRefused && disabled)
        {
            await EndOwnSessionsAsync(_ => true, SessionEnd.Disabled);
            EndSessions(_ => true, SessionEnd.Disabled);
            WithdrawPresence();
        }

        return changed;
    }

    /// <summary>Whether a token is one of this account's that is still alive.</summary>
    private bool IsGood(TokenClaims token) =>
        IsActive
        && token.Account == _id
        && token.ExpiresAt > _services.Time.GetUtcNow()
        && (token.Generation == Record.TokenGeneration || token.TokenId == Record.KeptToken)
        && (DeviceRules.IsListed(token.TokenId) ? HasDevice(token.TokenId) : !Record.RevokedTokens.ContainsKey(token.TokenId));

    /// <summary>Checks the password and answers which version of the credentials it belongs to.</summary>
    private Task<Outcome<int>> VerifyAsync(string password, CancellationToken cancellation) => VerifyAsync(password, _throttle ??= NewThrottle(), cancellation);

    private SignInThrottle NewThrottle() => new(_services.Options.SlowDownAfter, _services.Options.SlowDownMax);

    private async Task<Outcome<int>> VerifyAsync(string password, SignInThrottle throttle, CancellationToken cancellation)
    {
        if (!throttle.TryBegin(_services.Time.GetUtcNow(), out var pause))
        {
            return new Refusal(ErrorCodes.SlowDown, "Too many failed attempts. Wait as long as retryAfterMs says.", pause);
        }

        var version = Record.CredentialVersion;
        var hash = Exists ? Record.PasswordHash : null;
        PasswordCheck check;
        try
        {
            check = await _services.Hashing.VerifyAsync(hash, password, cancellation);
        }
        finally
        {
            throttle.End();
        }

        switch (check)
        {
            case PasswordCheck.Busy:
                return HashingBusy;
            case PasswordCheck.Wrong:
                if (throttle.Failed(_services.Time.GetUtcNow()))
                {
                    LogSlowsDown();
                }

                return BadCredentials;
            case PasswordCheck.RightButOutdated:
                await RenewHashAsync(password, version, cancellation);
                break;
        }

        throttle.Succeeded();
        return version;
    }

    /// <summary>Hashes a password again at today's cost. The password is the same, so the credentials' version is too.</summary>
    private async Task RenewHashAsync(string password, int version, CancellationToken cancellation)
    {
        if (await _services.Hashing.HashAsync(password, cancellation) is { } hash)
        {
            await ChangeRecordAsync(record => record.CredentialVersion == version ? record with { PasswordHash = hash } : record);
        }
    }

    private static Outcome<AccountRecord> RevokeAll(AccountRecord record) =>
        record with { TokenGeneration = record.TokenGeneration + 1, KeptToken = null, RevokedTokens = [], Devices = [] };

    private static Refusal BadCredentials { get; } = new(ErrorCodes.BadCredentials, "The account or the password is wrong.");
    private static Refusal Unauthenticated { get; } = new(ErrorCodes.Unauthenticated, "The token is not valid (any more). Sign in again.");
    private static Refusal UnknownAccount { get; } = new(ErrorCodes.UnknownAccount, "There is no such account.");

    private static Refusal HashingBusy { get; } =
        new(ErrorCodes.Unavailable, "Too many sign-ins at this moment. Try again.", TimeSpan.FromSeconds(2));
}
