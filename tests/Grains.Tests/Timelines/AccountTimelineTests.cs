using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Timelines;

public sealed class AccountTimelineTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Take_WhatWasCommitted_IsAllOfItInOrderAndOnce(int count)
    {
        var timeline = new AccountTimeline("ann", 7);
        for (var round = 0; round < 2; round++)
        {
            var first = timeline.Head + 1;
            for (var seq = first; seq < first + count; seq++)
            {
                timeline.Commit(new TimelineEntry { Seq = seq, Kind = EntryKind.Settings, At = 0, Data = [] });
            }

            Assert.Equal(Enumerable.Range((int)first, count).Select(seq => (long)seq), timeline.Take()!.Select(entry => entry.Seq));
            Assert.Equal(first + count - 1, timeline.Head);
            Assert.Null(timeline.Take());
        }
    }

    [Fact]
    public void Assign_ABlockFromItsBeginning_SaysWithItsLastSeqWhomItIsAbout()
    {
        var timeline = new AccountTimeline("ann", 60);

        var blocks = Enumerable.Range(61, 140).Select(seq => Assign(timeline, seq % 64 is 0 or 5 or 63 ? "bob" : seq == 70 ? "cat" : null)).ToArray();

        Assert.Equal(2, blocks.Count(block => block is not null));
        Assert.Equal([1, 2], [blocks[127 - 61]!.Number, blocks[191 - 61]!.Number]);
        Assert.Equal([("bob", 1L | (1L << 5) | long.MinValue), ("cat", 1L << 6)], blocks[127 - 61]!.Peers);
        Assert.Equal([("bob", 1L | (1L << 5) | long.MinValue)], blocks[191 - 61]!.Peers);
    }

    [Fact]
    public void Assign_SeqsTakenBack_AreGivenOutAgainAndTheirBlockIsNotKnown()
    {
        var timeline = new AccountTimeline("ann", 63);
        Assign(timeline, "bob");
        Assign(timeline, "cat");

        timeline.TakeBack(65);
        timeline.TakeBack(70);

        Assert.Equal(64, timeline.Assigned);
        var blocks = Enumerable.Range(65, 127).Select(_ => Assign(timeline, "dan")).ToArray();
        Assert.Null(blocks[127 - 65]);
        Assert.Equal([("dan", -1L)], blocks[191 - 65]!.Peers);
    }

    private static PeerBlock? Assign(AccountTimeline timeline, string? peer)
    {
        timeline.Assign(peer, out var block);
        return block;
    }
}
