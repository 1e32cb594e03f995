using OrleansIM.Gateway.Connections;

namespace OrleansIM.Gateway.Tests.Connections;

public sealed class DrainRulesTests
{
    private static readonly TimeSpan s_spread = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 101)]
    [InlineData(5, 501)]
    [InlineData(9.99, 1000)]
    [InlineData(10, 1000)]
    [InlineData(60, 1000)]
    public void Due_OfAThousand_GrowsEvenly(double seconds, int due) => Assert.Equal(due, DrainRules.Due(1000, TimeSpan.FromSeconds(seconds), s_spread));

    [Fact]
    public void Due_WithoutASpread_IsEverybody() => Assert.Equal(1000, DrainRules.Due(1000, TimeSpan.Zero, TimeSpan.Zero));

    [Fact]
    public void Due_FewStreams_TakeTheWholeTime()
    {
        Assert.Equal(1, DrainRules.Due(2, TimeSpan.FromSeconds(4.9), s_spread));
        Assert.Equal(2, DrainRules.Due(2, TimeSpan.FromSeconds(5), s_spread));
    }
}
