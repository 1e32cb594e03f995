using System.Text;
using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Support;

internal sealed partial class MemoryTimelineStore : ITimelineErasure
{
    private readonly SortedSet<(string Contact, string Holder)> _holders = [];

    /// <summary>Called before a step of a deletion, with its name; throw to fail it.</summary>
    public Action<string>? BeforeErasing { get; set; }

    public Task<IReadOnlyList<string>> ReadHoldersAsync(string contact, string after, int limit, CancellationToken cancellation)
    {
        BeforeErasing?.Invoke(nameof(ReadHoldersAsync));
        return Locked<IReadOnlyList<string>>(() =>
            [.. _holders.Where(pair => pair.Contact == contact).Select(pair => pair.Holder).Where(holder => string.CompareOrdinal(holder, after) > 0).Order(StringComparer.Ordinal).Take(limit)]);
    }

    public Task RemoveHolderAsync(string contact, string holder, CancellationToken cancellation)
    {
        BeforeErasing?.Invoke(nameof(RemoveHolderAsync));
        return Locked(() => _holders.Remove((contact, holder)));
    }

    public Task<IReadOnlyList<TimelineEntry>> ReadContactEntriesAsync(string account, string contact, long after, int limit, CancellationToken cancellation) =>
        Locked<IReadOnlyList<TimelineEntry>>(() =>
            [.. Log(account).Values.Where(entry => entry.Seq > after && entry.Peer == contact && entry.Kind is EntryKind.Contact).Take(limit)]);

    public Task RewriteAsync(string account, IReadOnlyList<(long Seq, byte[] Data)> entries, CancellationToken cancellation)
    {
        BeforeErasing?.Invoke(nameof(RewriteAsync));
        return Locked(() =>
        {
            foreach (var (seq, data) in entries)
            {
                Log(account)[seq] = Log(account)[seq] with { Data = data };
            }

            return entries.Count;
        });
    }

    public Task<IReadOnlyList<string>> ReadGroupsAsync(string account, CancellationToken cancellation)
    {
        BeforeErasing?.Invoke(nameof(ReadGroupsAsync));
        return Locked<IReadOnlyList<string>>(() => [.. Log(account).Values.Select(entry => entry.Peer).OfType<string>().Where(peer => peer.StartsWith("group:", StringComparison.Ordinal)).Distinct()]);
    }

    /// <summary>All that is stored, as it is stored.</summary>
    public string Dump()
    {
        lock (_lock)
        {
            return string.Join('\n', [
                .. _entries.SelectMany(log => log.Value.Values.Select(entry => $"{log.Key} {entry.Seq} {entry.Kind} {entry.Peer} {(entry.Data is null ? "" : Encoding.UTF8.GetString(entry.Data))}")),
                .. _dedupe.Keys.Select(key => $"dedupe {key}"), .. _outbox.Select(pair => $"outbox {pair.Key} {pair.Value.Item}"), .. _holders.Select(pair => $"holder {pair}"),
            ]);
        }
    }
}
