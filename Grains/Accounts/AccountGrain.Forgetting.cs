using OrleansIM.Contacts;
using OrleansIM.Grains.Timelines;
using OrleansIM.Profiles;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Another account was deleted. What the two wrote to each other stays; the contact goes, and the name, the addresses and
/// the notes that its entries in the log have held.
/// </summary>
internal sealed partial class AccountGrain
{
    private const int ForgetPage = 200;
    private const int RereadAttempts = 3;

    public async Task ForgetAsync(string account)
    {
        using var gate = await Gates.Contacts.EnterAsync(account);
        if (Exists)
        {
            if (_state.Contact(account) is not null && await AppendAsync(ContactEntry(Nobody(account, ContactState.None))) is { } refusal)
            {
                throw new AppendRefusedException(refusal.Message);
            }

            await BlankContactEntriesAsync(account);
            if (!await SaveSnapshotAsync())
            {
                throw new AppendRefusedException("The snapshot could not be saved.");
            }
        }

        await _services.Erasure.RemoveHolderAsync(account, _id, CancellationToken.None);
    }

    /// <summary>The entries keep their seq and the state they told of: what is added up from them is the same.</summary>
    private async Task BlankContactEntriesAsync(string account)
    {
        var after = 0L;
        var changed = false;
        while (await _services.Erasure.ReadContactEntriesAsync(_id, account, after, ForgetPage, CancellationToken.None) is { Count: > 0 } entries)
        {
            after = entries[^1].Seq;
            var blank = entries
                .Select(entry => (entry.Seq, entry.Data, Blank: EntryData.Contact(Nobody(account, EntryData.ReadContact(entry.Data).State))))
                .Where(entry => !entry.Data.AsSpan().SequenceEqual(entry.Blank))
                .Select(entry => (entry.Seq, entry.Blank))
                .ToArray();
            if (blank.Length > 0)
            {
                changed = true;
                await _services.Erasure.RewriteAsync(_id, blank, CancellationToken.None);
            }
        }

        if (changed)
        {
            await RereadRecentAsync();
        }
    }

    /// <summary>Pages are made of what is near, which is other in the log by now.</summary>
    private async Task RereadRecentAsync()
    {
        for (var attempt = 0; attempt < RereadAttempts; attempt++)
        {
            var head = _timeline.Head;
            var recent = await _services.Store.ReadBackAsync(_id, null, head + 1, _services.TimelineOptions.RecentEntries, CancellationToken.None);
            if (_timeline.Head == head)
            {
                _timeline.Forget();
                foreach (var entry in recent)
                {
                    _timeline.Remember(entry);
                }

                return;
            }
        }

        // So much comes in that it is near again at once.
        _timeline.Forget();
    }

    /// <summary>What is known of an account that is not there: its id.</summary>
    private static Profile Nobody(string account) => new() { Account = account, DisplayName = account };

    private static Contact Nobody(string account, ContactState state) => new() { Account = account, DisplayName = account, State = state };
}
