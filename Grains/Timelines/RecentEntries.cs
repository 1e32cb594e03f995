using OrleansIM.Timelines;

namespace OrleansIM.Grains.Timelines;

/// <summary>
/// The newest entries of a log, at most so many and so many bytes, oldest first. Data is copied into one piece of memory
/// that is used again and again: objects that live for fifty messages are what a garbage collector is worst at.
/// </summary>
internal sealed class RecentEntries(int maxEntries, int maxBytes)
{
    // Both are rings: entries in _items, their data, each in one piece, in _bytes. They begin as small as what is there:
    // the log of most accounts has next to nothing.
    private Item[] _items = [];
    private byte[] _bytes = [];
    private int _first;

    public int Count { get; private set; }

    /// <summary>The seq of the oldest entry that is here; 0 if there is none.</summary>
    public long FirstSeq => Count == 0 ? 0 : _items[_first].Seq;

    /// <summary>Keeps an entry, whose seq is higher than those here, and lets the oldest go.</summary>
    public void Add(TimelineEntry entry)
    {
        var length = entry.Data.Length;
        if (length > maxBytes)
        {
            // What follows must not seem to follow what is here.
            Clear();
            return;
        }

        if (Count == maxEntries)
        {
            DropFirst();
        }

        // At least a byte each, so that no two begin at the same place.
        var start = MakeRoom(Math.Max(length, 1));
        entry.Data.CopyTo(_bytes, start);
        ReserveItem();
        _items[(_first + Count++) % _items.Length] = new Item(entry.Seq, entry.Kind, entry.At, entry.Peer, entry.PeerSeq, start, length);
    }

    /// <summary>Lets all of them go.</summary>
    public void Clear()
    {
        Array.Clear(_items);
        (Count, _first) = (0, 0);
    }

    /// <summary>Entries after a seq, at most so many.</summary>
    public TimelineEntry[] Read(long after, int limit)
    {
        var skip = Count == 0 ? 0 : (int)Math.Clamp(after + 1 - FirstSeq, 0, Count);
        var entries = new TimelineEntry[Math.Min(Count - skip, limit)];
        for (var i = 0; i < entries.Length; i++)
        {
            var item = At(skip + i);
            entries[i] = new TimelineEntry
            {
                Seq = item.Seq,
                Kind = item.Kind,
                At = item.At,
                Peer = item.Peer,
                PeerSeq = item.PeerSeq,
                Data = _bytes.AsSpan(item.Start, item.Length).ToArray(),
            };
        }

        return entries;
    }

    private ref Item At(int index) => ref _items[(_first + index) % _items.Length];

    private void DropFirst()
    {
        _items[_first] = default;
        _first = (_first + 1) % _items.Length;
        Count--;
    }

    private void ReserveItem()
    {
        if (Count < _items.Length)
        {
            return;
        }

        var larger = new Item[Math.Min(Math.Max(_items.Length * 2, 1), maxEntries)];
        for (var i = 0; i < Count; i++)
        {
            larger[i] = At(i);
        }

        (_items, _first) = (larger, 0);
    }

    /// <summary>Where so many bytes have room in one piece: after the newest, growing to the bound before the oldest go.</summary>
    private int MakeRoom(int length)
    {
        while (true)
        {
            if (TryPlace(length) is { } start)
            {
                return start;
            }

            if (_bytes.Length < maxBytes)
            {
                Grow(length);
            }
            else
            {
                DropFirst();
            }
        }
    }

    private int? TryPlace(int length)
    {
        if (Count == 0)
        {
            return length <= _bytes.Length ? 0 : null;
        }

        var (oldest, newest) = (At(0).Start, At(Count - 1));
        var end = newest.Start + Math.Max(newest.Length, 1);
        if (newest.Start < oldest)
        {
            return end + length <= oldest ? end : null;
        }

        return end + length <= _bytes.Length ? end : length <= oldest ? 0 : null;
    }

    private void Grow(int length)
    {
        var larger = new byte[(int)Math.Min(Math.Max(_bytes.Length * 2L, length), maxBytes)];
        var end = 0;
        for (var i = 0; i < Count; i++)
        {
            ref var item = ref At(i);
            _bytes.AsSpan(item.Start, item.Length).CopyTo(larger.AsSpan(end));
            item = item with { Start = end };
            end += Math.Max(item.Length, 1);
        }

        _bytes = larger;
    }

    private readonly record struct Item(long Seq, EntryKind Kind, long At, string? Peer, long? PeerSeq, int Start, int Length);
}
