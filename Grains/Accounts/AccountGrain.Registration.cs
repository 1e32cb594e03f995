using System.Security.Cryptography;
using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Invites;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Accounts;

/// <summary>How an account begins, with a password.</summary>
internal sealed partial class AccountGrain
{
    // Uses of invites that are being spent here; null most of the time.
    private HashSet<string>? _usesUnderWay;

    private IInvitesGrain Invites => GrainFactory.GetGrain<IInvitesGrain>(IInvitesGrain.Key);

    public async Task<Outcome> RegisterAsync(RegisterAccount request, CancellationToken cancellation)
    {
        // Before anything else: who may not register learns no names.
        if (_services.Options.Registration is RegistrationPolicy.Closed)
        {
            return RegistrationIsClosed;
        }

        var needsInvite = _services.Options.Registration is RegistrationPolicy.Invite;
        if (needsInvite && (await Invites.CheckAsync(request.Invite, _id)).Refusal is { } bad)
        {
            return bad;
        }

        if (RefuseId(isOfIssuer: false) is { } refusal)
        {
            return refusal;
        }

        var hash = await _services.Hashing.HashAsync(request.Password, cancellation);
        if (hash is null)
        {
            return HashingBusy;
        }

        var made = NewRecord() with { PasswordHash = hash, DisplayName = request.DisplayName, Email = request.Email };
        return needsInvite ? await MakeWithInviteAsync(made, request.Invite) : await MakeAsync(made);
    }

    public Task<bool?> WasMadeWithAsync(string use) => Task.FromResult<bool?>(
        _record.RecordExists && Record.Invite?.Use == use ? true
        : _usesUnderWay?.Contains(use) is true ? null
        : false);

    private AccountRecord NewRecord() => new() { CredentialVersion = 1, TokenGeneration = 1, CreatedAt = _services.Time.GetUtcNow() };

    /// <summary>
    /// Takes a use, makes the account, says what became of the use. Where something dies in between, the invites ask the
    /// account later (<see cref="WasMadeWithAsync"/>).
    /// </summary>
    private async Task<Outcome> MakeWithInviteAsync(AccountRecord record, string? code)
    {
        // Named before it is taken: whoever asks about it in the meantime is told to wait.
        var use = RandomNumberGenerator.GetHexString(32, lowercase: true);
        (_usesUnderWay ??= []).Add(use);
        string? invite = null;
        try
        {
            var taken = await Invites.TakeAsync(code, _id, use);
            if (taken.Refusal is { } refusal)
            {
                return refusal;
            }

            invite = taken.Get();
        }
        finally
        {
            if (invite is null)
            {
                _usesUnderWay.Remove(use);
            }
        }

        // If this throws, nobody here knows what is stored, and the use stays under way: the next activation knows.
        var made = await MakeAsync(record with { Invite = new UsedInvite(invite, use) }, "invite " + invite);
        _usesUnderWay.Remove(use);
        try
        {
            await Invites.SettleAsync(invite, use, !made.IsRefused);
        }
#pragma warning disable CA1031 // The account is there, or is not; the invites ask when they need to know.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogInviteNotSettled(failure);
        }

        return made;
    }

    private async Task<Outcome> MakeAsync(AccountRecord made, string? with = null)
    {
        var registered = await ChangeRecordAsync(_ => _record.RecordExists ? Taken : made);
        if (!registered.IsRefused)
        {
            _services.Audit.Write(AuditEvents.Registered, _id, detail: with);
            _state = NewState(new AccountSnapshot());
        }

        return registered;
    }

    /// <summary>Null if an account can begin here. Ids that belong to the users of an issuer are theirs alone, also before they come.</summary>
    private Refusal? RefuseId(bool isOfIssuer) =>
        _record.RecordExists ? Taken
        : !isOfIssuer && _services.Tokens.IsReserved(_id) ? Reserved
        : null;

    private static Refusal Taken { get; } = new(ErrorCodes.AccountTaken, "account: this id is taken. Choose another.");
    private static Refusal Reserved { get; } = new(
        ErrorCodes.AccountTaken, "account: ids like this one belong to the users of an issuer of tokens: their first sign-in makes them, or an app's server that gives issuer and subject.");

    private static Refusal RegistrationIsClosed { get; } =
        new(ErrorCodes.Forbidden, "Accounts are not made this way here. Ask whoever runs this service for one.");
}
