using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Runtime;
using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Grains.Groups;
using OrleansIM.Grains.Links;
using OrleansIM.Grains.Presence;
using OrleansIM.Grains.Timelines;
using OrleansIM.Identity;
using OrleansIM.Links;
using OrleansIM.Mail;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// An account. One file per concern beside this one, which holds what they share: the state, the log and how something
/// durable happens: decide on what is committed, append, wait for the commit, apply, push.
/// </summary>
/// <remarks>
/// Reentrant, because accounts call each other. What has to happen in sequence holds a gate; the order of gates is in
/// docs/architecture.md. Everything between two awaits is one turn.
/// </remarks>
[GrainType("im-account"), Reentrant]
internal sealed partial class AccountGrain : Grain, IAccountGrain, IAccountCredentialsGrain, IAccountPeerGrain, IAccountLinkGrain, IRemindable
{
    private readonly AccountServices _services;
    private readonly ILogger<AccountGrain> _logger;
    private AccountGates? _gates;
    private GrainState<AccountRecord> _record = null!;
    private AccountTimeline _timeline = null!;
    private AccountState _state = null!;
    private string _id = null!;

    public AccountGrain(AccountServices services, ILogger<AccountGrain> logger)
    {
        (_services, _logger) = (services, logger);
        _damper = new PresenceDamper(services.PresenceOptions);
    }

    private AccountRecord Record => _record.State!;

    private AccountGates Gates => _gates ??= new();

    /// <summary>Registered and not deleted.</summary>
    private bool Exists => _record.RecordExists && !Record.IsDeleted;

    /// <summary>Takes part: others can see it and write to it.</summary>
    private bool IsActive => Exists && !Record.IsDisabled;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _id = this.GetPrimaryKeyString();
        await ReadStateAsync();
        if (!Exists && !Record.IsBeingErased)
        {
            // Somebody guesses names: no further reads for those.
            _timeline = new AccountTimeline(_id, 0, _services.TimelineOptions.RecentEntries, _services.TimelineOptions.RecentBytes);
            return;
        }

        await ReplayAsync(cancellationToken);
        _timeline = new AccountTimeline(_id, _state.AppliedSeq, _services.TimelineOptions.RecentEntries, _services.TimelineOptions.RecentBytes);
        if (Record.IsBeingErased)
        {
            EraseLater(TimeSpan.Zero);
            return;
        }

        var recent = await _services.Store.ReadBackAsync(_id, null, long.MaxValue, _services.TimelineOptions.RecentEntries, cancellationToken);
        foreach (var entry in recent.Whole())
        {
            _timeline.Remember(entry);
        }

