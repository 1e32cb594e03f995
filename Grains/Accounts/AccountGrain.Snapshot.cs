using OrleansIM.Grains.Concurrency;
using OrleansIM.Grains.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>The shortcut to the state: taken at the start, saved now and then, and how far the log may be trimmed with it.</summary>
internal sealed partial class AccountGrain
{
    private SparseGate _snapshotGate;

    // Of the snapshot only this is kept: what it held is in the state.
    private long _savedSeq;

    /// <summary>Makes the state of it, and lets it go.</summary>
    private async Task TakeSnapshotAsync(CancellationToken cancellation)
    {
        if (_snapshot.State.AppliedSeq == AccountSnapshot.Spent.AppliedSeq)
        {
            // An activation that moves here would bring that along in place of what is stored.
            await _snapshot.ReadStateAsync(cancellation);
        }

        _state = NewState();
        _savedSeq = _snapshot.State.AppliedSeq;
        _snapshot.State = AccountSnapshot.Spent;
    }

    /// <summary>Saves the snapshot. A failure costs only a longer replay; then it answers false.</summary>
    private async Task<bool> SaveSnapshotAsync()
    {
        using var gate = await _snapshotGate.EnterAsync();
        var trim = Retention.Limit(_services.TimelineOptions, _state.AppliedSeq, _state.Marks, _services.Time.GetUtcNow());
        if (!Exists || (_savedSeq == _state.AppliedSeq && !_isToldUnsaved && trim <= _state.TrimmedUpTo))
        {
            return true;
        }

        var before = (_savedSeq, _isToldUnsaved);
        try
        {
            _state.Trim(trim, _services.Time.GetUtcNow());
            _snapshot.State = _state.ToSnapshot();
            (_savedSeq, _isToldUnsaved) = (_state.AppliedSeq, false);
            await _snapshot.WriteStateAsync();

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
        finally
        {
            _snapshot.State = AccountSnapshot.Spent;
        }
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
