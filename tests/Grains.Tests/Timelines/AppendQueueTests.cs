using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Timelines;

public sealed class AppendQueueTests
{
    private readonly AppendQueue _queue = new(new TimelineOptions { MaxBatchEntries = 3 });
    private readonly AppendBatch _one = new();
    private readonly AppendBatch _other = new();
    private readonly AccountTimeline _ann = new("ann", 0);
    private readonly AccountTimeline _bob = new("bob", 0);
    private readonly AccountTimeline _eve = new("eve", 0);

    [Fact]
    public void Take_SameLogTwice_IsOneBatch()
    {
        AppendUnit[] units = [Add(_ann), Add(_ann, _bob)];

        Assert.True(_queue.TryTake(_one));

        Assert.Equal(units, _one.Units);
    }

    [Fact]
    public void Take_LogIsInAnotherBatch_WaitsForItsRelease()
    {
        Add(_ann);
        Assert.True(_queue.TryTake(_one));
        var waits = Add(_ann, _bob);

        Assert.False(_queue.TryTake(_other));
        _queue.Release(_one);

        Assert.True(_queue.TryTake(_other));
        Assert.Equal([waits], _other.Units);
    }

    [Fact]
    public void Take_BehindOneThatWaits_IsNotTakenBeforeItIfTheyShareALog()
    {
        Add(_ann);
        Assert.True(_queue.TryTake(_one));
        var waits = Add(_ann, _bob);
        var behind = Add(_bob);
        var apart = Add(_eve);

        Assert.True(_queue.TryTake(_other));
        Assert.Equal([apart], _other.Units);
        _queue.Release(_one);

        Assert.True(_queue.TryTake(_one));
        Assert.Equal([waits, behind], _one.Units);
    }

    [Fact]
    public void Take_FullBatch_LeavesTheRestInItsOrder()
    {
        Add(_eve);
        Assert.True(_queue.TryTake(_one));
        AppendUnit[] waiting = [Add(_eve, _ann), Add(_eve, _bob), Add(_ann), Add(_bob)];
        Assert.False(_queue.TryTake(_other));
        _queue.Release(_one);

        Assert.True(_queue.TryTake(_one));
        Assert.Equal(waiting[..2], _one.Units);
        Assert.False(_queue.TryTake(_other));
        _queue.Release(_one);

        Assert.True(_queue.TryTake(_other));
        Assert.Equal(waiting[2..], _other.Units);
    }

    [Fact]
    public void Counts_AreOfWhatWaits()
    {
        Add(_ann);
        Assert.True(_queue.TryTake(_one));
        Add(_ann, _bob);
        Assert.False(_queue.TryTake(_other));
        Assert.Equal((2, 6), (_queue.Entries, _queue.Bytes));

        _queue.Release(_one);
        Assert.True(_queue.TryTake(_one));

        Assert.Equal((0, 0), (_queue.Entries, _queue.Bytes));
    }

    [Fact]
    public async Task Complete_NothingIsAddedAndNothingIsWaitedFor()
    {
        _queue.Complete();

        Assert.False(_queue.TryAdd(new AppendUnit("late")));
        Assert.False(await _queue.WaitAsync());
    }

    private AppendUnit Add(params AccountTimeline[] logs)
    {
        var unit = new AppendUnit("unit");
        foreach (var log in logs)
        {
            unit.Add(new PreparedEntry(log, EntryKind.Settings, 0, null, [1, 2, 3]));
        }

        Assert.True(_queue.TryAdd(unit));
        return unit;
    }
}
