using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Load;

/// <summary>How many arrivals per second there are to be at each moment: straight lines between points. Pure.</summary>
internal sealed class RateProfile
{
    private readonly (double Second, double Rate)[] _points;

    /// <param name="points">Second and rate, in the order of the seconds; the last rate holds on.</param>
    public RateProfile(IEnumerable<(double Second, double Rate)> points) => _points = [.. points];

    /// <summary>What a scenario says.</summary>
    public static RateProfile Of(ScenarioSettings settings) => settings.Profile is { } profile
        ? new RateProfile(profile.Select(point => (point[0], point[1])))
        : Of(settings.Rate, settings.Ramp);

    /// <summary>From nothing to a rate, which holds on.</summary>
    public static RateProfile Of(double rate, double ramp) => new(ramp > 0 ? [(0, 0), (ramp, rate)] : [(0, rate)]);

    /// <summary>The highest rate before a moment.</summary>
    public double Highest => _points.Max(point => point.Rate);

    /// <summary>The rate at a moment.</summary>
    public double At(double second)
    {
        var next = Array.FindIndex(_points, point => point.Second > second);
        if (next == 0)
        {
            return 0;
        }

        if (next < 0)
        {
            return _points[^1].Rate;
        }

        var (from, to) = (_points[next - 1], _points[next]);
        return from.Rate + ((to.Rate - from.Rate) * (second - from.Second) / (to.Second - from.Second));
    }
}
