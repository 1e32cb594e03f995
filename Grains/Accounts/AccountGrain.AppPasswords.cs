using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// App passwords (mission M11). They end when they are revoked or the account is deleted, and sleep while it is disabled.
/// A change of password and "sign out everywhere" leave them alone: those are about people and devices that know the
/// password, and a mail program does not.
/// </summary>
internal sealed partial class AccountGrain : IAccountAppPasswordsGrain
{
    // A mail program asks every few minutes; a write for each would be more than it is worth.
    private static readonly TimeSpan s_lastUsedPrecision = TimeSpan.FromHours(1);

    public async Task<Outcome<NewAppPassword>> CreateAppPasswordAsync(string session, string name)
    {
        if (RefuseOther(session) is { } refusal)
        {
            return refusal;
        }

        if (_sessions[session].Token.Via == ViaMailbox)
        {
            return new Refusal(ErrorCodes.Forbidden, "Sign in as the account itself, not with its mailbox, to make an app password.");
        }

        var (password, hash) = AppPasswords.Make();
        var made = new AppPasswordRecord { Id = AppPasswords.NewId(), Name = name, Hash = hash, CreatedAt = _services.Time.GetUtcNow() };
        var changed = await ChangeRecordAsync(record => !IsActive ? Unauthenticated
            : record.AppPasswords.Length >= _services.Options.MaxAppPasswords
                ? new Refusal(ErrorCodes.LimitReached, $"There are {_services.Options.MaxAppPasswords} app passwords already. Revoke one first.")
            : record with { AppPasswords = [.. record.AppPasswords, made] });
        _services.Audit.Write(AuditEvents.AppPasswordCreated, _id, changed.Refusal?.Code ?? SecurityAudit.Ok, session, made.Id);
        return changed.Refusal is { } refused ? refused : new NewAppPassword { Id = made.Id, Name = name, Password = password };
    }

    public Task<Outcome<AppPasswordInfo[]>> ListAppPasswordsAsync(string session)
    {
        if (RefuseOther(session) is { } refusal)
        {
            return Task.FromResult<Outcome<AppPasswordInfo[]>>(refusal);
        }

        AppPasswordInfo[] passwords =
        [
            .. Record.AppPasswords.Select(password => new AppPasswordInfo
            {
                Id = password.Id, Name = password.Name, CreatedAt = password.CreatedAt, LastUsed = password.LastUsed,
            }),
        ];
        return Task.FromResult<Outcome<AppPasswordInfo[]>>(passwords);
    }

    public async Task<Outcome> RevokeAppPasswordAsync(string session, string id)
    {
        if (RefuseOther(session) is { } refusal)
        {
            return refusal;
        }

        var revoked = await ChangeRecordAsync(record => record.AppPasswords.Any(password => password.Id == id)
            ? record with { AppPasswords = [.. record.AppPasswords.Where(password => password.Id != id)] }
            : new Refusal(ErrorCodes.InvalidArgument, "appPassword: there is no such app password. See appPasswords.list."));
        if (!revoked.IsRefused)
        {
            _services.Audit.Write(AuditEvents.AppPasswordRevoked, _id, session: session, detail: id);
        }

        return revoked;
    }

    private bool HasAppPassword(string id) => Record.AppPasswords.Any(password => password.Id == id);

    private async Task NoteUseAsync(AppPasswordRecord used)
    {
        var now = _services.Time.GetUtcNow();
        var from = SecurityAudit.Source;
        if (used.LastUsed is not { } last || now - last >= s_lastUsedPrecision || used.LastFrom != from)
        {
            await ChangeRecordAsync(record => record with
            {
                AppPasswords = [.. record.AppPasswords.Select(password => password.Id == used.Id ? password with { LastUsed = now, LastFrom = from } : password)],
            });
        }
    }
}
