namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Whether a cid may have been used for one of the newest messages: asked before writing, so that a repeat costs a read
/// of the log and not a failed commit. Holds no text: it may say yes to another cid, once in ages.
/// </summary>
internal sealed class RecentCids(int capacity)
{
    private ulong[] _hashes = [];
    private int _next;

    public void Add(string cid)
    {
        if (_hashes.Length < capacity && _next == _hashes.Length)
        {
            Array.Resize(ref _hashes, Math.Min(Math.Max(_hashes.Length * 2, 8), capacity));
        }

        _hashes[_next++] = Hash(cid);
        if (_next == capacity)
        {
            _next = 0;
        }
    }

    public bool MayContain(string cid) => _hashes.AsSpan().Contains(Hash(cid));

    /// <summary>FNV-1a. Never 0, which is what an unused place holds.</summary>
    private static ulong Hash(string cid)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in cid)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        return hash | 1;
    }
}
