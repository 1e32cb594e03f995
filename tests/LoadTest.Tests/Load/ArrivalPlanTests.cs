using OrleansIM.LoadTest.Load;

namespace OrleansIM.LoadTest.Tests.Load;

public sealed class ArrivalPlanTests
{
    [Fact]
    public void Profile_BetweenPoints_IsAStraightLine()
    {
        var profile = new RateProfile([(10, 0), (20, 100), (30, 100), (30, 10)]);

        Assert.Equal([0, 0, 50, 100, 10, 10], new[] { 5, 10, 15, 25.0, 30, 100 }.Select(profile.At));
        Assert.Equal(100, profile.Highest);
    }

    [Fact]
    public void Profile_OfRateAndRamp_RisesAndHolds()
    {
        Assert.Equal([0, 25, 50, 50], new[] { 0, 1.0, 2, 50 }.Select(RateProfile.Of(50, 2).At));
        Assert.Equal(50, RateProfile.Of(50, 0).At(0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Moments_AreAsManyAsTheProfileWants(bool isEven)
    {
        var profile = new RateProfile([(0, 0), (10, 100), (40, 100)]);

        var moments = ArrivalPlan.Moments(profile, 40, isEven, new Random(3)).ToList();

        // 500 while it rises and 3,000 after; of a Poisson process five deviations either way.
        var slack = isEven ? 20 : 5 * Math.Sqrt(3_500);
        Assert.InRange(moments.Count, 3_500 - slack, 3_500 + slack);
        Assert.InRange(moments.Count(at => at < 10), 500 - slack, 500 + slack);
        Assert.Equal(moments.Order(), moments);
        Assert.All(moments, at => Assert.InRange(at, 0, 40));
    }

    [Fact]
    public void Moments_OfTheSameSeed_AreTheSame()
    {
        var profile = RateProfile.Of(50, 1);

        Assert.Equal(ArrivalPlan.Moments(profile, 10, false, new Random(9)), ArrivalPlan.Moments(profile, 10, false, new Random(9)));
        Assert.NotEqual(ArrivalPlan.Moments(profile, 10, false, new Random(9)), ArrivalPlan.Moments(profile, 10, false, new Random(10)));
    }

    [Fact]
    public void Moments_OfEvenPlan_KeepTheirDistance()
    {
        var moments = ArrivalPlan.Moments(RateProfile.Of(10, 0), 5, true, new Random(1)).ToList();

        Assert.All(moments.Zip(moments.Skip(1)), pair => Assert.Equal(0.1, pair.Second - pair.First, 0.02));
    }

    [Fact]
    public void Moments_WithoutRate_AreNone() => Assert.Empty(ArrivalPlan.Moments(RateProfile.Of(0, 0), 10, false, new Random(1)));

    [Fact]
    public void Seeds_OfParts_AreAllDifferentAndAlwaysTheSame()
    {
        Assert.Equal(10_000, Enumerable.Range(0, 10_000).Select(part => Seeds.Of(1, part)).Distinct().Count());
        Assert.Equal(Seeds.Of(1, 2), Seeds.Of(1, 2));
        Assert.NotEqual(Seeds.Of(1, 2), Seeds.Of(2, 1));
    }

    [Fact]
    public async Task OpenLoop_WhoseActsNeverEnd_BeginsAllTheSame()
    {
        var never = new TaskCompletionSource();
        var intended = new List<long>();
        var loop = new OpenLoop([0, 0.01, 0.02], seed: 1, arrival =>
        {
            lock (intended)
            {
                intended.Add(arrival.Intended);
            }

            return never.Task;
        });

        await loop.RunAsync(1_000, CancellationToken.None);
        await Eventually.TrueAsync(() => loop.UnderWay == 3 && Count() == 3, "three arrivals under way");
        never.SetResult();
        await loop.DrainAsync();

        Assert.Equal(1_000 + (long)(0.01 * System.Diagnostics.Stopwatch.Frequency), intended.Order().ElementAt(1));

        int Count()
        {
            lock (intended)
            {
                return intended.Count;
            }
        }
    }
}