        await BeginOutboxAsync(cancellationToken);
        ContinueTrimming();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await CloseFeedsAsync();
        Publish();
        RestartSessions();
        LetDeliveriesBe();
        LeavePresence();
        if (!_timeline.IsBroken)
        {
            await SaveSnapshotAsync();
        }
    }

    /// <summary>Reads what the log has beyond the snapshot.</summary>
    private async Task ReplayAsync(CancellationToken cancellation)
    {
        const int page = 500;
        IReadOnlyList<TimelineEntry> entries;
        do
        {
            entries = await _services.Store.ReadAsync(_id, _state.AppliedSeq, page, cancellation);
            foreach (var entry in entries)
            {
                Apply(entry);
            }
        }
        while (entries.Count == page);
    }

    /// <summary>Takes an entry into the state; one that cannot be read is left out, and the log goes on behind it.</summary>
    private void Apply(TimelineEntry entry)
    {
        try
        {
            _state.Apply(entry);
        }
        catch (DamagedEntryException damage)
        {
            LogDamaged(damage, entry.Seq, entry.Kind);
        }
    }

    private PreparedEntry Prepare(EntryKind kind, byte[] data, string? peer = null) =>
        new(_timeline, kind, _services.Time.GetUtcNow().ToUnixTimeMilliseconds(), peer, data);

    /// <summary>Appends one entry to this log; null when it is on disk, else why it is not.</summary>
    private Task<Refusal?> AppendAsync(PreparedEntry entry)
    {
        var unit = _services.Appender.Prepare();
        unit.Add(entry);
        return CommitAsync(unit);
    }

    /// <summary>Submits a unit and takes the result over; null when it is on disk, else why it is not.</summary>
    private Task<Refusal?> CommitAsync(AppendUnit unit) => TakeOverAsync(SubmitAsync(unit));

    /// <summary>Submits now, in this turn; what comes of it is in the task.</summary>
    private Task SubmitAsync(AppendUnit unit)
    {
        if (Record.IsDeleted)
        {
            // Nothing comes into a log that is being removed.
            _services.Appender.Abandon(unit);
            return Task.FromException(new AppendRefusedException("The account is deleted."));
        }

        try
        {
            return _lastCommit = _services.Appender.SubmitAsync(unit);
        }
        catch (AppendRefusedException refused)
        {
            return Task.FromException(refused);
        }
    }

    /// <summary>Waits for a commit in which this account has an entry, then applies and pushes what is new.</summary>
    private async Task<Refusal?> TakeOverAsync(Task committed)
    {
        try
        {
            await committed;
        }
        catch (Exception failure) when (failure is AppendRefusedException or AppendFailedException)
        {
            return OnFailed(failure);
        }

        Publish();
        return null;
    }

    /// <summary>A commit in which this account has an entry has failed: what to say, or null if that is not the store's doing.</summary>
    private Refusal? OnFailed(Exception failure)
    {
        switch (failure)
        {
            case AppendRefusedException:
                return Busy;
            case AppendFailedException:
                LogStartsAnew(failure);
                _services.Metrics.OnRestarted();
                StartAnew();
                return Unavailable;
            default:
                return null;
        }
    }

    /// <summary>Applies and pushes what was committed since the last time, in order.</summary>
    private void Publish()
    {
        if (_timeline.Take() is not { } entries)
        {
            return;
        }

        if (_tellsLater && _sessions.Count == 0)
        {
            // What nobody sees does not hide what the last session still saw.
            _ = TellDeliveredAsync();
        }

        foreach (var entry in entries)
        {
            Apply(entry);
            _timeline.Remember(entry);
        }

        PushEntries(entries);
        CountAsShown();
        EndTypingOfAuthors(entries);
        FollowContacts(entries);
        FollowAddresses(entries);
        if (_state.AppliedSeq - _savedSeq >= _services.TimelineOptions.SnapshotEvery && _gates is not { Snapshot.IsFree: false })
        {
            _ = SaveSnapshotAsync();
        }
    }

    /// <summary>
    /// Changes the record: one change at a time, on what is stored. The change is not there until it is written.
    /// </summary>
    private async Task<Outcome> ChangeRecordAsync(Func<AccountRecord, Outcome<AccountRecord>> change)
    {
        using var gate = await Gates.Record.EnterAsync();
        var before = Record;
        var decision = change(before);
        if (decision.Refusal is { } refusal)
        {
            return refusal;
        }

        if (ReferenceEquals(decision.Value, before))
        {
            return Outcome.Done;
        }

        await _services.Records.ReplaceAsync(this.GetGrainId(), _record, decision.Get(), StartAnew);
        return Outcome.Done;
    }

    /// <summary>What is stored is not known: the next activation reads it, and the sessions come back to that one.</summary>
    private void StartAnew()
    {
        RestartSessions();
        DeactivateOnIdle();
    }

    private static Refusal Busy { get; } =
        new(ErrorCodes.Unavailable, "Too much waits to be stored. Nothing was done; try again.", TimeSpan.FromSeconds(1));

    private static Refusal Unavailable { get; } =
        new(ErrorCodes.Unavailable, "The store did not confirm the write. Try again with the same cid.", TimeSpan.FromSeconds(1));
}
