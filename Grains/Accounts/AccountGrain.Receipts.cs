using Orleans.Runtime;
using OrleansIM.Accounts;
using OrleansIM.Grains.Timelines;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Receipts (mission P1): how far a friend has got, and read, what this account wrote; and what this account tells of
/// itself. A receipt covers everything up to a seq, so one says it all, saying it again does nothing, and it is never one
/// per message.
/// </summary>
internal sealed partial class AccountGrain
{
    private const int PeersToldAtOnce = 16;
    private const int MaxAttemptsToTell = 3;

    // Collects deliveries for a moment, however many peers and messages. Set while something waits to be told, and kept for
    // the next while messages come.
    private IGrainTimer? _deliveryTimer;
    private bool _tellsLater;

    // Up to here everything is at a live session, or on the page of one.
    private long _shownUpTo;
    private int _attemptsToTell;
    private bool _isTelling;
    private bool _isToldUnsaved;

    public async Task<Outcome> MarkReadAsync(string session, string peer, long upTo)
    {
        if (Refuse(session) is { } refusal)
        {
            return refusal;
        }

        if (upTo < 0 || upTo > _timeline.Head)
        {
            return new Refusal(ErrorCodes.InvalidArgument, $"upTo: has to be a seq of this account's log, at most {_timeline.Head}.");
        }

        using var gate = await Gates.Reading.EnterAsync(peer);
        // Nothing unread up to there: nothing to remember either.
        if (_state.LastUnread(peer, upTo) is not { } last)
        {
            return Outcome.Done;
        }

        var own = Prepare(EntryKind.Receipt, EntryData.Receipt(new ReceiptData(_id, peer, ReceiptState.Read, upTo)), peer);
        var failed = _state.GivesReceiptsTo(peer) && await FindPeerSeqAsync(last) is { } peerSeq
            ? await StoreReadAsync(peer, own, peerSeq)
            : await AppendAsync(own);
        return failed is not null ? failed : Outcome.Done;
    }

    public async Task<Outcome<Accepted>> JoinReadAsync(string unit, string by, long upTo)
    {
        using var gate = await Gates.Receipts.EnterAsync(by);
        if (!TakesReceipt(by, ReceiptState.Read, upTo))
        {
            return Accepted.OneSided;
        }

        return _services.Appender.Find(unit) is { } found ? await JoinUnitAsync(found, ReceiptEntry(by, ReceiptState.Read, upTo)) : Accepted.Elsewhere;
    }

    public async Task<Outcome> TakeDeliveredAsync(string by, long upTo)
    {
        using var gate = await Gates.Receipts.EnterAsync(by);
        return TakesReceipt(by, ReceiptState.Delivered, upTo) && await AppendAsync(ReceiptEntry(by, ReceiptState.Delivered, upTo)) is { } failed
            ? failed
            : Outcome.Done;
    }

    /// <summary>Takes a receipt out of a peer's outbox; what is no news by now is only taken out.</summary>
    private async Task DeliverReceiptAsync(string sender, DeferredAppend append)
    {
        using var gate = await Gates.Receipts.EnterAsync(sender);
        var receipt = EntryData.ReadReceipt(append.Data);
        if (TakesReceipt(sender, receipt.What, receipt.UpTo))
        {
            await DeliverOneAsync(sender, append);
        }
        else
        {
            await _services.Store.RemoveFromOutboxAsync(new OutboxKey(sender, append.SenderSeq), CancellationToken.None);
        }
    }

    private bool TakesReceipt(string by, string what, long upTo) => IsActive && _state.IsFriend(by) && _state.Receipts.IsNews(by, what, upTo);

    private PreparedEntry ReceiptEntry(string by, string what, long upTo) =>
        Prepare(EntryKind.Receipt, EntryData.Receipt(new ReceiptData(by, by, what, upTo)), by);

    /// <summary>Where the message of an entry is in its sender's log.</summary>
    private async Task<long?> FindPeerSeqAsync(long seq)
    {
        if (!_timeline.TryReadRecent(seq - 1, 1, out var found))
        {
            found = [.. await _services.Store.ReadAsync(_id, seq - 1, 1, CancellationToken.None)];
        }

        return found.Length == 1 && found[0].Seq == seq ? found[0].PeerSeq : null;
    }

