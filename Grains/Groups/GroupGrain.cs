using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Runtime;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Concurrency;
using OrleansIM.Grains.Timelines;
using OrleansIM.Groups;
using OrleansIM.Messages;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Groups;

/// <summary>
/// A group chat: one log, in which every message and every change stands once and in the order that all members see.
/// What the log adds up to decides who may do what (<see cref="GroupRules"/>). Members take the log over into their own;
/// the group only hints.
/// </summary>
/// <remarks>
/// Reentrant: accounts ask while it waits for a commit. Changes of who is a member go one by one, each decided on what is
/// stored; messages need no gate, except that an account which is being removed waits for that.
/// </remarks>
[GrainType("im-group"), Reentrant]
internal sealed partial class GroupGrain : Grain, IGroupGrain
{
    private const int RememberedCids = 1_024;

    private readonly IPersistentState<GroupSnapshot> _snapshot;
    private readonly ITimelineStore _store;
    private readonly TimelineAppender _appender;
    private readonly GroupRelay _siloRelay;
    private readonly GroupOptions _options;
    private readonly TimelineOptions _timelineOptions;
    private readonly TimeProvider _time;
    private readonly ILogger<GroupGrain> _logger;
    private readonly AsyncGate _changes = new();
    private readonly AsyncGate _snapshotGate = new();
    private readonly HashSet<string> _removing = [];
    private readonly RecentCids _recentCids = new(RememberedCids);
    private AccountTimeline _timeline = null!;
    private GroupState _state = null!;
    private string _id = null!;
    private string _name = null!;

