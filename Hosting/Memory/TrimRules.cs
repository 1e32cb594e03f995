namespace OrleansIM.Hosting.Memory;

/// <summary>
/// When a quiet server gives memory back: it has grown a good deal since the last time, and hardly anything is going on.
/// A server that is always at work is never interrupted. Pure; fed at a steady pace.
/// </summary>
internal sealed class TrimRules(long upTo)
{
    /// <summary>How far apart looks are.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    // Between two looks. A message costs 7 to 14 KB, the renewal of a session up to 5.
    private const long QuietBytes = 2 * 1024 * 1024;
    private const int QuietShare = 100;
    private const int QuietLooks = 2;

    // More than comes back by itself when there is a little to do: the youngest generation is as large as a cache.
    private const long LeastGrowth = 64 * 1024 * 1024;
    private static readonly int s_looksBetween = (int)(TimeSpan.FromMinutes(1) / Pace);

    private long _allocated;
    private long _trimmed;
    private int _quiet;
    private int _sinceLast = s_looksBetween;

    /// <summary>One look; true if memory is to be given back now.</summary>
    /// <param name="look">What the runtime says.</param>
    public bool IsTime(MemoryLook look)
    {
        _quiet = look.Allocated - _allocated <= Math.Max(QuietBytes, look.Committed / QuietShare) ? _quiet + 1 : 0;
        _allocated = look.Allocated;
        _sinceLast++;
        return _quiet >= QuietLooks && _sinceLast > s_looksBetween && look.Committed <= upTo && look.Committed - _trimmed >= Math.Max(LeastGrowth, _trimmed / 4);
    }

    /// <summary>It was done; this is what is left.</summary>
    public void OnTrimmed(MemoryLook look) => (_allocated, _trimmed, _quiet, _sinceLast) = (look.Allocated, look.Committed, 0, 0);
}

/// <summary>What the runtime says about managed memory.</summary>
/// <param name="Allocated">Bytes ever allocated.</param>
/// <param name="Committed">Bytes held of the system, used or not.</param>
internal readonly record struct MemoryLook(long Allocated, long Committed);
