using OrleansIM.Accounts;
using OrleansIM.Groups;
using OrleansIM.Links;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Groups;

/// <summary>Accounts are deleted, and with the last one that can still read the group, the group.</summary>
internal sealed partial class GroupGrain
{
    private const int ForgetPage = 500;

    public async Task<Outcome> ForgetAsync(string account)
    {
        if (_state.Find(account) is not null)
        {
            var left = await ChangeAsync(account, new ChangeGroup { Group = _name, Action = GroupAction.Leave });
            if (left.Refusal is { } refusal)
            {
                return refusal;
            }
        }

        using var gate = await _changes.EnterAsync();
        if (_state.AppliedSeq > 0 && _state.Count == 0 && await IsNobodysAsync())
        {
            // Nothing is saved at the end of this activation.
            _timeline.Break();
            await _snapshot.ClearStateAsync();
            await _store.DeleteAsync(_name, CancellationToken.None);
            DeactivateOnIdle();
        }

        return Outcome.Done;
    }

    /// <summary>
    /// Whether everybody who was ever a member is deleted: who left has what was written until then in the own log, and reads
    /// it here.
    /// </summary>
    private async Task<bool> IsNobodysAsync()
    {
        var asked = new HashSet<string>();
        var after = 0L;
        while (await _store.ReadAsync(_name, after, ForgetPage, CancellationToken.None) is { Count: > 0 } entries)
        {
            after = entries[^1].Seq;
            foreach (var account in entries.Where(entry => entry.Kind is EntryKind.Group).SelectMany(entry => GroupEvent.Read(entry.Data)?.Accounts ?? []))
            {
                if (asked.Add(account) && (await GrainFactory.GetGrain<IAccountLinkGrain>(account).GetLinkStateAsync()).Exists)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
