using System.Text;
using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Support;

/// <summary>A timeline store in memory that can be told to fail. It outlives the hosts that use it.</summary>
internal sealed partial class MemoryTimelineStore : ITimelineStore
{
    private readonly object _lock = new();
    private readonly Dictionary<string, SortedDictionary<long, TimelineEntry>> _entries = [];
    private readonly Dictionary<(string Account, string Dedupe), long> _dedupe = [];
    private readonly SortedDictionary<(string Account, long Seq), (long At, OutboxItem Item)> _outbox = [];

    /// <summary>Called before a batch is written; throw to fail it, await to delay it.</summary>
    public Func<IReadOnlyList<NewEntry>, Task>? BeforeAppend { get; set; }

    /// <summary>Called after a batch was written; throw to leave its writer in the dark.</summary>
    public Func<IReadOnlyList<NewEntry>, Task>? AfterAppend { get; set; }

    /// <summary>Called before a dedupe key is looked up; throw to fail that.</summary>
    public Action<string>? BeforeFind { get; set; }

    public bool TakesManyBatches { get; init; }

    public List<int> BatchSizes { get; } = [];

    /// <summary>How many entries went through the outbox: theirs was on another silo.</summary>
    public int Deferred { get; private set; }

    /// <summary>What waits in the outbox.</summary>
    public int Waiting => _outbox.Count;

    public async Task AppendAsync(IReadOnlyList<NewEntry> batch, CancellationToken cancellation)
    {
        if (BeforeAppend is { } before)
        {
            await before(batch);
        }

        lock (_lock)
        {
            foreach (var row in batch)
            {
                if (Log(row.Account).ContainsKey(row.Entry.Seq) || (row.Dedupe is { } key && _dedupe.ContainsKey((row.Account, key))))
                {
                    throw new TimelineConflictException([row.Account]);
                }
            }

            BatchSizes.Add(batch.Count);
            foreach (var row in batch)
            {
                if (row.Entry is { Kind: EntryKind.Contact, Peer: { } contact })
                {
                    _holders.Add((contact, row.Account));
                }

                Log(row.Account).Add(row.Entry.Seq, row.ByReference ? row.Entry with { Data = null! } : row.Entry);
                if (row.Dedupe is { } key)
                {
                    _dedupe[(row.Account, key)] = row.Entry.Seq;
                }

                if (row.Deferred is { } item)
                {
                    Deferred++;
                    _outbox[(row.Account, row.Entry.Seq)] = (row.Entry.At, item);
                }

                if (row.Completes is { } done)
                {
                    _outbox.Remove((done.Sender, done.Seq));
                }
            }
        }

        if (AfterAppend is { } after)
        {
            await after(batch);
        }
    }

    /// <summary>How many entries of all logs hold data with this text themselves.</summary>
    public int DataOf(string text)
    {
        lock (_lock)
        {
            return _entries.Values.Sum(log => log.Values.Count(entry => entry.Data is not null && Encoding.UTF8.GetString(entry.Data).Contains(text, StringComparison.Ordinal)));
        }
    }

    /// <summary>Writes as another silo would that also believes to hold the account.</summary>
    public void AppendBehindTheBack(string account, TimelineEntry entry)
    {
        lock (_lock)
        {
            Log(account).Add(entry.Seq, entry);
        }
    }

    public IReadOnlyList<TimelineEntry> All(string account)
    {
        lock (_lock)
        {
            return [.. Log(account).Values.Select(Resolve)];
        }
    }

    public Task<long> GetHeadAsync(string account, CancellationToken cancellation) => Locked(() => Log(account).Keys.LastOrDefault());

    public Task<IReadOnlyList<long>> GetHeadsAsync(IReadOnlyList<string> logs, CancellationToken cancellation) =>
        Locked<IReadOnlyList<long>>(() => [.. logs.Select(log => Log(log).Keys.LastOrDefault())]);