    /// <summary>Stores that this account has read, here and in the log of the peer.</summary>
    private async Task<Refusal?> StoreReadAsync(string peer, PreparedEntry own, long peerSeq)
    {
        var theirs = new OutboxItem(peer, EntryKind.Receipt, EntryData.Receipt(new ReceiptData(_id, _id, ReceiptState.Read, peerSeq)));
        var unit = _services.Appender.Prepare();
        unit.Add(own);
        try
        {
            return await StoreBothAsync(unit, theirs, () => Peer(peer).JoinReadAsync(unit.Id, _id, peerSeq));
        }
#pragma warning disable CA1031 // The peer could not be asked. Its side can wait in the outbox; the other devices of this account do not.
        catch (Exception failure) when (!unit.IsSubmitted)
#pragma warning restore CA1031
        {
            LogOutboxWaits(failure, 1);
            var alone = _services.Appender.Prepare();
            alone.Add(own);
            alone.AttachToFirst(theirs);
            var failed = await CommitAsync(alone);
            RetryOutboxLater();
            return failed;
        }
    }

    /// <summary>Everything in this log is at a live session now, if there is one: their senders are told in a moment.</summary>
    private void CountAsShown()
    {
        if (_sessions.Count > 0)
        {
            _shownUpTo = _timeline.Head;
            if (_state.Receipts.Owed.Count > 0 && !_isTelling)
            {
                TellLater(_services.Options.DeliveryReceiptDelay);
            }
        }
    }

    private void TellLater(TimeSpan delay)
    {
        if (_tellsLater)
        {
            return;
        }

        _tellsLater = true;
        if (_deliveryTimer is { } timer)
        {
            timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _deliveryTimer = this.RegisterGrainTimer(
                TellDeliveredAsync, new GrainTimerCreationOptions(delay, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
        }
    }

    /// <summary>Nothing is told until the next delivery. At every renewal too, so that an account that rests has no timer.</summary>
    private void LetDeliveriesBe()
    {
        _deliveryTimer?.Dispose();
        (_deliveryTimer, _tellsLater) = (null, false);
    }

    /// <summary>
    /// Tells every peer whose messages were shown, each once. Who cannot be told is told again a little later, and after
    /// a few attempts with the next messages or the next session.
    /// </summary>
    private async Task TellDeliveredAsync()
    {
        _tellsLater = false;
        if (_isTelling)
        {
            return;
        }

        _isTelling = true;
        var owed = _state.Receipts.OwedUpTo(_shownUpTo);
        var all = owed.Count == 1
            ? await TellDeliveredAsync(owed[0].Peer, owed[0].PeerSeq)
            : await TellDeliveredAsync(owed);

        _isTelling = false;
        _attemptsToTell = all ? 0 : _attemptsToTell + 1;
        if (_attemptsToTell >= MaxAttemptsToTell)
        {
            _attemptsToTell = 0;
        }
        else if (_state.Receipts.OwesUpTo(_shownUpTo))
        {
            TellLater(all ? _services.Options.DeliveryReceiptDelay : s_outboxRetry);
        }
    }

    private async Task<bool> TellDeliveredAsync(List<(string Peer, long PeerSeq)> peers)
    {
        var all = true;
        foreach (var some in peers.Chunk(PeersToldAtOnce))
        {
            all &= (await Task.WhenAll(some.Select(owed => TellDeliveredAsync(owed.Peer, owed.PeerSeq)))).All(told => told);
        }

        return all;
    }

    private async Task<bool> TellDeliveredAsync(string peer, long upTo)
    {
        try
        {
            if ((await Peer(peer).TakeDeliveredAsync(_id, upTo)).IsRefused)
            {
                return false;
            }

            _state.Receipts.Settle(peer, upTo);
            return _isToldUnsaved = true;
        }
#pragma warning disable CA1031 // It is only a receipt: said again later.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogReceiptNotTold(failure);
            return false;
        }
    }
}
