namespace OrleansIM.Client.Internal;

/// <summary>
/// A map that hands out its inside and copies it only when it changes afterwards: a page that nobody reads costs nothing
/// to keep, and one that is read between two changes is copied once. Not thread-safe.
/// </summary>
internal sealed class CopyOnWriteMap<T>(IEqualityComparer<string> keys)
{
    private Dictionary<string, T> _items = new(keys);
    private bool _shared;

    public IReadOnlyDictionary<string, T> Share()
    {
        _shared = true;
        return _items;
    }

    public T? Find(string key) => _items.TryGetValue(key, out var item) ? item : default;

    public void Set(string key, T item) => Own()[key] = item;

    public void Remove(string key)
    {
        if (_items.ContainsKey(key))
        {
            Own().Remove(key);
        }
    }

    public void Replace(IEnumerable<KeyValuePair<string, T>> items)
    {
        _items = new Dictionary<string, T>(keys);
        _shared = false;
        foreach (var (key, item) in items)
        {
            _items[key] = item;
        }
    }

    private Dictionary<string, T> Own()
    {
        if (_shared)
        {
            _items = new Dictionary<string, T>(_items, keys);
            _shared = false;
        }

        return _items;
    }
}
