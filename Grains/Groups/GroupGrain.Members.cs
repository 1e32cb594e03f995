using Orleans.Runtime;
using OrleansIM.Accounts;
using OrleansIM.Grains.Concurrency;
using OrleansIM.Grains.Timelines;
using OrleansIM.Groups;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Groups;

/// <summary>
/// How members hear of the group: those that are awake through the relays of their silos, at once; those that were added
/// through the outbox, whatever dies in between. Who is not awake hears nothing and costs nothing.
/// </summary>
internal sealed partial class GroupGrain
{
    /// <summary>How long a relay is told without registering again; well over <see cref="GroupRelay.Period"/>.</summary>
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan s_outboxRetry = TimeSpan.FromSeconds(5);
    private const int DeliveriesAtOnce = 32;

    private readonly Dictionary<IGroupRelay, DateTimeOffset> _relays = [];
    private readonly AsyncGate _outboxGate = new();
    private IGrainTimer? _outboxTimer;

    public Task<long> RegisterAsync(IGroupRelay relay)
    {
        var now = _time.GetUtcNow();
        foreach (var (lost, _) in _relays.Where(pair => pair.Value < now).ToArray())
        {
            _relays.Remove(lost);
        }

        _relays[relay] = now + s_lease;
        return Task.FromResult(_timeline.Head);
    }

    public Task<Outcome> SetTypingAsync(string from, bool on)
    {
        if (_state.Find(from) is null)
        {
            return Task.FromResult<Outcome>(GroupRules.NotAMember);
        }

        var typing = new GroupTyping { Group = _name, From = from, On = on, MembersSeq = _state.MembersSeq };
        foreach (var relay in _relays.Keys)
        {
            relay.OnTyping(typing);
        }

        return Task.FromResult(Outcome.Done);
    }

    private void Tell(TimelineEntry[] entries)
    {
        var news = new GroupNews { Group = _name, Head = _timeline.Head, Entries = entries };
        foreach (var relay in _relays.Keys)
        {
            relay.OnNews(news);
        }
    }

    private void CloseRelays(DeactivationReasonCode reason)
    {
        foreach (var relay in _relays.Keys)
        {
            // A silo that stops does not call itself any more, and its accounts have nobody to show anything to.
            if (reason is not DeactivationReasonCode.ShuttingDown || !_siloRelay.IsReferredToBy(relay))
            {
                relay.OnClosed(_name);
            }
        }
    }

    public async Task FinishOutboxAsync() => await TryFinishOutboxAsync();

    private async Task TryFinishOutboxAsync()
    {
        using var gate = await _outboxGate.EnterAsync();
        _outboxTimer?.Dispose();
        _outboxTimer = null;
        await DeliverAsync([.. await _store.ReadOutboxAsync(_name, CancellationToken.None)]);
    }

    /// <summary>Tells accounts that they were added. Whom it cannot tell now, it tells later.</summary>
    private async Task DeliverAsync(OutboxEntry[] invites)
    {
        foreach (var some in invites.Chunk(DeliveriesAtOnce))
        {
            try
            {
                await Task.WhenAll(some.Select(DeliverOneAsync));
            }
#pragma warning disable CA1031 // It is in the outbox: delivered later, in any case.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                LogOutboxWaits(failure, some.Length);
                RetryOutboxLater();
            }
        }
    }

    private Task DeliverOneAsync(OutboxEntry invite) => GrainFactory.GetGrain<IAccountPeerGrain>(invite.Item.Recipient).DeliverAsync(
        _name, [new DeferredAppend { SenderSeq = invite.Seq, Kind = invite.Item.Kind, At = invite.At, Data = invite.Item.Data }]);

    private void RetryOutboxLater(TimeSpan? after = null) => _outboxTimer ??= this.RegisterGrainTimer(
        async _ => await TryFinishOutboxAsync(),
        new GrainTimerCreationOptions(after ?? s_outboxRetry, s_outboxRetry) { KeepAlive = true, Interleave = true });
}
