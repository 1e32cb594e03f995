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
}
