using OrleansIM.Grains.Timelines;
using OrleansIM.Profiles;

namespace OrleansIM.Grains.Accounts;

/// <summary>The shortcut to the state: taken at the start, saved now and then, and how far the log may be trimmed with it.</summary>
internal sealed partial class AccountGrain
{
    // Of the snapshot only this is kept: what it held is in the state.
    private long _savedSeq;
    private string? _savedTag;

    /// <summary>Reads the record and the snapshot, and makes the state of them.</summary>
    private async Task ReadStateAsync()
    {
        var (readsRecord, readsSnapshot) = (_services.Records.ReadAsync(this.GetGrainId()), _services.Snapshots.ReadAsync(this.GetGrainId()));
        await Task.WhenAll(readsRecord, readsSnapshot);
        (_record, var snapshot) = (await readsRecord, await readsSnapshot);
        (_savedSeq, _savedTag) = (snapshot.State!.AppliedSeq, snapshot.ETag);
        _state = NewState(snapshot.State);
    }

    private AccountState NewState(AccountSnapshot snapshot) => new(
        _id, snapshot, new Profile { Account = _id, DisplayName = Record.DisplayName ?? _id, Email = Record.Email });

    /// <summary>Saves the snapshot. A failure costs only a longer replay; then it answers false.</summary>
    private async Task<bool> SaveSnapshotAsync()
    {
        using var gate = await Gates.Snapshot.EnterAsync();
        var trim = Retention.Limit(_services.TimelineOptions, _state.AppliedSeq, _state.Marks, _services.Time.GetUtcNow());
        if (!Exists || (_savedSeq == _state.AppliedSeq && !_isToldUnsaved && trim <= _state.TrimmedUpTo))
        {
            return true;
        }

        var before = (_savedSeq, _isToldUnsaved);
        try
        {
            _state.Trim(trim, _services.Time.GetUtcNow());
            var snapshot = new GrainState<AccountSnapshot>(_state.ToSnapshot(), _savedTag);
            (_savedSeq, _isToldUnsaved) = (_state.AppliedSeq, false);
            await _services.Snapshots.WriteAsync(this.GetGrainId(), snapshot);
            _savedTag = snapshot.ETag;

            // Only now: what is stored covers what goes.
            if (trim > 0)
            {
                _services.Trimmer.Trim(_id, trim);
            }

            return true;
        }
#pragma warning disable CA1031 // Nothing is lost: the log has it all.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogSnapshotFailed(failure);
            (_savedSeq, _isToldUnsaved) = before;
            return false;
        }
    }

    private async Task RemoveSnapshotAsync()
    {
        using var gate = await Gates.Snapshot.EnterAsync();
        var snapshot = new GrainState<AccountSnapshot>(null, _savedTag);
        await _services.Snapshots.ClearAsync(this.GetGrainId(), snapshot);
        _savedTag = snapshot.ETag;
    }

    /// <summary>Takes up what an earlier activation may have left, and what has become too old since.</summary>
    private void ContinueTrimming()
    {
        if (_state.TrimmedUpTo > 0)
        {
            _services.Trimmer.Trim(_id, _state.TrimmedUpTo);
        }

        if (Retention.Limit(_services.TimelineOptions, _state.AppliedSeq, _state.Marks, _services.Time.GetUtcNow()) > _state.TrimmedUpTo)
        {
            _ = SaveSnapshotAsync();
        }
    }
}
