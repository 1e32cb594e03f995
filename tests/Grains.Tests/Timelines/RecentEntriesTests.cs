using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Timelines;

public sealed class RecentEntriesTests
{
    [Theory]
    [InlineData(1, 10_000, 40)]
    [InlineData(50, 10_000, 40)]
    [InlineData(7, 600, 300)]
    [InlineData(1_000, 2_000, 700)]
    [InlineData(20, 1_024, 0)]
    public void Add_Many_KeepsTheNewestThatFitWhole(int maxEntries, int maxBytes, int largest)
    {
        var random = new Random(maxEntries + maxBytes);
        var recent = new RecentEntries(maxEntries, maxBytes);
        var all = new List<TimelineEntry>();
        for (var seq = 1; seq <= 2_000; seq++)
        {
            var data = new byte[random.Next(largest + 1)];
            random.NextBytes(data);
            var entry = new TimelineEntry
            {
                Seq = seq,
                Kind = (EntryKind)random.Next(1, 9),
                At = seq * 7,
                Peer = seq % 2 == 0 ? "bob" : null,
                PeerSeq = seq % 3 == 0 ? seq * 2 : null,
                Data = data,
            };
            recent.Add(entry);
            all.Add(entry);

            var kept = recent.Read(0, int.MaxValue);
            Assert.Equal(kept.Length, recent.Count);
            Assert.InRange(kept.Length, 1, maxEntries);
            Assert.True(kept.Sum(one => one.Data.Length) <= maxBytes);
            AssertSame(all.TakeLast(kept.Length), kept);

            // What has room is kept: half of the memory at the least is in use before the oldest go for want of it.
            Assert.True(
                kept.Length == Math.Min(seq, maxEntries) || kept.Sum(one => Math.Max(one.Data.Length, 1)) + (2 * largest) >= maxBytes / 2,
                $"{kept.Length} entries at {seq}");
        }
    }

    [Fact]
    public void Read_AfterAndLimit_AnswersThoseAlone()
    {
        var recent = new RecentEntries(10, 10_000);
        for (var seq = 91; seq <= 105; seq++)
        {
            recent.Add(Entry(seq, 5));
        }

        Assert.Equal(96, recent.FirstSeq);
        Assert.Equal([104, 105], recent.Read(103, 50).Select(entry => entry.Seq));
        Assert.Equal([96, 97], recent.Read(3, 2).Select(entry => entry.Seq));
        Assert.Empty(recent.Read(105, 50));
    }

    [Fact]
    public void Add_WhatIsLargerThanAll_LeavesNothingBeforeIt()
    {
        var recent = new RecentEntries(10, 100);
        recent.Add(Entry(1, 10));
        recent.Add(Entry(2, 101));
        Assert.Empty(recent.Read(0, 10));

        recent.Add(Entry(3, 100));
        Assert.Equal(3, Assert.Single(recent.Read(0, 10)).Seq);
    }

    private static TimelineEntry Entry(long seq, int bytes) => new() { Seq = seq, Kind = EntryKind.Message, At = 0, Data = new byte[bytes] };

    private static void AssertSame(IEnumerable<TimelineEntry> expected, TimelineEntry[] actual)
    {
        foreach (var (one, other) in expected.Zip(actual))
        {
            Assert.Equal((one.Seq, one.Kind, one.At, one.Peer, one.PeerSeq), (other.Seq, other.Kind, other.At, other.Peer, other.PeerSeq));
            Assert.Equal(one.Data, other.Data);
        }
    }
}
