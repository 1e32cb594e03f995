using System.Collections;

namespace OrleansIM.Client.Internal;

/// <content>The pages as a dictionary of snapshots.</content>
internal sealed partial class PageBook : IReadOnlyDictionary<string, Page>
{
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _pages.Count;
            }
        }
    }

    public IEnumerable<string> Keys => Snapshot().Select(page => page.Key);

    public IEnumerable<Page> Values => Snapshot().Select(page => page.Value);

    public Page this[string key] => TryGetValue(key, out var page) ? page : throw new KeyNotFoundException($"There is no page of {key}.");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, out Page value)
    {
        lock (_gate)
        {
            value = _pages.TryGetValue(key, out var page) ? page.Snapshot() : null!;
            return page is not null;
        }
    }

    public IEnumerator<KeyValuePair<string, Page>> GetEnumerator() => Snapshot().AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private KeyValuePair<string, Page>[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _pages.Select(page => KeyValuePair.Create(page.Key, page.Value.Snapshot()))];
        }
    }
}
