using System.Text.Json;

namespace OrleansIM.Client.Internal;

/// <content>One write after the other, and what comes meanwhile with the next.</content>
internal sealed partial class LocalCopy
{
    private static readonly TimeSpan SaveAfter = TimeSpan.FromMilliseconds(300);

    // Taken before every other lock, and before those of the pages.
    private readonly object _saving = new();
    private readonly Dictionary<string, Change> _changes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _dirty = new(StringComparer.OrdinalIgnoreCase);
    private Task _last = Task.CompletedTask;
    private Task? _draining;
    private bool _isSaving;
    private int _failed;

    private async Task SaveLaterAsync()
    {
        await clock.Delay(SaveAfter, CancellationToken.None).ConfigureAwait(false);
        SavePages();
    }

    private void SavePages()
    {
        // One at a time: who closes must find written what another has just taken, and the newer of two goes last.
        lock (_saving)
        {
            KeyValuePair<string, bool>[] dirty;
            lock (_gate)
            {
                dirty = [.. _dirty];
                _dirty.Clear();
                _isSaving = false;
            }

            foreach (var (account, reloaded) in dirty)
            {
                if (pageOf(account) is { } page)
                {
                    var key = StoreKeys.Page(page.Account);
                    _ = Write(new StoredRecord(key, JsonSerializer.Serialize(StoredPage.Of(page), StoreJson.Default.StoredPage), page.Cursor), reloaded);
                }
            }
        }
    }

    /// <param name="record">What is to be there, or is to go.</param>
    /// <param name="anew">What is there goes first, whatever its rank.</param>
    private Task Write(StoredRecord record, bool anew = false)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return Task.CompletedTask;
            }

            _changes.TryGetValue(record.Key, out var before);
            _changes[record.Key] = new Change(record.Value is null || anew || before.Remove, record.Value is null ? null : record);
            return _draining ??= LaterAsync(DrainAsync);
        }
    }

    private async Task DrainAsync()
    {
        var records = new List<StoredRecord>();
        lock (_gate)
        {
            _draining = null;
            foreach (var (key, change) in _changes)
            {
                if (change.Remove)
                {
                    records.Add(new StoredRecord(key, null));
                }

                if (change.Put is { } put)
                {
                    records.Add(put);
                }
            }

            _changes.Clear();
        }

        if (records.Count > 0)
        {
            await store.WriteAsync(scope, records).ConfigureAwait(false);
        }
    }

    /// <summary>Does something when all before it is done. What the store throws ends here.</summary>
    private Task LaterAsync(Func<Task> what)
    {
        lock (_gate)
        {
            // Not here: the caller may hold locks, and the store is anybody's code.
            return _closed ? _last : _last = AfterAsync(_last, what);
        }
    }

    private Task AfterAsync(Task before, Func<Task> what) => Task.Run(async () =>
    {
        await before.ConfigureAwait(false);
        try
        {
            await what().ConfigureAwait(false);
        }
        catch (Exception broken)
        {
            Fail(broken);
        }
    });

    /// <summary>Told once: the client works without a store, too.</summary>
    private void Fail(Exception broken)
    {
        if (Interlocked.Exchange(ref _failed, 1) == 0)
        {
            failed(broken);
        }
    }

    private readonly record struct Change(bool Remove, StoredRecord? Put);
}
