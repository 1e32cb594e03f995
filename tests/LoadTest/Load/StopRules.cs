using System.Globalization;
using OrleansIM.LoadTest.Measuring;
using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Load;

/// <summary>When a run is to end before its time. Pure; asked once a second.</summary>
internal sealed class StopRules(StopSettings settings)
{
    /// <summary>So many seconds on end a p99 may be over its limit.</summary>
    public const int SlowSeconds = 10;

    private readonly Dictionary<string, int> _slow = [];

    /// <summary>Why it is to end; null if it is not.</summary>
    /// <param name="second">What the last second was like.</param>
    /// <param name="errors">Errors so far.</param>
    /// <param name="faults">Faults so far.</param>
    public string? Check(Sample second, long errors, long faults)
    {
        if (errors > settings.Errors)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{errors} errors, over {settings.Errors}");
        }

        if (faults > settings.Faults)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{faults} faults, over {settings.Faults}");
        }

        if (second.MemoryMb > settings.MemoryMb)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{second.MemoryMb:0} MB of memory, over {settings.MemoryMb}");
        }

        foreach (var (name, limit) in settings.P99)
        {
            _slow[name] = second.Times.TryGetValue(name, out var times) && times.P99 > limit ? _slow.GetValueOrDefault(name) + 1 : 0;
            if (_slow[name] >= SlowSeconds)
            {
                return string.Create(CultureInfo.InvariantCulture, $"the p99 of {name} was over {limit} for {SlowSeconds} s");
            }
        }

        return null;
    }
}
