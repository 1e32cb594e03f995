using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Runtime;
using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Concurrency;
using OrleansIM.Grains.Secrets;
using OrleansIM.Invites;

namespace OrleansIM.Grains.Invites;

/// <summary>
/// Loads, asks <see cref="InviteRules"/>, writes, one change at a time. To make an account
/// costs a password hash, many times what is done here, so that one grain is enough for all codes.
/// </summary>
[GrainType("im-invites"), Reentrant]
internal sealed partial class InvitesGrain(
    [PersistentState(StorageNames.Invites, StorageNames.State)] IPersistentState<InvitesState> state,
    IOptions<AccountOptions> options,
    SecurityAudit audit,
    TimeProvider time,
    ILogger<InvitesGrain> logger) : Grain, IInvitesGrain
{
    // Of the open uses of an invite, how many accounts are asked about at a time.
    private const int MaxAsked = 64;

    private readonly AsyncGate _changes = new();

    public async Task<Outcome<NewInvite>> CreateAsync(CreateInvite request)
    {
        var (code, hash) = SpokenSecret.Make(InviteRules.CodeLength);
        var now = time.GetUtcNow();
        var invite = new Invite
        {
            Id = RandomNumberGenerator.GetHexString(16, lowercase: true),
            Hash = hash,
            Uses = request.Uses,
            CreatedAt = now,
            EndsAt = now + request.Lifetime,
            Note = request.Note,
            MadeBy = request.MadeBy,
            Prefix = request.Prefix,
        };
        var changed = await ChangeAsync(current => InviteRules.Add(current, invite, options.Value.MaxInvites, now));
        audit.Write(AuditEvents.InviteCreated, null, changed.Refusal?.Code ?? SecurityAudit.Ok, detail: invite.Id);
        return changed.Refusal is { } refusal ? refusal : new NewInvite { Code = code, Invite = InviteRules.Describe(invite) };
    }

    public Task<InviteInfo[]> ListAsync(string? madeBy)
    {
        var now = time.GetUtcNow();
        return Task.FromResult<InviteInfo[]>([.. state.State.Invites.Where(invite => now < invite.EndsAt && InviteRules.IsOf(invite, madeBy)).Select(InviteRules.Describe)]);
    }

    public async Task<Outcome> RevokeAsync(string id, string? madeBy)
    {
        var changed = await ChangeAsync(current => InviteRules.Revoke(current, id, madeBy));
        if (!changed.IsRefused)
        {
            audit.Write(AuditEvents.InviteRevoked, null, detail: id);
        }

        return changed;
    }

    public async Task<Outcome> CheckAsync(string? code, string account)
    {
        await FindOutAsync(code);
        return InviteRules.Find(state.State, code) is { } invite && InviteRules.IsGood(invite, account, time.GetUtcNow()) && InviteRules.HasUsesLeft(invite)
            ? Outcome.Done
            : InviteRules.BadInvite;
    }

    public async Task<Outcome<string>> TakeAsync(string? code, string account, string use)
    {
        var now = time.GetUtcNow();
        var changed = await ChangeAsync(current => InviteRules.Take(current, code, new InviteUse(use, account), now));
        return changed.Refusal is { } refusal ? refusal : InviteRules.Find(state.State, code)?.Id is { } id ? id : InviteRules.BadInvite;
    }

    public async Task SettleAsync(string invite, string use, bool isMade) =>
        await ChangeAsync(current => InviteRules.Settle(current, invite, use, isMade));

    /// <summary>An invite whose last uses are open may have some that nobody spends any more: their accounts know.</summary>
    private async Task FindOutAsync(string? code)
    {
        if (InviteRules.Find(state.State, code) is not { Open.Length: > 0 } invite || InviteRules.HasUsesLeft(invite))
        {
            return;
        }

        await Task.WhenAll(invite.Open.Take(MaxAsked).Select(async use =>
        {
            try
            {
                if (await GrainFactory.GetGrain<IAccountPeerGrain>(use.Account).WasMadeWithAsync(use.Id) is { } isMade)
                {
                    await SettleAsync(invite.Id, use.Id, isMade);
                }
            }
#pragma warning disable CA1031 // It stays open, and is asked about again.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                LogNotFoundOut(failure, invite.Id);
            }
        }));
    }

    private async Task<Outcome> ChangeAsync(Func<InvitesState, Outcome<InvitesState>> change)
    {
        using var gate = await _changes.EnterAsync();
        var before = state.State;
        var decision = change(before);
        if (decision.Refusal is { } refusal)
        {
            return refusal;
        }

        if (ReferenceEquals(decision.Value, before))
        {
            return Outcome.Done;
        }

        await state.ReplaceAsync(decision.Get(), DeactivateOnIdle);
        return Outcome.Done;
    }
}
