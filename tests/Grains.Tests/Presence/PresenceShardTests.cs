using OrleansIM.Grains.Presence;
using OrleansIM.Presence;

namespace OrleansIM.Grains.Tests.Presence;

public sealed class PresenceShardTests
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.UnixEpoch;
    private static readonly PresenceOptions s_options = new() { RenewEvery = TimeSpan.FromSeconds(30), MaxLastSeen = 2 };

    private readonly PresenceShard _shard = new(epoch: 1, settlesAt: s_start, s_options);

    public PresenceShardTests() => _shard.Sweep(s_start);

    [Fact]
    public void Watch_AnswersWhoIsOnline()
    {
        Tell("silo1", Online("bob"), Online("cat", "busy"));

        Assert.Equal(["bob Online", "cat Online busy"], Ask("silo2", "ann", "bob", "cat", "dan"));
    }

    [Fact]
    public void Change_SeveralForOneWatcher_ComeTogetherAndTheLastOfEachWins()
    {
        Ask("silo1", "ann", "bob", "cat");

        Tell("silo1", Online("bob"), Online("cat"));
        Tell("silo1", Online("bob", "busy"));
        Tell("silo1", Gone("cat"));

        Assert.Equal(["bob Online busy", "cat Offline"], News("ann"));
        Assert.Empty(_shard.WatchersWithNews);
    }

    [Fact]
    public void Change_ThatIsNone_IsNotTold()
    {
        Ask("silo1", "ann", "bob");
        Tell("silo1", Online("bob"));
        News("ann");

        Tell("silo1", Online("bob"));

        Assert.Empty(_shard.WatchersWithNews);
    }

    [Fact]
    public void Watch_Replaced_TellsOfTheNewOnly()
    {
        Ask("silo1", "ann", "bob");
        Ask("silo1", "ann", "cat");

        Tell("silo1", Online("bob"), Online("cat"));

        Assert.Equal(["cat Online"], News("ann"));
    }

    [Fact]
    public void Watch_OfNobody_EndsIt()
    {
        Ask("silo1", "ann", "bob");
        Ask("silo1", "ann");

        Tell("silo1", Online("bob"));

        Assert.Empty(_shard.WatchersWithNews);
    }

    [Fact]
    public void News_NotDelivered_AreKeptUnlessThereAreNewer()
    {
        Ask("silo1", "ann", "bob", "cat");
        Tell("silo1", Online("bob"), Online("cat"));
        var lost = _shard.TakeNews("ann", out _)!;
        Tell("silo1", Online("bob", "newer"));

        _shard.GiveBack("ann", lost);

        Assert.Equal(["bob Online newer", "cat Online"], News("ann").Order());
    }

    [Fact]
    public void Watcher_Gone_IsDroppedUnlessItCameAnew()
    {
        Ask("silo1", "ann", "bob");
        Tell("silo1", Online("bob"));
        _shard.TakeNews("ann", out var watch);
        Ask("silo2", "ann", "bob");

        _shard.DropWatch("ann", watch);
        Tell("silo1", Gone("bob"));
        Assert.Equal(["bob Offline"], News("ann"));

        Tell("silo1", Online("bob"));
        _shard.TakeNews("ann", out watch);
        _shard.DropWatch("ann", watch);
        Tell("silo1", Gone("bob"));
        Assert.Empty(_shard.WatchersWithNews);
    }

    [Fact]
    public void Owner_NotRenewed_IsForgottenAndItsAccountsAreOffline()
    {
        Tell("silo1", Online("bob"));
        Exchange(Renewal("silo2"), seconds: 20);
        Exchange(Renewal("silo2") with { Watches = [Watch("ann", "bob")] }, seconds: 50);

        _shard.Sweep(At(60));
        Assert.Empty(_shard.WatchersWithNews);
        _shard.Sweep(At(61));

        Assert.Equal(["bob Offline"], News("ann"));
        Assert.True(Exchange(Renewal("silo1"), seconds: 62).IsNewOwner);
    }

    [Fact]
    public void Account_MovedToAnotherSilo_OutlivesTheOld()
    {
        Ask("silo2", "ann", "bob");
        Tell("silo1", Online("bob"));
        Tell("silo2", Online("bob"));
        News("ann");

        Tell("silo1", Gone("bob"));

        Assert.Empty(_shard.WatchersWithNews);
        Assert.Equal(["bob Online"], Ask("silo2", "ann", "bob"));
    }

    [Fact]
    public void Account_MovedToAnotherSilo_WhatTheOldHoldsTakesNothingOver()
    {
        Ask("silo3", "ann", "bob");
        Tell("silo1", Online("bob", "old"));
        Tell("silo2", Online("bob"));
        News("ann");

        Exchange(Renewal("silo1") with { BeginsRestore = true, EndsRestore = true, Shared = [Online("bob", "old")], Watches = [Watch("bob", "cat")] });
        Tell("silo1", Gone("bob", lastSeen: 7));

        Assert.Empty(_shard.WatchersWithNews);
        Assert.Equal(["bob Online"], Ask("silo3", "ann", "bob"));
    }

    [Fact]
    public void Account_MovedBeforeTheShardWasLost_IsSeenAsTheOldSiloSaysUntilThatLetsGo()
    {
        Ask("silo3", "ann", "bob");
        Exchange(Renewal("silo1") with { BeginsRestore = true, EndsRestore = true, Shared = [Online("bob", "old")] });
        Exchange(Renewal("silo2") with { BeginsRestore = true, EndsRestore = true, Shared = [Online("bob", "new")] });
        Assert.Equal(["bob Online old"], News("ann"));

        Tell("silo1", Gone("bob"));

        Assert.Equal(["bob Online new"], News("ann"));
    }

    [Fact]
    public void Account_MovedAndTheOldSiloDied_IsNotOfflineWhenTheLeaseIsOver()
    {
        Tell("silo1", Online("bob"));
        Ask("silo1", "bob", "cat");
        Exchange(Renewal("silo2") with { Shared = [Online("bob")], Watches = [Watch("bob", "cat"), Watch("ann", "bob")] }, seconds: 50);

        _shard.Sweep(At(61));

        Assert.Empty(_shard.WatchersWithNews);
        Tell("silo2", Online("cat"));
        Assert.Equal(["cat Online"], News("bob"));
    }

    [Fact]
    public void Watcher_OfTwoSilos_IsToldOfAllUntilTheLastLetsGo()
    {
        Ask("silo1", "ann", "bob");
        Ask("silo2", "ann", "bob", "cat");

        Ask("silo1", "ann");
        Tell("silo1", Online("bob"), Online("cat"));
        Assert.Equal(["bob Online", "cat Online"], News("ann"));

        Ask("silo2", "ann");
        Tell("silo1", Gone("bob"));
        Assert.Empty(_shard.WatchersWithNews);
    }

    [Fact]
    public void Exchange_ThatComesAfterALaterOne_IsNotTaken()
    {
        Ask("silo2", "ann", "bob", "cat");
        var late = Renewal("silo1") with { BeginsRestore = true, EndsRestore = true, Shared = [Online("cat")], Number = 1 };
        Exchange(late with { Shared = [Online("bob")], Watches = [Watch("bob", "ann")], Number = 2 });
        News("ann");

        var answer = Exchange(late with { Watches = [Watch("cat", "bob")] });

        Assert.Empty(Show(Assert.Single(answer.News)));
        Assert.False(answer.IsNewOwner);
        Assert.Empty(_shard.WatchersWithNews);
        Assert.Equal(["bob Online"], Ask("silo2", "ann", "bob", "cat"));
    }

    [Fact]
    public void Restore_WhatIsNotInIt_IsGone()
    {
        Ask("silo2", "ann", "bob", "cat");
        Ask("silo1", "dan", "cat");
        Tell("silo1", Online("bob"), Online("cat"));
        News("ann");
        News("dan");

        Exchange(Renewal("silo1") with { Shared = [Online("bob")], BeginsRestore = true });
        Assert.Empty(_shard.WatchersWithNews);
        Exchange(Renewal("silo1") with { EndsRestore = true });

        Assert.Equal(["cat Offline"], News("ann"));
        Assert.Equal(["ann"], Watchers("cat"));
    }

    [Fact]
    public void Exchange_OfAnUnknownOwner_AsksForEverything()
    {
        Assert.True(Exchange(Renewal("silo1")).IsNewOwner);
        Assert.False(Exchange(Renewal("silo1")).IsNewOwner);
        Assert.False(Exchange(Renewal("silo2") with { BeginsRestore = true }).IsNewOwner);
    }

    [Fact]
    public void NewShard_DoesNotCallAnyoneOfflineBeforeItHasSettled()
    {
        var shard = new PresenceShard(epoch: 2, settlesAt: At(40), s_options);
        var restore = Renewal("silo1") with { BeginsRestore = true, EndsRestore = true };
        var answer = shard.Exchange(restore with { Shared = [Online("bob")], Watches = [Watch("ann", "bob", "cat", "dan") with { WantsOffline = true }] }, At(1));
        Assert.Equal(["bob Online"], Show(answer.News[0]));

        shard.Exchange(Renewal("silo2") with { Shared = [Online("cat")] }, At(20));
        Assert.Equal(["cat Online"], Show(shard.TakeNews("ann", out _)));
        shard.Sweep(At(39));
        Assert.Null(shard.TakeNews("ann", out _));

        shard.Sweep(At(40));
        Assert.Equal(["dan Offline"], Show(shard.TakeNews("ann", out _)));
    }

    [Fact]
    public void NewShard_AccountLeavesBeforeItWasRestored_IsToldOffline()
    {
        var shard = new PresenceShard(epoch: 2, settlesAt: At(40), s_options);
        shard.Exchange(Renewal("silo1") with { Watches = [Watch("ann", "bob")] }, At(1));

        shard.Exchange(Renewal("silo2") with { Shared = [Gone("bob")] }, At(2));

        Assert.Equal(["bob Offline"], Show(shard.TakeNews("ann", out _)));
    }

    [Fact]
    public void LastSeen_OfWhoIsOffline_IsAnsweredAndForgottenWhenBack()
    {
        Tell("silo1", Online("bob"));
        Tell("silo1", Gone("bob", lastSeen: 7));
        Assert.Equal(["bob Offline 7"], Ask("silo1", "ann", "bob"));

        Tell("silo1", Online("bob"));
        Tell("silo1", Gone("bob"));

        Assert.Equal(["bob Offline"], News("ann"));
        Assert.Empty(Ask("silo1", "ann", "bob"));
    }

    [Fact]
    public void LastSeen_OfMoreThanFit_TheOldestIsForgotten()
    {
        Tell("silo1", Gone("a1", 1), Gone("a2", 2), Gone("a1", 3), Gone("a3", 4));

        Assert.Equal(["a1 Offline 3", "a3 Offline 4"], Ask("silo1", "ann", "a1", "a2", "a3"));
    }

    private static SharedPresence Online(string account, string? note = null) =>
        new() { Account = account, State = new PresenceState { Status = PresenceStatus.Online, Note = note } };

    private static SharedPresence Gone(string account, double? lastSeen = null) =>
        new() { Account = account, State = PresenceState.Offline with { LastSeen = lastSeen is { } at ? At(at) : null } };

    private static PresenceWatch Watch(string watcher, params string[] accounts) => new() { Watcher = watcher, Accounts = accounts };

    private static PresenceExchange Renewal(string silo) => new() { Owner = silo, Shared = [], Watches = [] };

    private PresenceAnswer Exchange(PresenceExchange exchange, double seconds = 0) => _shard.Exchange(exchange, At(seconds));

    private void Tell(string silo, params SharedPresence[] shared) => Exchange(Renewal(silo) with { Shared = shared });

    private string[] Ask(string silo, string watcher, params string[] accounts) =>
        Show(Exchange(Renewal(silo) with { Watches = [Watch(watcher, accounts)] }).News[0]);

    private string[] News(string watcher) => Show(_shard.TakeNews(watcher, out _));

    private string[] Watchers(string account)
    {
        Tell("silo1", Online(account, "who hears this"));
        return [.. _shard.WatchersWithNews];
    }

    private static string[] Show(PresenceNews? news) =>
        [.. news!.Friends.Select(f => string.Join(' ', new object?[] { f.Account, f.State.Status, f.State.Note, f.State.LastSeen?.ToUnixTimeSeconds() }.Where(part => part is not null)))];

    private static DateTimeOffset At(double seconds) => s_start.AddSeconds(seconds);
}
