using OrleansIM.Client.Internal;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Tests;

public sealed class ReconnectRulesTests
{
    private static readonly ConnectionEnd Broken = new(new ImException(ErrorCodes.Unavailable, "broken"));

    [Theory]
    [InlineData(0, 0.0, 500)]
    [InlineData(1, 0.0, 1000)]
    [InlineData(3, 0.0, 4000)]
    [InlineData(3, 1.0, 2000)]
    [InlineData(6, 0.0, 30000)]
    [InlineData(1000000, 0.0, 30000)]
    public void Pause_OfAnAttempt_GrowsToItsLimit(int attempt, double chance, int expectedMs) =>
        Assert.Equal(expectedMs, ReconnectRules.Pause(Broken, attempt, new ReconnectPolicy(), chance).TotalMilliseconds);

    [Fact]
    public void Pause_ServerDrainsAgainAndAgain_GrowsToo()
    {
        var drain = ConnectionEnd.Of(CloseCodes.GoingAway, null);
        Assert.Equal(0, ReconnectRules.Pause(drain, 0, new ReconnectPolicy(), 0).TotalMilliseconds);
        Assert.Equal(1000, ReconnectRules.Pause(drain, 1, new ReconnectPolicy(), 0).TotalMilliseconds);
    }

    [Fact]
    public void CloseCodes_All_AreFollowedAsTheTableSays() =>
        Assert.All(CloseCodes.Reconnect, row => Assert.Equal(row.Value, ReconnectRules.GoesOn(ConnectionEnd.Of(row.Key, null))));

    [Theory]
    [InlineData(ErrorCodes.Unauthenticated, true, false)]
    [InlineData(ErrorCodes.Disabled, true, false)]
    [InlineData(ErrorCodes.Unavailable, true, true)]
    [InlineData("brand_new", true, true)]
    [InlineData(ErrorCodes.TooLarge, false, false)]
    [InlineData(ErrorCodes.Internal, false, true)]
    public void Error_OfAConnection_EndsTheSessionWhenHopeless(string code, bool refused, bool goesOn) =>
        Assert.Equal(goesOn, ReconnectRules.GoesOn(new ConnectionEnd(new ImException(code, "x"), Refused: refused)));
}
