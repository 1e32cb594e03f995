namespace OrleansIM.LoadTest.Checking;

/// <summary>Everything that was found wrong, counted by kind, with the first few of each in words.</summary>
internal sealed class Findings
{
    /// <summary>So many of each kind are kept in words.</summary>
    public const int KeptExamples = 10;

    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[Enum.GetValues<Fault>().Length];
    private readonly List<string>[] _examples = [.. Enum.GetValues<Fault>().Select(_ => new List<string>())];

    /// <summary>How many there are, of all kinds.</summary>
    public long Total
    {
        get
        {
            lock (_gate)
            {
                return _counts.Sum();
            }
        }
    }

    public long this[Fault kind]
    {
        get
        {
            lock (_gate)
            {
                return _counts[(int)kind];
            }
        }
    }

    public void Add(Fault kind, string example, long count = 1)
    {
        lock (_gate)
        {
            _counts[(int)kind] += count;
            if (_examples[(int)kind].Count < KeptExamples)
            {
                _examples[(int)kind].Add(example);
            }
        }
    }

    public IReadOnlyList<string> Examples(Fault kind)
    {
        lock (_gate)
        {
            return [.. _examples[(int)kind]];
        }
    }
}
