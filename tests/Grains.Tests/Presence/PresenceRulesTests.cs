using OrleansIM.Grains.Presence;
using OrleansIM.Presence;

namespace OrleansIM.Grains.Tests.Presence;

public sealed class PresenceRulesTests
{
    [Theory]
    [InlineData("Online", "Online")]
    [InlineData("Online", "Away,Online,Busy")]
    [InlineData("Busy", "Away,Busy")]
    [InlineData("Away", "Away")]
    [InlineData("Invisible", "Online,Invisible")]
    [InlineData("Invisible", "Invisible,Busy,Online")]
    public void Aggregate_MostAvailableWins_UnlessOneHides(string expected, string sessions)
    {
        var said = sessions.Split(',').Select((status, order) => (Say(status, note: status), (long)order));

        var own = PresenceRules.Aggregate(said);

        Assert.Equal(Say(expected, note: expected), own);
    }

    [Fact]
    public void Aggregate_OfEquals_TheNoteSaidLastWins()
    {
        var own = PresenceRules.Aggregate([(Say("Away", "new"), 7), (Say("Away", "old"), 3), (Say("Away", "newer"), 9)]);

        Assert.Equal("newer", own?.Note);
    }

    [Fact]
    public void Aggregate_NoSessions_IsNothing() => Assert.Null(PresenceRules.Aggregate([]));

    [Fact]
    public void Share_Invisible_LooksLikeOffline()
    {
        Assert.Equal(PresenceState.Offline, PresenceRules.Share(Say("Invisible", "note"), sharesPresence: true, lastSeen: null));
        Assert.Equal(PresenceRules.Share(null, true, DateTimeOffset.UnixEpoch), PresenceRules.Share(Say("Invisible", "note"), true, DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void Share_WithNobody_SaysNothingAtAll()
    {
        Assert.Equal(PresenceState.Offline, PresenceRules.Share(Say("Online"), sharesPresence: false, lastSeen: DateTimeOffset.UnixEpoch));
        Assert.Equal(PresenceState.Offline, PresenceRules.Share(null, sharesPresence: false, lastSeen: DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void Share_Visible_CarriesNoLastSeen() =>
        Assert.Null(PresenceRules.Share(Say("Busy"), sharesPresence: true, lastSeen: DateTimeOffset.UnixEpoch).LastSeen);

    [Fact]
    public void ShardOf_IsTheSameInEveryProcess_AndSpreads()
    {
        Assert.Equal([24, 20, 46], new[] { "ann", "bob", "carol-7" }.Select(account => PresenceRules.ShardOf(account, 64)));
        var sizes = Enumerable.Range(0, 6_400).GroupBy(i => PresenceRules.ShardOf($"user{i}", 64)).Select(shard => shard.Count()).ToArray();
        Assert.Equal(64, sizes.Length);
        Assert.InRange(sizes.Max(), 100, 160);
    }

    private static SessionPresence Say(string status, string? note = null) => new() { Status = Enum.Parse<PresenceStatus>(status), Note = note };
}
