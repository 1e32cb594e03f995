using System.Diagnostics;

namespace OrleansIM.EndToEnd.Tests.Leaks;

/// <summary>
/// Who could see what, and when, while many things happen at once: between two rounds of changes a family is as the server
/// has said it is; while a round is under way anything is possible within the family.
/// </summary>
internal sealed class Rights
{
    private readonly Lock _gate = new();
    private readonly List<(long From, HashSet<(string Viewer, string Account)>? Seen)> _spans = [(0, [])];

    /// <summary>Whether the viewer sees the account now; only asked between rounds.</summary>
    public bool MaySee(string viewer, string account) => viewer == account || Now.Contains((viewer, account));

    private HashSet<(string Viewer, string Account)> Now
    {
        get
        {
            lock (_gate)
            {
                return _spans[^1].Seen ?? throw new InvalidOperationException("A round is under way.");
            }
        }
    }

    /// <summary>A round of changes begins.</summary>
    public void Open() => Add(null);

    /// <summary>The round is over, and these are the rights after it.</summary>
    public void Close(HashSet<(string Viewer, string Account)> seen) => Add(seen);

    /// <summary>Whether the viewer could see the account at some moment between the two.</summary>
    public bool CouldSee(string viewer, string account, long from, long to)
    {
        lock (_gate)
        {
            for (var i = 0; i < _spans.Count; i++)
            {
                var end = i + 1 < _spans.Count ? _spans[i + 1].From : long.MaxValue;
                if (_spans[i].From <= to && end >= from && _spans[i].Seen?.Contains((viewer, account)) != false)
                {
                    return true;
                }
            }

            return viewer == account;
        }
    }

    private void Add(HashSet<(string Viewer, string Account)>? seen)
    {
        lock (_gate)
        {
            _spans.Add((Stopwatch.GetTimestamp(), seen));
        }
    }
}
