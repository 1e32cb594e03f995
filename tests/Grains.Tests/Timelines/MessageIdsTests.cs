using System.Collections.Concurrent;
using OrleansIM.Grains.Timelines;

namespace OrleansIM.Grains.Tests.Timelines;

public class MessageIdsTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 4, 5, 6, 7, 8, TimeSpan.Zero);

    [Fact]
    public void Next_SomeTime_IsAUuidOfVersion7WithThatTimeInFront()
    {
        var id = MessageIds.Next(s_now);

        var uuid = Guid.ParseExact(id, "N");
        Assert.Equal(7, uuid.Version);
        Assert.InRange(uuid.Variant, 8, 11);
        Assert.Equal(s_now.ToUnixTimeMilliseconds().ToString("x12", System.Globalization.CultureInfo.InvariantCulture), id[..12]);
        Assert.Equal(id.ToLowerInvariant(), id);
    }

    [Fact]
    public void Next_ManyAtOneTimeOnManyThreads_NoTwoAreTheSame()
    {
        var ids = new ConcurrentBag<string>();

        Parallel.For(0, 20_000, _ => ids.Add(MessageIds.Next(s_now)));

        Assert.Equal(20_000, ids.Distinct().Count());
        // Every digit that is random takes every value: none is left as it was.
        Assert.All(Enumerable.Range(13, 19).Except([16]), place => Assert.Equal(16, ids.Select(id => id[place]).Distinct().Count()));
    }
}
