using System.Text.Json;
using Orleans.Runtime;
using OrleansIM.Accounts;
using OrleansIM.Grains.Timelines;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// What two accounts have to store. On one silo both entries are one commit. On two, the deciding side commits its own
/// entry together with what the other has to append (its outbox), and the other's commit takes it out again. Whatever
/// dies in between, the next activation of either side finds the item and has it delivered.
/// </summary>
internal sealed partial class AccountGrain
{
    private static readonly TimeSpan s_outboxRetry = TimeSpan.FromSeconds(5);

    // After a failure nobody tries again at once: whoever asks would only add to what is wrong.
    private static readonly TimeSpan s_outboxRest = TimeSpan.FromSeconds(1);

    private IGrainTimer? _outboxTimer;
    private DateTimeOffset _outboxRestsUntil;

    /// <summary>
    /// Has the peer join the unit and store both sides; or stores this side with the item in the outbox, and delivers it.
    /// Null when both are stored, else why nothing is.
    /// </summary>
    private async Task<Refusal?> StoreBothAsync(AppendUnit unit, OutboxItem item, Func<Task<Outcome<Accepted>>> ask)
    {
        Outcome<Accepted> answer;
        try
        {
            answer = await ask();
        }
        catch when (!_services.Appender.Abandon(unit))
        {
            // The answer was lost, the commit was not.
            answer = Accepted.Together;
        }

        if (answer.Refusal is { } refusal && _services.Appender.Abandon(unit))
        {
            return refusal;
        }

        if (answer.Value is Accepted.OneSided)
        {
            return await CommitAsync(unit);
        }

        if (unit.IsSubmitted)
        {
            return await TakeOverAsync(unit.Committed);
        }

        var own = unit.AttachToFirst(item);
        if (await CommitAsync(unit) is { } failed)
        {
            return failed;
        }

        await DeliverOrRetryAsync(item.Recipient, [new OutboxEntry(own.Seq, own.At, item)]);
        return null;
    }

    /// <summary>Adds this account's entry to a unit of another's and stores both.</summary>
    private async Task<Outcome<Accepted>> JoinUnitAsync(AppendUnit unit, PreparedEntry entry)
    {
        unit.Add(entry);
        return await CommitAsync(unit) is { } refusal ? refusal : Accepted.Together;
    }

    public async Task DeliverAsync(string sender, DeferredAppend[] appends)
    {
        if (GroupIds.IsGroup(sender))
        {
            await TakeInvitesAsync(sender, appends);
            return;
        }

        if (!Exists)
        {
            foreach (var append in appends)
            {
                await _services.Store.RemoveFromOutboxAsync(new OutboxKey(sender, append.SenderSeq), CancellationToken.None);
            }

            return;
        }

        // Contacts are decided on what is committed, so they go one by one; messages go together.
        var together = new List<Task>();
        foreach (var append in appends)
        {
            if (append.Kind is not EntryKind.Contact)
            {
                together.Add(append.Kind is EntryKind.Receipt ? DeliverReceiptAsync(sender, append) : DeliverOneAsync(sender, append));
                continue;
            }

            await Task.WhenAll(together);
            using var gate = await Gates.Contacts.EnterAsync(sender);
            await DeliverOneAsync(sender, append);
        }

        await Task.WhenAll(together);
    }

    private async Task DeliverOneAsync(string sender, DeferredAppend append)
    {
        var key = new OutboxKey(sender, append.SenderSeq);
        var data = append.Kind is EntryKind.Contact
            ? EntryData.Contact(Merge(sender, JsonSerializer.Deserialize(append.Data, OutboxJson.Default.RelationDelta)!))
            : append.Data;
        var entry = new PreparedEntry(_timeline, append.Kind, append.At, sender, data)
        {
            Dedupe = $"o:{sender}:{append.SenderSeq}",
            Completes = key,
            PeerSeq = append.SenderSeq,
        };
        try
        {
            if (await AppendAsync(entry) is { } refusal)
            {
                throw new AppendRefusedException(refusal.Message);
            }
        }
        catch (DuplicateEntryException)
        {
            await _services.Store.RemoveFromOutboxAsync(key, CancellationToken.None);
        }
    }

    public async Task FinishOutboxAsync() => await TryFinishOutboxAsync(CancellationToken.None);

    /// <summary>Finds what an earlier activation left, here or for this account, without holding anybody up.</summary>
    private async Task BeginOutboxAsync(CancellationToken cancellation)
    {
        if ((await _services.Store.ReadOutboxAsync(_id, cancellation)).Count > 0)
        {
            RetryOutboxLater(TimeSpan.Zero);
        }

        foreach (var sender in await _services.Store.ReadOutboxSendersAsync(_id, cancellation))
        {
            _ = AskToFinishAsync(sender);
        }
    }

    private async Task AskToFinishAsync(string sender)
    {
        try
        {
            await (GroupIds.IsGroup(sender) ? GroupOf(sender).FinishOutboxAsync() : Peer(sender).FinishOutboxAsync());
        }
#pragma warning disable CA1031 // The sender's own activation has a timer for it now, or its next one will.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogOutboxWaits(failure, 1);
        }
    }

    private void RetryOutboxLater(TimeSpan? after = null) =>
        _outboxTimer ??= this.RegisterGrainTimer(
            async cancellation => await TryFinishOutboxAsync(cancellation),
            new GrainTimerCreationOptions(after ?? s_outboxRetry, s_outboxRetry) { KeepAlive = true, Interleave = true });

    /// <summary>Delivers what is in the outbox, in order. False if something stays.</summary>
    private async Task<bool> TryFinishOutboxAsync(CancellationToken cancellation)
    {
        using var gate = await Gates.Outbox.EnterAsync();
        if (_services.Time.GetUtcNow() < _outboxRestsUntil)
        {
            return false;
        }

        var items = await _services.Store.ReadOutboxAsync(_id, cancellation);
        try
        {
            foreach (var ofOne in items.GroupBy(waiting => waiting.Item.Recipient))
            {
                await DeliverItemsAsync(ofOne.Key, [.. ofOne]);
            }

            _outboxTimer?.Dispose();
            _outboxTimer = null;
            return true;
        }
#pragma warning disable CA1031 // The timer comes again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogOutboxWaits(failure, items.Count);
            _outboxRestsUntil = _services.Time.GetUtcNow() + s_outboxRest;
            RetryOutboxLater();
            return false;
        }
    }

    private async Task DeliverOrRetryAsync(string recipient, OutboxEntry[] entries)
    {
        try
        {
            await DeliverItemsAsync(recipient, entries);
        }
#pragma warning disable CA1031 // It is in the outbox: delivered later, in any case.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogOutboxWaits(failure, entries.Length);
            _outboxRestsUntil = _services.Time.GetUtcNow() + s_outboxRest;
            RetryOutboxLater();
        }
    }

    private Task DeliverItemsAsync(string recipient, OutboxEntry[] entries) => entries.Length == 0
        ? Task.CompletedTask
        : Peer(recipient).DeliverAsync(
            _id, [.. entries.Select(entry => new DeferredAppend { SenderSeq = entry.Seq, Kind = entry.Item.Kind, At = entry.At, Data = entry.Item.Data })]);
}
