using OrleansIM.Accounts;
using OrleansIM.Grains.Timelines;
using OrleansIM.Messages;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Messages on their way from this account to another. One call to a peer at a time, so that they arrive in the order
/// they were sent whatever the network does; what comes in the meantime goes with the next call.
/// </summary>
internal sealed partial class AccountGrain
{
    private const int MaxMessagesPerCall = 64;

    /// <summary>Settles the message when both sides are stored, or this side with the other in the outbox; or nothing is.</summary>
    private void EnqueueForPeer(string peer, OutgoingMessage message)
    {
        if (Sending.ByPeer.TryGetValue(peer, out var waiting))
        {
            Wait(peer, waiting, message);
        }
        else if (Sending.Held is { } held)
        {
            Wait(peer, null, message);
            held.Add(peer);
        }
        else
        {
            Sending.ByPeer[peer] = null;
            _ = HandOverAsync(peer, [message]);
        }
    }

    private void Wait(string peer, Queue<OutgoingMessage>? waiting, OutgoingMessage message)
    {
        if (waiting is null)
        {
            Sending.ByPeer[peer] = waiting = new();
        }

        waiting.Enqueue(message);
    }

    /// <summary>The next messages for a peer; none if nothing waits.</summary>
    private OutgoingMessage[] TakeWaiting(string peer)
    {
        if (Sending.ByPeer[peer] is not { Count: > 0 } waiting)
        {
            return [];
        }

        var some = new OutgoingMessage[Math.Min(waiting.Count, MaxMessagesPerCall)];
        for (var i = 0; i < some.Length; i++)
        {
            some[i] = waiting.Dequeue();
        }

        return some;
    }

    /// <summary>Until it is disposed of, in the same turn, nothing new is handed over.</summary>
    private OutgoingHold HoldOutgoing()
    {
        Sending.Held = [];
        return new OutgoingHold(this);
    }

    private void ReleaseOutgoing()
    {
        var held = Sending.Held;
        Sending.Held = null;
        foreach (var peer in held ?? [])
        {
            _ = HandOverAsync(peer, TakeWaiting(peer));
        }
    }

    /// <summary>Hands messages over, then those that have come meanwhile.</summary>
    private async Task HandOverAsync(string peer, OutgoingMessage[] messages)
    {
        for (; messages.Length > 0; messages = TakeWaiting(peer))
        {
            try
            {
                // Where something older waits to be delivered, nothing may overtake it.
                Outcome<Accepted> answer = _outboxTimer is not null && !await TryFinishOutboxAsync(CancellationToken.None)
                    ? Busy
                    : await Peer(peer).AcceptMessagesAsync(_id, Array.ConvertAll(
                        messages, static message => new IncomingMessage { Unit = message.Unit.Id, Data = message.Theirs, At = message.Own.At }));
                if (answer is { Refusal: null, Value: not Accepted.Together })
                {
                    await StoreElsewhereAsync(peer, messages);
                }
                else
                {
                    Settle(messages, answer.Refusal);
                }
            }
#pragma warning disable CA1031 // Whatever went wrong, each sender is told what became of its message.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                foreach (var message in messages)
                {
                    GiveUp(message, failure: failure);
                }
            }
        }

