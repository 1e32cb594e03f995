using System.Globalization;
using OrleansIM.Crash.Tests.Host;

namespace OrleansIM.Crash.Tests.Killing;

/// <summary>What was promised to whom, over all the processes of a run.</summary>
internal sealed class Book
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Writer, long Number), Promise> _promises = [];
    private readonly Dictionary<string, long> _seen = [];
    private readonly SortedDictionary<string, int> _troubles = new(StringComparer.Ordinal);
    private List<Promise> _unchecked = [];

    public static IEnumerable<string> Accounts { get; } = [.. Enumerable.Range(0, CrashWriter.Count).Select(CrashWriter.NameOf)];

    /// <summary>How many messages were acknowledged.</summary>
    public int Acknowledged
    {
        get
        {
            lock (_gate)
            {
                return _promises.Count;
            }
        }
    }

    /// <summary>How often the same message was acknowledged again.</summary>
    public int Repeated { get; private set; }

    /// <summary>What writers were told instead of an answer, and how often.</summary>
    public string Troubles
    {
        get
        {
            lock (_gate)
            {
                return string.Join(", ", _troubles.Select(trouble => $"{trouble.Key} {trouble.Value}"));
            }
        }
    }

    /// <summary>Takes down a line of a process. Half a line, cut by its death, says nothing.</summary>
    public void Note(string line)
    {
        lock (_gate)
        {
            switch (line.Split(' '))
            {
                case ["ack", var writer, var number, var seq, { Length: 32 } id]:
                    Promised(new Promise(writer, Number(number), Number(seq), id));
                    break;
                case ["saw", var account, var seq]:
                    _seen[account] = Math.Max(_seen.GetValueOrDefault(account), Number(seq));
                    break;
                case ["refused" or "failed", var why]:
                    _troubles[why] = _troubles.GetValueOrDefault(why) + 1;
                    break;
            }
        }
    }

    /// <summary>Promises since the last time, and how far the logs were seen to be.</summary>
    public (List<Promise> New, Dictionary<string, long> Seen) Take()
    {
        lock (_gate)
        {
            var taken = _unchecked;
            _unchecked = [];
            return (taken, new(_seen));
        }
    }

    /// <summary>Every promise there is.</summary>
    public Promise[] All()
    {
        lock (_gate)
        {
            return [.. _promises.Values];
        }
    }

    /// <summary>The lowest number of a writer that was not acknowledged, or one that was never used.</summary>
    public long Next(string writer, bool isNew)
    {
        lock (_gate)
        {
            var numbers = _promises.Keys.Where(key => key.Writer == writer).Select(key => key.Number).ToHashSet();
            var highest = numbers.Count == 0 ? 0 : numbers.Max();
            if (isNew)
            {
                return highest + 100;
            }

            var lowest = Math.Max(highest - 20, 1);
            while (numbers.Contains(lowest))
            {
                lowest++;
            }

            // A few that were acknowledged are asked for again too: the answer has to be the same.
            return Math.Max(lowest - 2, 1);
        }
    }

    private void Promised(Promise promise)
    {
        if (_promises.TryAdd((promise.Writer, promise.Number), promise))
        {
            _unchecked.Add(promise);
            return;
        }

        Repeated++;
        if (_promises[(promise.Writer, promise.Number)] != promise)
        {
            // Found when it is checked: one of the two is not in the log.
            _unchecked.Add(promise);
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>A writer was told that a message is stored: under this seq of its log, with this id.</summary>
internal sealed record Promise(string Writer, long Number, long Seq, string Id);
