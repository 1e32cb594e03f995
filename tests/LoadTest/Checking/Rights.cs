using System.Collections.Concurrent;

namespace OrleansIM.LoadTest.Checking;

/// <summary>
/// Which sessions may see which accounts, and since when: a session is named by the account that signed in. While a change
/// is asked for and not answered, anything is possible; so is what a change that failed half-way has left.
/// </summary>
internal sealed class Rights
{
    private readonly ConcurrentDictionary<(int Viewer, int Account), Pair> _pairs = new();

    /// <summary>From now on it is this way for certain.</summary>
    public void Set(int viewer, int account, bool maySee, long at) => Add(viewer, account, maySee ? Right.Yes : Right.No, at);

    /// <summary>From now on it may be either way.</summary>
    public void Doubt(int viewer, int account, long at) => Add(viewer, account, Right.Unsure, at);

    /// <summary>Whether the viewer is entitled now; null while that is not certain.</summary>
    public bool? MaySee(int viewer, int account)
    {
        if (viewer == account)
        {
            return true;
        }

        if (!_pairs.TryGetValue((viewer, account), out var pair))
        {
            return false;
        }

        lock (pair)
        {
            return pair.Spans[^1].Right switch { Right.Yes => true, Right.No => false, _ => null };
        }
    }

    /// <summary>Whether the viewer may have been entitled at some moment from one time to another, both included.</summary>
    public bool CouldSee(int viewer, int account, long from, long to)
    {
        if (viewer == account)
        {
            return true;
        }

        if (!_pairs.TryGetValue((viewer, account), out var pair))
        {
            return false;
        }

        lock (pair)
        {
            var end = long.MaxValue;
            for (var i = pair.Spans.Count - 1; i >= 0 && end >= from; i--)
            {
                var (since, right) = pair.Spans[i];
                if (since <= to && right != Right.No)
                {
                    return true;
                }

                end = since;
            }

            return false;
        }
    }

    private void Add(int viewer, int account, Right right, long at)
    {
        var pair = _pairs.GetOrAdd((viewer, account), static _ => new Pair());
        lock (pair)
        {
            if (pair.Spans[^1].Right != right)
            {
                pair.Spans.Add((at, right));
            }
        }
    }

    private enum Right : byte
    {
        No,
        Unsure,
        Yes,
    }

    private sealed class Pair
    {
        public List<(long Since, Right Right)> Spans { get; } = [(long.MinValue, Right.No)];
    }
}
