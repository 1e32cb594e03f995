using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Grains.Timelines;
using OrleansIM.Messages;
using OrleansIM.Protocol;
using OrleansIM.Service;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>What an app's own servers do to an account; the service has checked that they may.</summary>
internal sealed partial class AccountGrain : IAccountServiceGrain
{
    private const string ViaService = "service";

    public async Task<Outcome> CreateAsync(CreateAccount request, CancellationToken cancellation)
    {
        var owner = request is { Issuer: { } issuer, Subject: { } subject } ? new OwnerIdentity(issuer, subject) : null;
        if (owner is not null && !_services.Tokens.LeadsTo(owner.Issuer, owner.Subject, _id))
        {
            return NotOfTheIssuer;
        }

        // Without its subject such an account would keep the issuer's user out.
        if (RefuseId(isOfIssuer: owner is not null) is { } refusal)
        {
            return refusal;
        }

        var hash = request.Password is { } password ? await _services.Hashing.HashAsync(password, cancellation) : null;
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

        var hash = await _services.Hashing.HashAsync(password, cancellation);
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
                Devices = [],
            });
        if (!changed.IsRefused)
        {
            _services.Audit.Write(AuditEvents.PasswordChanged, _id, detail: ViaService);
            await EndOwnSessionsAsync(session => !IsGood(session.Token), SessionEnd.SignedOut);
        }

        return changed;
    }

    public async Task<Outcome<SentMessage>> TakeNoticeAsync(string credential, ServiceMessage message)
    {
        if (!IsActive)
        {
            return Exists ? IsOff : UnknownAccount;
        }

        var key = $"s:{credential}:{message.Cid}";
        using var gate = await Gates.Notices.EnterAsync(key);
        if (await FindByKeyAsync(key) is { } sent)
        {
            return sent;
        }

        var now = _services.Time.GetUtcNow();
        var sentAt = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        var id = MessageIds.Next(now);
        var said = new SendMessage { To = _id, Body = message.Body, Kind = message.Kind, Cid = message.Cid };
        var entry = new PreparedEntry(_timeline, EntryKind.Message, sentAt.ToUnixTimeMilliseconds(), Senders.Service, EntryData.Message(id, Senders.Service, said, sentAt).Theirs)
        {
            Dedupe = key,
        };
        try
        {
            return await AppendAsync(entry) is { } refusal ? refusal : new SentMessage { Id = id, Seq = entry.Seq, SentAt = sentAt };
        }
        catch (DuplicateEntryException)
        {
            // An activation before this one has stored it after all.
            return await FindByKeyAsync(key) is { } first ? first : Unavailable;
        }
    }

    private static Refusal IsOff { get; } = new(ErrorCodes.Disabled, "The account is disabled.");

    private static Refusal NotOfTheIssuer { get; } =
        new(ErrorCodes.InvalidArgument, "subject: no configured issuer of that name makes this account id of it. See Identity:Issuers.");
}
