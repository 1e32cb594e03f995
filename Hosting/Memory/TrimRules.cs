namespace OrleansIM.Hosting.Memory;

/// <summary>
/// When a quiet server gives memory back: it has grown a good deal since the last time, and hardly anything is going on.
/// A server that is always at work is never interrupted. Pure; fed at a steady pace.
/// </summary>
internal sealed class TrimRules(long upTo)
{
    /// <summary>How far apart looks are.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    // Within the last looks together, a second: the gateway renews sessions once a second, all that are due at once. A
    // message costs 5 to 16 KB, the renewal of an account up to 8, so that those of all that memory is full of take a
    // fortieth of it.
    private const long QuietBytes = 4 * 1024 * 1024;
    private const int QuietShare = 33;
    private const int QuietLooks = 2;

    // More than comes back by itself when there is a little to do: the youngest generation is as large as a cache.
    private const long LeastGrowth = 64 * 1024 * 1024;

    // What the process stands still for is a hundredth of the time at most, unless it has become twice as large meanwhile.
    private const int TimesAsLong = 100;

    // What had been allocated at each of the last looks, the oldest first. Before the first look it was not quiet.
    private readonly long[] _allocated = [.. Enumerable.Repeat(long.MinValue / 2, QuietLooks)];
    private long _trimmed;
    private int _sinceLast;
    private int _looksBetween;

    /// <summary>One look; true if memory is to be given back now.</summary>
    /// <param name="look">What the runtime says.</param>
    public bool IsTime(MemoryLook look)
    {
        var isQuiet = look.Allocated - _allocated[0] <= Math.Max(QuietBytes, look.Committed / QuietShare);
        _allocated.AsSpan(1).CopyTo(_allocated);
        _allocated[^1] = look.Allocated;
        _sinceLast++;
        return isQuiet && (_sinceLast > _looksBetween || look.Committed >= 2 * _trimmed) && look.Committed <= upTo && look.Committed - _trimmed >= Math.Max(LeastGrowth, _trimmed / 4);
    }

    /// <summary>It was done, and took so long; this is what is left.</summary>
    public void OnTrimmed(MemoryLook look, TimeSpan took) => (_trimmed, _sinceLast, _looksBetween) = (look.Committed, 0, (int)(took * TimesAsLong / Pace));
}

/// <summary>What the runtime says about managed memory.</summary>
/// <param name="Allocated">Bytes ever allocated.</param>
/// <param name="Committed">Bytes held of the system, used or not.</param>
internal readonly record struct MemoryLook(long Allocated, long Committed);