    public Task<IReadOnlyList<TimelineEntry>> ReadAsync(string account, long after, int limit, CancellationToken cancellation) =>
        Locked<IReadOnlyList<TimelineEntry>>(() => [.. Log(account).Values.Where(entry => entry.Seq > after).Take(limit).Select(Resolve)]);

    public Task<IReadOnlyList<TimelineEntry>> ReadByPeerAsync(string account, string peer, long after, int limit, CancellationToken cancellation) =>
        Locked<IReadOnlyList<TimelineEntry>>(() => [.. Log(account).Values.Where(entry => entry.Seq > after && entry.Peer == peer).Take(limit).Select(Resolve)]);

    public Task<IReadOnlyList<TimelineEntry>> ReadBackAsync(string account, string? peer, long before, int limit, CancellationToken cancellation) =>
        Locked<IReadOnlyList<TimelineEntry>>(() =>
            [.. Log(account).Values.Where(entry => entry.Seq < before && (peer is null || entry.Peer == peer)).TakeLast(limit).Select(Resolve)]);

    public async Task<TimelineEntry?> FindAsync(string account, string dedupe, CancellationToken cancellation)
    {
        BeforeFind?.Invoke(dedupe);
        return await Locked(() => _dedupe.TryGetValue((account, dedupe), out var seq) ? Resolve(Log(account)[seq]) : null);
    }

    public Task<IReadOnlyList<OutboxEntry>> ReadOutboxAsync(string account, CancellationToken cancellation) =>
        Locked<IReadOnlyList<OutboxEntry>>(() =>
            [.. _outbox.Where(pair => pair.Key.Account == account).Select(pair => new OutboxEntry(pair.Key.Seq, pair.Value.At, pair.Value.Item))]);

    public Task<IReadOnlyList<string>> ReadOutboxSendersAsync(string recipient, CancellationToken cancellation) =>
        Locked<IReadOnlyList<string>>(() => [.. _outbox.Where(pair => pair.Value.Item.Recipient == recipient).Select(pair => pair.Key.Account).Distinct()]);

    public Task RemoveFromOutboxAsync(OutboxKey key, CancellationToken cancellation) => Locked(() => _outbox.Remove((key.Sender, key.Seq)));

    public Task<int> TrimAsync(string account, long upTo, int limit, CancellationToken cancellation) => Locked(() =>
    {
        long[] gone = [.. Log(account).Keys.Where(seq => seq <= upTo).Take(limit)];
        Array.ForEach(gone, seq => Log(account).Remove(seq));
        foreach (var key in _dedupe.Where(pair => pair.Key.Account == account && gone.Contains(pair.Value)).Select(pair => pair.Key).ToArray())
        {
            _dedupe.Remove(key);
        }

        return gone.Length;
    });

    public Task DeleteAsync(string account, CancellationToken cancellation) => Locked(() =>
    {
        Array.ForEach([.. _outbox.Keys.Where(key => key.Account == account)], key => _outbox.Remove(key));
        Array.ForEach([.. _dedupe.Keys.Where(key => key.Account == account)], key => _dedupe.Remove(key));
        _holders.RemoveWhere(pair => pair.Holder == account);
        return _entries.Remove(account);
    });

    /// <summary>What was stored by reference has the data of the entry it refers to.</summary>
    private TimelineEntry Resolve(TimelineEntry entry) => entry.Data is not null ? entry : entry with { Data = Log(entry.Peer!).TryGetValue(entry.PeerSeq!.Value, out var source) ? source.Data : [.. "{\"expired\":true}"u8] };

    private SortedDictionary<long, TimelineEntry> Log(string account)
    {
        if (!_entries.TryGetValue(account, out var log))
        {
            _entries[account] = log = [];
        }

        return log;
    }

    private Task<T> Locked<T>(Func<T> read)
    {
        lock (_lock)
        {
            return Task.FromResult(read());
        }
    }
}
