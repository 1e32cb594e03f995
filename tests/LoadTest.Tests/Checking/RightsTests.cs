using OrleansIM.LoadTest.Checking;

namespace OrleansIM.LoadTest.Tests.Checking;

public sealed class RightsTests
{
    private readonly Rights _rights = new();

    [Fact]
    public void Account_SeesItself_AndNobodyElse()
    {
        Assert.True(_rights.CouldSee(1, 1, 0, 0));
        Assert.False(_rights.CouldSee(1, 2, 0, 100));
        Assert.False(_rights.MaySee(1, 2));
    }

    [Fact]
    public void Right_HoldsFromWhenItIsInDoubtUntilItIsCertainlyGone()
    {
        _rights.Doubt(1, 2, 10);
        Assert.Null(_rights.MaySee(1, 2));
        _rights.Set(1, 2, true, 20);
        Assert.True(_rights.MaySee(1, 2));
        _rights.Doubt(1, 2, 30);
        _rights.Set(1, 2, false, 40);

        Assert.False(_rights.CouldSee(1, 2, 0, 9));
        Assert.True(_rights.CouldSee(1, 2, 0, 10));
        Assert.True(_rights.CouldSee(1, 2, 25, 26));
        Assert.True(_rights.CouldSee(1, 2, 39, 50));
        Assert.False(_rights.CouldSee(1, 2, 41, 50));
        Assert.False(_rights.CouldSee(2, 1, 0, 50));
    }

    [Fact]
    public void Right_AgainstABruteForce_IsTheSame()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var rights = new Rights();
            var may = new bool[60];
            var now = false;
            for (var at = 0; at < may.Length; at++)
            {
                if (random.Next(6) == 0)
                {
                    now = random.Next(2) == 0;
                    rights.Set(1, 2, now, at);
                }

                may[at] = now;
            }

            for (var i = 0; i < 50; i++)
            {
                var from = random.Next(may.Length);
                var to = random.Next(from, may.Length);
                var expected = may[from..(to + 1)].Any(one => one);

                // A right that ended at the very moment may still be used in it.
                var lenient = expected || (from > 0 && may[from - 1]);
                var actual = rights.CouldSee(1, 2, from, to);
                Assert.True(actual == expected || actual == lenient, $"round {round}: {from} to {to}");
            }
        }
    }
}
