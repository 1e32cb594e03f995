namespace OrleansIM.LoadTest.Load;

/// <summary>
/// When arrivals are to be, by the plan alone: whatever the server does, the next one comes when it is due. So a server that
/// stands still for a second is seen by all who came in that second, not by one (no coordinated omission). Pure: the same
/// seed gives the same moments.
/// </summary>
internal static class ArrivalPlan
{
    /// <summary>The seconds of the arrivals, in order.</summary>
    /// <param name="profile">How many there are to be.</param>
    /// <param name="seconds">Until when.</param>
    /// <param name="isEven">At even distances; else as of people who know nothing of each other (a Poisson process).</param>
    /// <param name="random">What decides.</param>
    public static IEnumerable<double> Moments(RateProfile profile, double seconds, bool isEven, Random random)
    {
        // Thinning: candidates at the highest rate, each taken with the chance of the rate at its moment. The even plan
        // adds up the rate and takes a moment whenever the sum has grown by one.
        var highest = profile.Highest;
        if (highest <= 0)
        {
            yield break;
        }

        var step = 1 / (highest * (isEven ? 16 : 1));
        double at = 0, sum = 0;
        while (true)
        {
            at += isEven ? step : -Math.Log(1 - random.NextDouble()) * step;
            if (at >= seconds)
            {
                yield break;
            }

            if (isEven)
            {
                sum += profile.At(at) * step;
                if (sum < 1)
                {
                    continue;
                }

                sum -= 1;
            }
            else if (random.NextDouble() * highest >= profile.At(at))
            {
                continue;
            }

            yield return at;
        }
    }
}