        Sending.ByPeer.Remove(peer);
    }

    /// <summary>The peer has taken messages, or refused them.</summary>
    private void Settle(OutgoingMessage[] messages, Refusal? refusal)
    {
        foreach (var message in messages)
        {
            if (refusal is not null)
            {
                GiveUp(message, refusal);
            }
            else
            {
                // The commit is not waited for: the next messages may be handed over, and may even be in the same one.
                Follow(message.Unit.Committed, message);
            }
        }
    }

    /// <summary>The peer is on another silo: this side first, with the other in the outbox, then the other.</summary>
    private async Task StoreElsewhereAsync(string peer, OutgoingMessage[] messages)
    {
        foreach (var message in messages)
        {
            message.Unit.AttachToFirst(new OutboxItem(peer, EntryKind.Message, message.Theirs));
        }

        var committed = messages.Select(message => (message, Commit: SubmitAsync(message.Unit))).ToArray();
        await Task.WhenAll(committed.Select(pair => TakeOverAsync(pair.message, pair.Commit)));
        var stored = messages.Where(message => message.Outcome is null && message.Failure is null).ToArray();
        await DeliverOrRetryAsync(peer, [.. stored.Select(message => new OutboxEntry(message.Own.Seq, message.Own.At, new OutboxItem(peer, EntryKind.Message, message.Theirs)))]);
        await Task.WhenAll(messages.Select(SettleAsync));
    }

    /// <summary>Waits for the commit of a message's own side.</summary>
    private async Task TakeOverAsync(OutgoingMessage message, Task commit)
    {
        try
        {
            await commit;
            Publish();
        }
#pragma warning disable CA1031 // Handed to whoever sent the message.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            message.Outcome = OnFailed(failure);
            message.Failure = message.Outcome is null ? failure : null;
        }
    }

    /// <summary>
    /// Not to be stored: refused, or the call to the peer failed. Unless the peer has submitted it all the same; then its
    /// commit decides.
    /// </summary>
    private void GiveUp(OutgoingMessage message, Refusal? refusal = null, Exception? failure = null)
    {
        if (message.Answer.IsCompleted)
        {
            return;
        }

        if (_services.Appender.Abandon(message.Unit))
        {
            (message.Outcome, message.Failure) = (refusal, failure);
            _ = SettleAsync(message);
        }
        else
        {
            Follow(message.Unit.Committed, message);
        }
    }

    /// <summary>Tells whoever sent a message what became of it. A refused one may be sent again.</summary>
    private async Task SettleAsync(OutgoingMessage message)
    {
        try
        {
            if (message.Failure is DuplicateEntryException)
            {
                message.Settle(await FindSentAsync(message.Cid) is { } stored ? stored : Unavailable);
                return;
            }

            if (message is { Failure: null, Outcome: null })
            {
                Sending.Recent.Add(message.Cid);
            }

            message.Settle();
        }
#pragma warning disable CA1031 // Handed to whoever sent the message.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            message.Failure = failure;
            message.Settle();
        }
        finally
        {
            Sending.UnderWay.Remove(message.Cid);
        }
    }

    public Task<Outcome<Accepted>> AcceptMessagesAsync(string from, IncomingMessage[] messages)
    {
        Outcome<Accepted> answer = !IsActive ? UnknownAccount
            : !_state.TakesMessagesOf(from) ? NotFriends
            // Units are found only on the silo that made them: then both logs are written in one commit.
            : messages.All(message => _services.Appender.Find(message.Unit) is not null) ? Accepted.Together
            : Accepted.Elsewhere;
        if (answer.Value is Accepted.Together)
        {
            foreach (var message in messages)
            {
                var unit = _services.Appender.Find(message.Unit)!;
                unit.Add(new PreparedEntry(_timeline, EntryKind.Message, message.At, from, message.Data) { Counterpart = unit.Entries[0] });
                Follow(SubmitAsync(unit));
            }
        }

        return Task.FromResult(answer);
    }

    private readonly struct OutgoingHold(AccountGrain account) : IDisposable
    {
        public void Dispose() => account.ReleaseOutgoing();
    }

    /// <summary>A message between being sent and being stored.</summary>
    private sealed class OutgoingMessage(string cid, string id, DateTimeOffset sentAt, AppendUnit unit, PreparedEntry own, byte[] theirs)
    {
        private readonly TaskCompletionSource<Outcome<SentMessage>> _answer = new();

        public string Cid { get; } = cid;
        public AppendUnit Unit { get; } = unit;
        public PreparedEntry Own { get; } = own;

        /// <summary>The recipient's event data.</summary>
        public byte[] Theirs { get; } = theirs;
        public Refusal? Outcome { get; set; }
        public Exception? Failure { get; set; }
        public Task<Outcome<SentMessage>> Answer => _answer.Task;

        public void Settle()
        {
            if (Failure is not null)
            {
                _answer.TrySetException(Failure);
            }
            else
            {
                Settle(Outcome is not null ? Outcome : new SentMessage { Id = id, Seq = Own.Seq, SentAt = sentAt });
            }
        }

        public void Settle(Outcome<SentMessage> outcome) => _answer.TrySetResult(outcome);
    }
}
