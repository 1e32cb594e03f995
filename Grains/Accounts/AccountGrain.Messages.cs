using Orleans.Runtime;
using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Grains.Collections;
using OrleansIM.Grains.Timelines;
using OrleansIM.Messages;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>Messages: stored in both logs before they are acknowledged, once per cid (mission P1).</summary>
internal sealed partial class AccountGrain
{
    private const int RememberedCids = 128;
    private const int MaxPeersKept = 64;

    // Made for the first message: most accounts say nothing.
    private Sends? _sends;
    private SparseMap<string, IAccountPeerGrain> _peers = new();

    private Sends Sending => _sends ??= new();

    public Task<Outcome<SentMessage>> SendAsync(string session, SendMessage message)
    {
        if (Refuse(session) is { } refusal)
        {
            return Task.FromResult<Outcome<SentMessage>>(refusal);
        }

        if (GroupIds.IsGroup(message.To))
        {
            return SendToGroupAsync(message);
        }

        return Sending.UnderWay.TryGetValue(message.Cid, out var underWay) ? underWay.Answer
            : Sending.Recent.MayContain(message.Cid) ? SendUnlessDoneAsync(message)
            : SendNew(message);
    }

    public async Task<Outcome<SentMessages>> SendManyAsync(string session, SendMessage[] messages)
    {
        // All of them first, then they are handed over: together, if they are for the same peer.
        var sends = new Task<Outcome<SentMessage>>[messages.Length];
        using (HoldOutgoing())
        {
            for (var i = 0; i < sends.Length; i++)
            {
                sends[i] = SendAsync(session, messages[i]);
            }
        }

        // One wait for all: to be woken for each would cost more than what is done then.
        await ((Task)Task.WhenAll(sends)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var answers = Array.ConvertAll(sends, AnswerOf);

        // A session that is not known was not known to any of them.
        return answers[0].Refusal is { Code: SessionRefusals.UnknownSession } unknown ? unknown : new SentMessages { Answers = answers };
    }

    /// <summary>What has become of one of several messages: one that failed does not take the others' answers along.</summary>
    private Outcome<SentMessage> AnswerOf(Task<Outcome<SentMessage>> ended)
    {
        if (ended.IsCompletedSuccessfully)
        {
            return ended.Result;
        }

        var failure = ended.Exception?.InnerException ?? new TaskCanceledException(ended);
        if (failure is TimeoutException or OrleansException or OperationCanceledException)
        {
            LogNotHandedOver(failure);
            return Unavailable;
        }

        LogSendFailed(failure);
        return new Refusal(ErrorCodes.Internal, "A fault of the server. It was logged.");
    }

    private async Task<Outcome<SentMessage>> SendUnlessDoneAsync(SendMessage message)
    {
        if (await FindSentAsync(message.Cid) is { } sent)
        {
            return sent;
        }

        return await (Sending.UnderWay.TryGetValue(message.Cid, out var underWay) ? underWay.Answer : SendNew(message));
    }

    private Task<Outcome<SentMessage>> SendNew(SendMessage message)
    {
        if (RefuseTo(message.To) is { } refusal)
        {
            return Task.FromResult<Outcome<SentMessage>>(refusal);
        }

        var now = _services.Time.GetUtcNow();
        // Milliseconds are all the wire has: the same answer, whether it is remembered or read back.
        var sentAt = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        var id = MessageIds.Next(now);
        var (ownData, theirData) = EntryData.Message(id, _id, message, sentAt);
        var unit = _services.Appender.Prepare();
        var own = unit.Add(new PreparedEntry(
            _timeline, EntryKind.Message, sentAt.ToUnixTimeMilliseconds(), _state.Contact(message.To)?.Account ?? message.To, ownData)
        {
            Dedupe = SendKey(message.Cid),
        });
        var send = new OutgoingMessage(message.Cid, id, sentAt, unit, own, theirData);
        Sending.UnderWay.Add(message.Cid, send);
        EnqueueForPeer(message.To, send);
        return send.Answer;
    }

    private Refusal? RefuseTo(string to) =>
        to == _id ? new Refusal(ErrorCodes.Self, "to: an account cannot write to itself.")
        : _state.ContactState(to) is ContactState.Blocked ? new Refusal(ErrorCodes.Blocked, "You have blocked this account. Unblock it first.")
        : null;

    /// <summary>The message that was stored with a cid, if there is one.</summary>
    private async Task<SentMessage?> FindSentAsync(string cid) =>
        await FindByKeyAsync(SendKey(cid));

    private async Task<SentMessage?> FindByKeyAsync(string key) =>
        await _services.Store.FindAsync(_id, key, CancellationToken.None) is { } stored ? EntryData.ReadSent(stored.Seq, stored.Data) : null;

    private static string SendKey(string cid) => "c:" + cid;

    /// <summary>Another account. To make a reference costs more than a call, so those in use are kept.</summary>
    private IAccountPeerGrain Peer(string account)
    {
        if (_peers.TryGetValue(account, out var peer))
        {
            return peer;
        }

        if (_peers.Count == MaxPeersKept)
        {
            _peers.Clear();
        }

        return _peers[account] = GrainFactory.GetGrain<IAccountPeerGrain>(account);
    }

    private static Refusal NotFriends { get; } =
        new(ErrorCodes.NotFriends, "to: you are not friends. Send a contacts.request first.");

    /// <summary>What this account is sending, and has sent.</summary>
    private sealed class Sends
    {
        /// <summary>By cid, what is under way; what was done is found in the log by its dedupe key, which is unique.</summary>
        public Dictionary<string, OutgoingMessage> UnderWay { get; } = [];

        /// <summary>What of that is for groups, by group and cid: a group counts the cids of its members by itself.</summary>
        public SparseMap<(string Group, string Cid), Task<Outcome<SentMessage>>> ToGroups = new();

        public RecentCids Recent { get; } = new(RememberedCids);

        /// <summary>Peers that are being handed something, and what waits behind it; null for nothing, as mostly.</summary>
        public Dictionary<string, Queue<OutgoingMessage>?> ByPeer { get; } = [];

        /// <summary>Peers that messages wait for until all of a turn are there; null otherwise.</summary>
        public List<string>? Held { get; set; }
    }
}
