using OrleansIM.Grains.Presence;
using OrleansIM.Presence;

namespace OrleansIM.Grains.Tests.Presence;

public sealed class ShardLinkTests
{
    private static readonly PresenceState s_online = new() { Status = PresenceStatus.Online };

    private readonly ShardLink _link = new("silo1");
    private PresenceShard _shard = NewShard();

    [Fact]
    public async Task Watch_WhileACallIsUnderWay_GoesWithTheNext()
    {
        Assert.True(_link.Watch("ann", ["bob"], out var first));
        Assert.True(_link.TryTake(out var call));
        Assert.False(_link.Watch("cat", ["bob"], out var second));
        Assert.False(_link.Watch("dan", ["bob"], out var third));

        Finish(call);
        Assert.True(_link.TryTake(out var next));
        Assert.Equal(["cat", "dan"], next.Exchange.Watches.Select(watch => watch.Watcher));
        Finish(next);

        await Task.WhenAll(first, second, third).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(_link.TryTake(out _));
        Assert.True(_link.Watch("eve", ["bob"], out _));
    }

    [Fact]
    public void Changes_OfOneAccount_TravelAsOne()
    {
        RunAll();
        _link.Share("bob", s_online);
        _link.Share("bob", s_online with { Note = "x" });

        Assert.True(_link.TryTake(out var call));
        Assert.Equal("x", Assert.Single(call.Exchange.Shared).State.Note);
    }

    [Fact]
    public async Task Call_Fails_WhoWaitsGoesOnAndEverythingIsToldAgain()
    {
        _link.Share("bob", s_online);
        _link.Watch("ann", ["bob"], out _);
        RunAll();
        _link.Watch("cat", ["bob"], out var answer);
        Assert.True(_link.TryTake(out var lost));

        _link.Fail(lost);
        Assert.Empty((await answer.WaitAsync(TimeSpan.FromSeconds(60))).Friends);
        _shard = NewShard();
        var shown = RunAll();

        Assert.Equal(["ann bob", "cat bob"], shown);
    }

    [Fact]
    public void Shard_Lost_IsToldEverythingAgainAtTheNextCall()
    {
        _link.Share("bob", s_online);
        _link.Watch("ann", ["bob"], out _);
        RunAll();
        _shard = NewShard();

        Assert.True(_link.Renew());
        Assert.Equal(["ann bob"], RunAll());
        Assert.True(_link.Renew());
        Assert.Empty(RunAll());
    }

    [Fact]
    public void Restore_OfMany_GoesInParts()
    {
        for (var i = 0; i < 1_200; i++)
        {
            _link.Share($"a{i}", s_online);
            _link.Watch($"w{i}", [$"a{i}"], out _);
        }

        RunAll();
        _shard = NewShard();
        _link.Renew();
        Assert.True(_link.TryTake(out var renewal));
        Finish(renewal);

        var sizes = new List<(int, int, bool, bool)>();
        while (_link.TryTake(out var call))
        {
            sizes.Add((call.Exchange.Shared.Length, call.Exchange.Watches.Length, call.Exchange.BeginsRestore, call.Exchange.EndsRestore));
            Finish(call);
        }

        Assert.Equal([(500, 500, true, false), (500, 500, false, false), (200, 200, false, true)], sizes);
    }

    [Fact]
    public void Restore_AccountThatLeftMeanwhile_EndsOffline()
    {
        _link.Share("bob", s_online);
        _link.Share("cat", s_online);
        RunAll();
        _link.Renew();
        Assert.True(_link.TryTake(out var lost));
        _link.Share("bob", PresenceState.Offline with { LastSeen = DateTimeOffset.UnixEpoch });
        _link.Fail(lost);
        RunAll();

        Assert.Equal(["bob Offline 1970", "cat Online"], WhoIs("bob", "cat"));
    }

    [Fact]
    public void Offline_LostOnTheWay_IsToldAgain()
    {
        _link.Share("bob", s_online);
        RunAll();
        _link.Share("bob", PresenceState.Offline with { LastSeen = DateTimeOffset.UnixEpoch });
        Assert.True(_link.TryTake(out var lost));
        _link.Fail(lost);
        RunAll();

        Assert.Equal(["bob Offline 1970"], WhoIs("bob"));
    }

    [Fact]
    public void Change_LostOnTheWay_IsStillNewsToWhatAnotherSiloHolds()
    {
        RunAll();
        var other = new ShardLink("silo2");
        other.Share("bob", s_online with { Note = "before it moved" });
        _link.Share("bob", s_online with { Note = "moved" });
        Assert.True(_link.TryTake(out var lost));
        _link.Fail(lost);

        Run(other);
        RunAll();

        Assert.Equal(["bob Online moved"], WhoIs("bob"));
    }

    [Fact]
    public void Restore_OfAnAccountThatHasMoved_DoesNotHideWhereItIs()
    {
        _link.Share("bob", s_online with { Note = "before it moved" });
        RunAll();
        var other = new ShardLink("silo2");
        other.Share("bob", s_online with { Note = "moved" });
        Run(other);

        _link.Renew();
        Assert.True(_link.TryTake(out var lost));
        _link.Fail(lost);
        RunAll();
        _link.Retract("bob");
        RunAll();

        Assert.Equal(["bob Online moved"], WhoIs("bob"));
    }

    [Fact]
    public void Renew_WithNothingHeld_IsNotNeeded()
    {
        Assert.False(_link.Renew());
        _link.Share("bob", s_online);
        _link.Share("bob", PresenceState.Offline);
        RunAll();

        Assert.False(_link.Renew());
    }

    [Fact]
    public void Retract_OnlyWhatWasShared_IsTold()
    {
        Assert.False(_link.Retract("bob"));
        _link.Share("bob", s_online);
        RunAll();

        Assert.True(_link.Retract("bob"));
        RunAll();
        Assert.Empty(WhoIs("bob"));
    }

    private static PresenceShard NewShard() => new(Random.Shared.Next(), DateTimeOffset.UnixEpoch, new PresenceOptions());

    /// <summary>Runs the link until it has nothing to say; who was shown something nobody waited for, and of whom.</summary>
    private List<string> RunAll()
    {
        var shown = new List<string>();
        while (_link.TryTake(out var call))
        {
            shown.AddRange(Finish(call));
        }

        return shown;
    }

    private void Run(ShardLink other)
    {
        while (other.TryTake(out var call))
        {
            Assert.Empty(other.Finish(call, _shard.Exchange(call.Exchange, DateTimeOffset.UnixEpoch)));
        }
    }

    private string[] Finish(ShardCall call) =>
        [.. _link.Finish(call, _shard.Exchange(call.Exchange, DateTimeOffset.UnixEpoch)).SelectMany(to => to.News.Friends.Select(friend => $"{to.Watcher} {friend.Account}"))];

    private string[] WhoIs(params string[] accounts)
    {
        var asks = new PresenceExchange { Owner = "test", Shared = [], Watches = [new PresenceWatch { Watcher = "test", Accounts = accounts }] };
        return [.. _shard.Exchange(asks, DateTimeOffset.UnixEpoch).News[0].Friends.Select(f => $"{f.Account} {f.State.Status} {f.State.Note}{f.State.LastSeen?.Year}".TrimEnd())];
    }
}
