using System.Diagnostics.CodeAnalysis;

namespace OrleansIM.Grains.Collections;

/// <summary>
/// A dictionary that most of its owners never put anything into: it costs one reference until the first item. An account
/// has a dozen of them, and there are many accounts. A field of this type is not <c>readonly</c>, and is not copied.
/// </summary>
internal struct SparseMap<TKey, TValue> where TKey : notnull
{
    private static readonly Dictionary<TKey, TValue> s_none = [];

    private Dictionary<TKey, TValue>? _items;

    public SparseMap()
    {
    }

    public SparseMap(IEnumerable<KeyValuePair<TKey, TValue>> items)
    {
        foreach (var (key, value) in items)
        {
            this[key] = value;
        }
    }

    /// <summary>The items there are now. To be asked for again after a change: the first one makes another.</summary>
    public readonly IReadOnlyDictionary<TKey, TValue> Items => _items ?? s_none;

    /// <summary>The same, to be gone through.</summary>
    public readonly Dictionary<TKey, TValue> Entries => _items ?? s_none;

    public readonly Dictionary<TKey, TValue>.KeyCollection Keys => (_items ?? s_none).Keys;

    public readonly Dictionary<TKey, TValue>.ValueCollection Values => (_items ?? s_none).Values;

    public readonly int Count => _items?.Count ?? 0;

    public TValue this[TKey key]
    {
        readonly get => (_items ?? s_none)[key];
        set => (_items ??= [])[key] = value;
    }

    public readonly bool ContainsKey(TKey key) => _items is not null && _items.ContainsKey(key);

    public readonly TValue? GetValueOrDefault(TKey key) => _items is null ? default : _items.GetValueOrDefault(key);

    public readonly bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_items is not null)
        {
            return _items.TryGetValue(key, out value);
        }

        value = default;
        return false;
    }

    public void Add(TKey key, TValue value) => (_items ??= []).Add(key, value);

    public readonly bool Remove(TKey key) => _items is not null && _items.Remove(key);

    public readonly bool Remove(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_items is not null)
        {
            return _items.Remove(key, out value);
        }

        value = default;
        return false;
    }

    public readonly void Clear() => _items?.Clear();
}
