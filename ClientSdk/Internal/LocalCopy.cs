using System.Text.Json;

namespace OrleansIM.Client.Internal;

/// <summary>
/// What a session keeps on this device: its pages, what waits to be sent, mail contacts. Writes go to the store one after
/// the other, off the caller's thread; what comes while one is under way goes with the next. Never calls out under its lock.
/// How is in LocalCopy.Writing.cs.
/// </summary>
/// <param name="store">Where.</param>
/// <param name="scope">Under which name.</param>
/// <param name="owner">The client: whose messages are its own.</param>
/// <param name="clock">For the pause before a page is written.</param>
/// <param name="pageOf">A page as it is now; null if it is not there.</param>
/// <param name="failed">Told once of a store that fails.</param>
internal sealed partial class LocalCopy(IStore store, string scope, string owner, ClientClock clock, Func<string, Page?> pageOf, Action<Exception> failed)
{
    private readonly object _gate = new();
    private bool _closed;
    private IAsyncDisposable? _claim;

    /// <summary>Everything there is, and what clients that are gone have left to be sent. A store that cannot be read is an empty one.</summary>
    public async Task<LocalState> LoadAsync()
    {
        var state = new LocalState();
        await LaterAsync(async () =>
        {
            _claim = await store.TryClaimAsync(scope, owner).ConfigureAwait(false);
            state = LocalState.Of(await store.ReadAsync(scope).ConfigureAwait(false));
        }).ConfigureAwait(false);
        var left = await TakeUpAsync(state).ConfigureAwait(false);
        state.Outgoing.Clear();
        state.Outgoing.AddRange(left);
        return state;
    }

    /// <summary>What clients that are gone have left: it is this one's from now on, and nobody else's.</summary>
    /// <param name="known">What the store has. Default: it is read.</param>
    public async Task<IReadOnlyList<KeptMessage>> TakeUpAsync(LocalState? known = null)
    {
        var mine = new List<KeptMessage>();
        await LaterAsync(async () =>
        {
            known ??= LocalState.Of(await store.ReadAsync(scope).ConfigureAwait(false));
            foreach (var other in known.Outgoing.Select(kept => kept.Owner).Where(other => other != owner).Distinct().ToArray())
            {
                if (await store.TryClaimAsync(scope, other).ConfigureAwait(false) is { } claim)
                {
                    await using var _ = claim.ConfigureAwait(false);

                    // Read again: before the claim was got, another may have taken up the same and sent it.
                    var left = LocalState.Of(await store.ReadAsync(scope).ConfigureAwait(false)).Outgoing.Where(kept => kept.Owner == other)
                        .Select(kept => kept with { Owner = owner }).ToArray();
                    await store.WriteAsync(scope, [.. left.Select(RecordOf)]).ConfigureAwait(false);
                    mine.AddRange(left);
                }
            }
        }).ConfigureAwait(false);
        return mine;
    }

    /// <summary>A page changed; it is written in a moment.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="reloaded">It began anew, and may be behind what is there.</param>
    public void SavePage(string account, bool reloaded)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _dirty[account] = reloaded || (_dirty.TryGetValue(account, out var before) && before);
            if (!_isSaving)
            {
                _isSaving = true;
                _ = SaveLaterAsync();
            }
        }
    }

    /// <returns>Ends when it is written, or the store has failed.</returns>
    public Task SaveAsync(KeptMessage kept) => Write(RecordOf(kept));

    public void Drop(OutgoingMessage message) => _ = Write(new StoredRecord(StoreKeys.Outgoing(message), null));

    /// <param name="key">The key of the list.</param>
    /// <param name="contacts">The list; empty for none.</param>
    public Task SaveMailContactsAsync(string key, IReadOnlyList<MailParty> contacts) => Write(
        new StoredRecord(key, contacts.Count == 0 ? null : JsonSerializer.Serialize([.. contacts], StoreJson.Default.ListMailParty)));

    /// <summary>The account has left: nothing of it stays.</summary>
    public void DropAccount(string account)
    {
        var prefix = account + "/";
        lock (_gate)
        {
            _dirty.Remove(account);
            foreach (var key in _changes.Keys.Where(IsOfIt).ToArray())
            {
                _changes.Remove(key);
            }
        }

        _ = LaterAsync(async () =>
        {
            var records = await store.ReadAsync(scope).ConfigureAwait(false);
            await store.WriteAsync(scope, [.. records.Where(record => IsOfIt(record.Key)).Select(record => new StoredRecord(record.Key, null))])
                .ConfigureAwait(false);
        });

        bool IsOfIt(string key) => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Nothing more is written; what is there stays. Returns when all of it is.</summary>
    public async Task CloseAsync()
    {
        SavePages();
        Task last;
        lock (_gate)
        {
            _closed = true;
            last = _last;
        }

        await last.ConfigureAwait(false);
        await LetGoAsync().ConfigureAwait(false);
    }

    /// <summary>Nothing of it stays, but what another client that lives has still to send.</summary>
    public async Task ClearAsync()
    {
        Task cleared;
        lock (_gate)
        {
            _changes.Clear();
            _dirty.Clear();
            cleared = LaterAsync(ClearNowAsync);
            _closed = true;
        }

        await cleared.ConfigureAwait(false);
        await LetGoAsync().ConfigureAwait(false);
    }

    private async Task ClearNowAsync()
    {
        var records = await ReadOrNoneAsync().ConfigureAwait(false);
        var living = new HashSet<string>(StringComparer.Ordinal);
        foreach (var other in LocalState.Of(records).Outgoing.Select(kept => kept.Owner).Where(other => other != owner).Distinct())
        {
            if (await store.TryClaimAsync(scope, other).ConfigureAwait(false) is { } gone)
            {
                await gone.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                living.Add(other);
            }
        }

        if (living.Count == 0)
        {
            await store.ClearAsync(scope).ConfigureAwait(false);
            return;
        }

        // One by one: what was put back could come after its owner has sent it, and be sent again one day.
        var spared = LocalState.Of(records).Outgoing.Where(kept => living.Contains(kept.Owner)).Select(kept => StoreKeys.Outgoing(kept.Message)).ToHashSet();
        await store.WriteAsync(scope, [.. records.Where(record => !spared.Contains(record.Key)).Select(record => new StoredRecord(record.Key, null))])
            .ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<StoredRecord>> ReadOrNoneAsync()
    {
        try
        {
            return await store.ReadAsync(scope).ConfigureAwait(false);
        }
        catch (Exception broken)
        {
            Fail(broken);
            return [];
        }
    }

    private async Task LetGoAsync()
    {
        if (Interlocked.Exchange(ref _claim, null) is { } claim)
        {
            try
            {
                await claim.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception broken)
            {
                Fail(broken);
            }
        }
    }

    private static StoredRecord RecordOf(KeptMessage kept) =>
        new(StoreKeys.Outgoing(kept.Message), JsonSerializer.Serialize(kept, StoreJson.Default.KeptMessage));
}
