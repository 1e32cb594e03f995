namespace OrleansIM.Grains.Presence;

/// <summary>When accounts were last seen: the newest so many.</summary>
internal sealed class LastSeenBook(int most)
{
    private readonly Dictionary<string, LinkedListNode<(string Account, DateTimeOffset At)>> _nodes = [];
    private readonly LinkedList<(string Account, DateTimeOffset At)> _byAge = new();

    public int Count => _nodes.Count;

    public DateTimeOffset? Find(string account) => _nodes.TryGetValue(account, out var node) ? node.Value.At : null;

    /// <summary>Notes a time, or forgets it. True if that is a change.</summary>
    public bool Set(string account, DateTimeOffset? at)
    {
        if (Find(account) == at)
        {
            return false;
        }

        if (_nodes.Remove(account, out var before))
        {
            _byAge.Remove(before);
        }

        if (at is { } time)
        {
            _nodes[account] = _byAge.AddLast((account, time));
        }

        if (_nodes.Count > most)
        {
            _nodes.Remove(_byAge.First!.Value.Account);
            _byAge.RemoveFirst();
        }

        return true;
    }
}
