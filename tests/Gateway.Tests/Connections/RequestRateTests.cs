using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Tests.World;

namespace OrleansIM.Gateway.Tests.Connections;

/// <summary>How much is too much, by the clock alone.</summary>
public sealed class RequestRateTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Bucket_Burst_ThenTheRate()
    {
        var bucket = new TokenBucket(perSecond: 10, burst: 5, _time);

        Assert.Equal(5, Take(bucket));
        Assert.False(bucket.TryTake(out var wait));
        Assert.Equal(TimeSpan.FromMilliseconds(100), wait);
        _time.Advance(wait);
        Assert.Equal(1, Take(bucket));
        _time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal(3, Take(bucket));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(5, Take(bucket));
    }

    [Fact]
    public void Judge_WhoDoesNotSlowDown_IsClosedInTheEnd()
    {
        var rate = Rate(new() { RequestsPerSecond = 10, RequestBurst = 5 });

        Assert.Equal(Repeat(FrameVerdict.Serve, 5), Judge(rate, 5));
        Assert.Equal(Repeat(FrameVerdict.Refuse, 5), Judge(rate, 5));
        Assert.Equal(FrameVerdict.Close, rate.Judge(out _));
    }

    [Fact]
    public void Judge_WhoSlowsDown_IsServedAgain()
    {
        var rate = Rate(new() { RequestsPerSecond = 10, RequestBurst = 5 });
        Judge(rate, 6);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Repeat(FrameVerdict.Serve, 5), Judge(rate, 5));
    }

    [Fact]
    public void Judge_StreamsOfOneAccount_ShareItsRate()
    {
        var options = new GatewayOptions { RequestBurst = 5, AccountRequestBurst = 8, AccountRequestsPerSecond = 1 };
        var accounts = new AccountRates(options, _time);
        RequestRate first = new(options, accounts, _time), second = new(options, accounts, _time), other = new(options, accounts, _time);
        first.SignIn("ann");
        second.SignIn("ann");
        other.SignIn("bob");

        Assert.Equal(Repeat(FrameVerdict.Serve, 5), Judge(first, 5));
        Assert.Equal([.. Repeat(FrameVerdict.Serve, 3), FrameVerdict.Refuse], Judge(second, 4));
        Assert.Equal(FrameVerdict.Serve, other.Judge(out _));

        first.End();
        second.End();
        var later = new RequestRate(options, accounts, _time);
        later.SignIn("ann");
        Assert.Equal(FrameVerdict.Serve, later.Judge(out _));
    }

    private static FrameVerdict[] Repeat(FrameVerdict verdict, int times) => [.. Enumerable.Repeat(verdict, times)];

    private static FrameVerdict[] Judge(RequestRate rate, int times) => [.. Enumerable.Range(0, times).Select(number => rate.Judge(out var _))];

    private static int Take(TokenBucket bucket)
    {
        var taken = 0;
        while (bucket.TryTake(out _))
        {
            taken++;
        }

        return taken;
    }

    private RequestRate Rate(GatewayOptions options) => new(options, new AccountRates(options, _time), _time);
}
