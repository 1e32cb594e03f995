using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Load;

/// <summary>
/// The search for the highest rate that is still met: doubled until one is not, then halved (by ratio) between the highest
/// that was and the lowest that was not. Pure.
/// </summary>
internal sealed class CapacitySearch(CapacitySettings settings)
{
    private double? _lowestMissed;

    /// <summary>The highest rate that was met; 0 for none.</summary>
    public double Highest { get; private set; }

    /// <summary>The rate to try now; null when the answer is near enough.</summary>
    public double? Next
    {
        get
        {
            if (_lowestMissed is not { } missed)
            {
                return Highest == 0 ? settings.From : Highest < settings.To ? Math.Min(Highest * 2, settings.To) : null;
            }

            // If even the first one was too much, it is looked for below, down to a sixteenth.
            return Highest == 0 ? missed > settings.From / 16 ? missed / 2 : null
                : missed / Highest > settings.Precision ? Math.Sqrt(missed * Highest) : null;
        }
    }

    /// <summary>What became of a rate.</summary>
    public void Take(double rate, bool isMet)
    {
        if (isMet)
        {
            Highest = Math.Max(Highest, rate);
        }
        else
        {
            _lowestMissed = Math.Min(_lowestMissed ?? double.MaxValue, rate);
        }
    }
}
