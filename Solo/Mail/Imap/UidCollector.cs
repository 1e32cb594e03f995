namespace OrleansIM.Mail;

/// <summary>
/// What is kept of the answer to a search: how many, and the highest few. The answer itself, which can be of hundreds of
/// thousands of mails, never is.
/// </summary>
internal sealed class UidCollector(int newest)
{
    private readonly PriorityQueue<uint, uint> _newest = new();

    public long Count { get; private set; }

    /// <summary>The highest, highest first.</summary>
    public IReadOnlyList<uint> Newest => [.. _newest.UnorderedItems.Select(static item => item.Element).Distinct().OrderDescending()];

    /// <summary>All from one to another, in either order.</summary>
    public void Add(uint first, uint last)
    {
        var (low, high) = first < last ? (first, last) : (last, first);
        Count += (long)high - low + 1;
        for (var uid = high; uid >= low && uid > 0 && Keep(uid); uid--)
        {
        }
    }

    private bool Keep(uint uid)
    {
        if (_newest.Count < newest)
        {
            _newest.Enqueue(uid, uid);
            return true;
        }

        if (newest == 0 || _newest.Peek() >= uid)
        {
            return false;
        }

        _newest.EnqueueDequeue(uid, uid);
        return true;
    }
}