    public GroupGrain(
        [PersistentState(StorageNames.GroupSnapshot, StorageNames.State)] IPersistentState<GroupSnapshot> snapshot,
        ITimelineStore store,
        TimelineAppender appender,
        GroupRelay siloRelay,
        IOptions<GroupOptions> options,
        IOptions<TimelineOptions> timelineOptions,
        TimeProvider time,
        ILogger<GroupGrain> logger)
    {
        (_snapshot, _store, _appender, _siloRelay) = (snapshot, store, appender, siloRelay);
        (_options, _timelineOptions) = (options.Value, timelineOptions.Value);
        (_time, _logger) = (time, logger);
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _id = this.GetPrimaryKeyString();
        _name = GroupIds.NameOf(_id);
        _state = new GroupState(_snapshot.State);
        await ReplayAsync(cancellationToken);
        _timeline = new AccountTimeline(_name, _state.AppliedSeq);
        if (_state.AppliedSeq > 0 && (await _store.ReadOutboxAsync(_name, cancellationToken)).Count > 0)
        {
            RetryOutboxLater(TimeSpan.Zero);
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Publish();
        CloseRelays(reason.ReasonCode);
        if (!_timeline.IsBroken)
        {
            await SaveSnapshotAsync();
        }
    }

    public async Task<Outcome<GroupChanged>> CreateAsync(string by, string name, string[] members) =>
        await ChangeAsync(() => GroupRules.Create(_state, by, name, members, _options.MaxMembers), waitFor: by);

    public async Task<Outcome<GroupChanged>> InviteAsync(string by, string[] accounts) =>
        await ChangeAsync(() => GroupRules.Invite(_state, by, accounts, _options.MaxMembers));

    public async Task<Outcome<GroupChanged>> ChangeAsync(string by, ChangeGroup change) =>
        await ChangeAsync(() => GroupRules.Change(_state, by, change));

    public Task<Outcome<GroupDetails>> GetAsync(string by) => Task.FromResult<Outcome<GroupDetails>>(
        _state.Find(by) is null ? GroupRules.NotAMember : _state.ToDetails(_id));

    public async Task<PostResult[]> PostAsync(string from, SendMessage[] messages)
    {
        if (_removing.Contains(from))
        {
            // Whether it is still a member is being written: nothing of it may come after its removal.
            using var gate = await _changes.EnterAsync();
        }

        // All are submitted in this turn, so that they are stored in the order they were sent.
        return _state.Find(from) is null
            ? [.. messages.Select(_ => new PostResult { Refusal = GroupRules.NotAMember })]
            : await Task.WhenAll(messages.Select(message => PostOneAsync(from, message)));
    }

    private async Task<PostResult> PostOneAsync(string from, SendMessage message)
    {
        if (message.Mentions?.FirstOrDefault(account => _state.Find(account) is null) is { } stranger)
        {
            return new PostResult { Refusal = new Refusal(ErrorCodes.InvalidArgument, $"mentions: {stranger} is no member of the group.") };
        }

        var now = _time.GetUtcNow();
        var sentAt = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        var data = GroupEvent.Message(MessageIds.Next(now), from, message, sentAt);
        var dedupe = $"c:{from}:{message.Cid}";
        if (_recentCids.MayContain(dedupe) && await _store.FindAsync(_name, dedupe, CancellationToken.None) is { } known)
        {
            return new PostResult { Entry = known };
        }

        var unit = _appender.Prepare();
        var entry = unit.Add(new PreparedEntry(_timeline, EntryKind.Message, sentAt.ToUnixTimeMilliseconds(), null, data) { Dedupe = dedupe });
        try
        {
            if (await CommitAsync(unit) is { } refusal)
            {
                return new PostResult { Refusal = refusal };
            }

            _recentCids.Add(dedupe);
            return new PostResult { Entry = new TimelineEntry { Seq = entry.Seq, Kind = entry.Kind, At = entry.At, Data = data } };
        }
        catch (DuplicateEntryException)
        {
            var stored = await _store.FindAsync(_name, dedupe, CancellationToken.None);
            return stored is null ? new PostResult { Refusal = Unavailable } : new PostResult { Entry = stored };
        }
    }

    /// <summary>Decides and stores a change, then has those it adds told; it waits for one of them at most.</summary>
    private async Task<Outcome<GroupChanged>> ChangeAsync(Func<Outcome<GroupEvent?>> decide, string? waitFor = null)
    {
        OutboxEntry[] invites;
        GroupChanged changed;
        using (await _changes.EnterAsync())
        {
            var decision = decide();
            if (decision.Refusal is { } refusal)
            {
                return refusal;
            }

            if (decision.Value is not { } happened)
            {
                return new GroupChanged { Seq = _timeline.Head, Group = _state.ToDetails(_id), Added = [] };
            }

            var stored = await StoreAsync(happened);
            if (stored.Refusal is { } failed)
            {
                return failed;
            }

            (invites, var seq) = stored.Value;
            changed = new GroupChanged { Seq = seq, Group = _state.ToDetails(_id), Added = [.. invites.Select(invite => invite.Item.Recipient)] };
            LogChanged(happened.What, happened.Accounts.Length, happened.Members);
        }

        var delivery = DeliverAsync([.. invites.Where(invite => invite.Item.Recipient != waitFor)]);
        await DeliverAsync([.. invites.Where(invite => invite.Item.Recipient == waitFor)]);
        _ = delivery;
        return changed;
    }

    /// <summary>
    /// Stores a change as one commit: for each account it adds an entry with an item in the outbox, so that the account
    /// is told in any case, and then the one entry that all members see.
    /// </summary>
    private async Task<Outcome<(OutboxEntry[] Invites, long Seq)>> StoreAsync(GroupEvent happened)
    {
        var at = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var unit = _appender.Prepare();
        var added = happened.What is GroupEvent.Created or GroupEvent.Joined ? happened.Accounts : [];
        for (var i = 0; i < added.Length; i++)
        {
            var item = new OutboxItem(added[i], EntryKind.GroupInvite, GroupEvent.Invite(added.Length - i));
            unit.Add(new PreparedEntry(_timeline, EntryKind.GroupInvite, at, added[i], item.Data) { Deferred = item });
        }

        var entry = unit.Add(new PreparedEntry(_timeline, EntryKind.Group, at, null, happened.ToData(_name)));
        if (happened.What is GroupEvent.Left or GroupEvent.Kicked)
        {
            _removing.UnionWith(happened.Accounts);
        }

        try
        {
            if (await CommitAsync(unit) is { } refusal)
            {
                return refusal;
            }
        }
        finally
        {
            _removing.Clear();
        }

        return (unit.Entries.SkipLast(1).Select(invite => new OutboxEntry(invite.Seq, invite.At, invite.Deferred!)).ToArray(), entry.Seq);
    }

    /// <summary>Submits now, in this turn; null when it is on disk, else why it is not.</summary>
    private async Task<Refusal?> CommitAsync(AppendUnit unit)
    {
        try
        {
            await _appender.SubmitAsync(unit);
        }
        catch (AppendRefusedException)
        {
            return Busy;
        }
        catch (AppendFailedException failure)
        {
            LogStartsAnew(failure);
            DeactivateOnIdle();
            return Unavailable;
        }

        Publish();
        return null;
    }

    /// <summary>Applies what was committed since the last time, in order, and hints.</summary>
    private void Publish()
    {
        if (_timeline.Take() is not { } entries)
        {
            return;
        }

        foreach (var entry in entries)
        {
            Apply(entry);
        }

        Tell(entries);
        if (_state.AppliedSeq - _snapshot.State.AppliedSeq >= _timelineOptions.SnapshotEvery && _snapshotGate.IsFree)
        {
            _ = SaveSnapshotAsync();
        }
    }

    /// <summary>Saves the snapshot. A failure costs only a longer replay.</summary>
    private async Task SaveSnapshotAsync()
    {
        using var gate = await _snapshotGate.EnterAsync();
        if (_snapshot.State.AppliedSeq == _state.AppliedSeq)
        {
            return;
        }

        try
        {
            _snapshot.State = _state.ToSnapshot();
            await _snapshot.WriteStateAsync();
        }
#pragma warning disable CA1031 // Nothing is lost: the log has it all.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogSnapshotFailed(failure);
        }
    }

    private static Refusal Busy { get; } =
        new(ErrorCodes.Unavailable, "Too much waits to be stored. Nothing was done; try again.", TimeSpan.FromSeconds(1));

    private static Refusal Unavailable { get; } =
        new(ErrorCodes.Unavailable, "The store did not confirm the write. Look at the group, or send with the same cid again.", TimeSpan.FromSeconds(1));
}
