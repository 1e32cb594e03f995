using Orleans.Runtime;
using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Grains.Timelines;
using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// The end of an account (docs/security.md, "Deletion"). One write makes it a deleted one, for everybody and at once; the
/// record keeps what still has to be told, and the account takes itself out of everything step by step. Each step can be
/// done twice, and a reminder sees to it that somebody goes on after whatever died.
/// </summary>
internal sealed partial class AccountGrain
{
    private const string ErasureReminder = "erasure";
    private const int HoldersAtOnce = 16;

    // The least that Orleans takes.
    private static readonly TimeSpan s_erasurePeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_erasureRetry = TimeSpan.FromSeconds(5);

    // Under the time a grain call may take: who deletes an account sees it done, unless something does not answer.
    private static readonly TimeSpan s_erasurePatience = TimeSpan.FromSeconds(20);

    private IGrainTimer? _erasureTimer;

    // What was submitted last is committed last.
    private Task _lastCommit = Task.CompletedTask;

    public async Task<Outcome> CloseAsync(OwnerProof proof, CancellationToken cancellation) =>
        await RefuseOwnerAsync(proof, cancellation) is { } refusal ? refusal : await DeleteAsync();

    public async Task<Outcome> DeleteAsync()
    {
        if (!Exists && !Record.IsBeingErased)
        {
            return UnknownAccount;
        }

        if (!Record.IsDeleted)
        {
            // First, so that there is nobody who is deleted and whom nobody reminds.
            await this.RegisterOrUpdateReminder(ErasureReminder, s_erasurePeriod, s_erasurePeriod);
            var changed = await ChangeRecordAsync(MarkDeleted);
            if (changed.IsRefused)
            {
                return changed;
            }

            _services.Audit.Write(AuditEvents.Deleted, _id);
            WithdrawPresence();
        }

        await Task.WhenAny(TryEraseAsync(), Task.Delay(s_erasurePatience, _services.Time));
        return Outcome.Done;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => TryEraseAsync();

    /// <summary>Null if it is the owner who asks: with a good token, and the password or the issuer's token with it.</summary>
    private async Task<Refusal?> RefuseOwnerAsync(OwnerProof proof, CancellationToken cancellation)
    {
        if (!IsGood(proof.Token))
        {
            return Unauthenticated;
        }

        if (IsMailOnly(proof.Token))
        {
            return MailOnly;
        }

        var verified = proof.Jwt is { } jwt ? await VerifyJwtAsync(jwt, cancellation) : await VerifyAsync(proof.Password ?? "", cancellation);
        return verified.Refusal ?? (IsGood(proof.Token) ? null : Unauthenticated);
    }

    /// <summary>Nothing of the person is left in the record; what is has to be told to others.</summary>
    private static Outcome<AccountRecord> MarkDeleted(AccountRecord record) => record.IsDeleted
        ? record
        : new AccountRecord
        {
            IsDeleted = true,
            IsBeingErased = true,
            CredentialVersion = record.CredentialVersion + 1,
            TokenGeneration = record.TokenGeneration + 1,
            LinkGroup = record.LinkGroup,
            Mailboxes = record.Mailboxes,
        };

    private void EraseLater(TimeSpan after) => _erasureTimer ??= this.RegisterGrainTimer(
        async _ => await TryEraseAsync(), new GrainTimerCreationOptions(after, s_erasureRetry) { KeepAlive = true, Interleave = true });

    private async Task TryEraseAsync()
    {
        using var gate = await Gates.Erasure.EnterAsync();
        try
        {
            if (Record.IsBeingErased)
            {
                await EraseAsync();
            }

            if (await this.GetReminder(ErasureReminder) is { } reminder)
            {
                await this.UnregisterReminder(reminder);
            }

            _erasureTimer?.Dispose();
            _erasureTimer = null;
            DeactivateOnIdle();
        }
#pragma warning disable CA1031 // Whatever it was, it is tried again: by the timer here, by the reminder if this process dies.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogErasureWaits(failure);
            EraseLater(s_erasureRetry);
        }
    }

    /// <summary>The order matters: what this account still owes others goes first, its own log last.</summary>
    private async Task EraseAsync()
    {
        await EndOwnSessionsAsync(_ => true, SessionEnd.Deleted);
        EndSessions(_ => true, SessionEnd.Deleted);
        WithdrawPresence();
        await SettleAsync();
        await LeaveLinksAsync();
        await UnbindAllAsync();
        foreach (var group in (await _services.Erasure.ReadGroupsAsync(_id, CancellationToken.None)).Union(_state.Groups.Names.ToArray()))
        {
            await LeaveQuietlyAsync(group);
        }

        await LeaveContactsAsync();

        // Those who have something for it find it gone, and let it go; a group that was adding it takes it out again.
        foreach (var sender in await _services.Store.ReadOutboxSendersAsync(_id, CancellationToken.None))
        {
            await AskToFinishAsync(sender);
        }

        await RemoveSnapshotAsync();
        await _services.Store.DeleteAsync(_id, CancellationToken.None);
        _timeline.Forget();
        await ChangeRecordAsync(record => record with { IsBeingErased = false, LinkGroup = null, Mailboxes = [] });
        LogErased();
    }

    /// <summary>What is on its way is stored or given up; what was acknowledged is delivered.</summary>
    private async Task SettleAsync()
    {
        foreach (var underWay in (Task[])[.. Sending.UnderWay.Values.Select(send => send.Answer), .. Sending.ToGroups.Values, _lastCommit])
        {
            await underWay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        if (!await TryFinishOutboxAsync(CancellationToken.None))
        {
            throw new AppendRefusedException("What the account has sent last could not be delivered yet.");
        }
    }

    private async Task LeaveLinksAsync()
    {
        if (Record.LinkGroup is { } group)
        {
            // Refused where it is no member (any more): then the record is all there is.
            await Group(group).RemoveAsync(_id, _id, SessionEnd.Deleted);
            await LeaveGroupAsync(group, SessionEnd.Deleted);
        }
    }

    private async Task UnbindAllAsync()
    {
        foreach (var mailbox in Record.Mailboxes)
        {
            using var gate = await Gates.Bindings.EnterAsync(mailbox.Address);
            await Bridge(mailbox.Address).UnbindAsync(_id);
        }
    }

    /// <summary>It is nobody's contact any more, also of those it never heard of.</summary>
    private async Task LeaveContactsAsync()
    {
        foreach (var known in _state.Contacts.Keys.Chunk(HoldersAtOnce))
        {
            await Task.WhenAll(known.Select(LeaveContactAsync));
        }

        var after = "";
        while (await _services.Erasure.ReadHoldersAsync(_id, after, HoldersAtOnce, CancellationToken.None) is { Count: > 0 } holders)
        {
            after = holders[^1];
            await Task.WhenAll(holders.Select(LeaveContactAsync));
        }
    }

    private async Task LeaveContactAsync(string holder)
    {
        // A change that was begun before is through; gates are taken in their order, so this one is not kept.
        (await Gates.Contacts.EnterAsync(holder)).Dispose();
        await Peer(holder).ForgetAsync(_id);
    }
}
