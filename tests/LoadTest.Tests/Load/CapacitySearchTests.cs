using OrleansIM.LoadTest.Load;
using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Tests.Load;

public sealed class CapacitySearchTests
{
    private static readonly CapacitySettings s_settings = new() { From = 50, To = 20_000, Precision = 1.1 };

    [Theory]
    [InlineData(60)]
    [InlineData(777)]
    [InlineData(15_000)]
    public void Search_EndsWithinItsPrecision(double truth)
    {
        var (found, steps) = Search(truth);

        Assert.InRange(found, truth / 1.1, truth);
        Assert.InRange(steps, 1, 20);
    }

    [Fact]
    public void Search_WhereEverythingIsMet_EndsAtTheHighest() => Assert.Equal(20_000, Search(1e9).Found);

    [Fact]
    public void Search_WhereTheFirstIsTooMuch_LooksBelow() => Assert.InRange(Search(9).Found, 8, 9);

    [Fact]
    public void Search_WhereNothingIsMet_EndsWithNone()
    {
        var (found, steps) = Search(0);

        Assert.Equal(0, found);
        Assert.InRange(steps, 1, 10);
    }

    private static (double Found, int Steps) Search(double truth)
    {
        var search = new CapacitySearch(s_settings);
        var steps = 0;
        for (; search.Next is { } rate && steps < 100; steps++)
        {
            search.Take(rate, rate <= truth);
        }

        return (search.Highest, steps);
    }
}
