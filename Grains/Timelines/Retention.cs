namespace OrleansIM.Grains.Timelines;

/// <summary>Which entries of a log may go. Pure.</summary>
internal static class Retention
{
    /// <summary>How many marks an account keeps; of more, every second one goes, and ages are known less exactly.</summary>
    private const int MaxMarks = 64;

    /// <summary>
    /// Up to which seq entries may be removed: those beyond the number or the age that is kept, and never the newest.
    /// Everything up to a mark is older than it.
    /// </summary>
    public static long Limit(TimelineOptions options, long head, IEnumerable<LogMark> marks, DateTimeOffset now)
    {
        var byNumber = options.MaxEntries is { } number ? head - number : 0;
        var byAge = options.MaxAge is { } age
            ? marks.Where(mark => mark.At < (now - age).ToUnixTimeMilliseconds()).Select(mark => mark.Seq).DefaultIfEmpty().Max()
            : 0;
        return Math.Max(Math.Min(Math.Max(byNumber, byAge), head - 1), 0);
    }

    /// <summary>The marks of a log that is at a seq now; those of what is gone are dropped.</summary>
    public static LogMark[] Mark(IReadOnlyList<LogMark> marks, long seq, long trimmed, DateTimeOffset now)
    {
        var kept = marks.Where(mark => mark.Seq > trimmed).ToList();
        if (kept.Count >= MaxMarks)
        {
            kept = [.. kept.Where((_, index) => index % 2 == 1)];
        }

        if (seq > trimmed && (kept.Count == 0 || kept[^1].Seq < seq))
        {
            kept.Add(new LogMark(seq, now.ToUnixTimeMilliseconds()));
        }

        return [.. kept];
    }
}

/// <summary>A log was at this seq at that time, in milliseconds of the Unix epoch.</summary>
internal readonly record struct LogMark(long Seq, long At);
