using System.Globalization;
using Orleans;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Presence;
using OrleansIM.Sessions;
using Xunit.Abstractions;

namespace OrleansIM.Cluster.Tests;

/// <summary>Presence over two silos, and after one of them has died (mission P5). Needs an engine that clusters.</summary>
public sealed class PresenceAcrossSilosTests(ITestOutputHelper output)
{
    private const int Shards = 8;
    private static readonly string[] s_accounts = ["a1", "a2", "a3", "a4", "a5", "a6"];

    [SkippableFact]
    public async Task Presence_OfFriendsOnBothSilos_IsSeenByAll()
    {
        RequireCluster();
        await using var world = await StartAsync(renewEvery: "00:00:30");
        await world.RegisterAsync(s_accounts);
        var sessions = await FriendsAsync(world);
        await AllSeeAsync(world, sessions, "online");

        await SayAsync(world, sessions, "busy");
        await AllSeeAsync(world, sessions, "away busy");

        await sessions["a1"].CloseAsync();
        foreach (var other in s_accounts[1..])
        {
            await world.SeesAsync(sessions[other], "a1", "offline");
        }
    }

    [SkippableFact]
    public async Task SiloWithShards_Dies_AllIsRightAgainAndNobodyWasOfflineMeanwhile()
    {
        RequireCluster();
        await using var world = await StartAsync(renewEvery: "00:00:01", offlineDelay: "00:00:03");
        await PlaceShardsAsync(world);
        foreach (var account in s_accounts)
        {
            // One by one: each on the first silo.
            await world.RegisterAsync(account);
        }

        var sessions = await FriendsAsync(world);
        await AllSeeAsync(world, sessions, "online");
        var before = sessions.Values.ToDictionary(session => session.Id, session => world.PresenceEvents(session).Length);

        await world.KillSiloAsync(1);
        foreach (var account in s_accounts)
        {
            sessions[account] = await ComeBackAsync(world, sessions[account]);
        }

        await Eventually.TrueAsync(() => KnowsAsync(world, sessions.Keys), "the shards to know everybody again", TimeSpan.FromSeconds(30));
        var seen = sessions.Values.SelectMany(session => world.PresenceEvents(session).Skip(before.GetValueOrDefault(session.Id)));
        Assert.DoesNotContain(seen, json => json.GetProperty("status").GetString() == "offline");

        await SayAsync(world, sessions, "back");
        await AllSeeAsync(world, sessions, "away back");
        await sessions["a1"].CloseAsync();
        foreach (var other in s_accounts[1..])
        {
            await world.SeesAsync(sessions[other], "a1", "offline");
        }
    }

    [SkippableFact]
    public async Task SiloWithAccounts_Dies_TheirFriendsSeeThemOffline_AndBackWhenTheyAre()
    {
        RequireCluster();
        await using var world = await StartAsync(renewEvery: "00:00:01");
        await PlaceShardsAsync(world);
        await world.RegisterAsync("a1", "a2");
        var (stays, dies) = (await world.SignInAsync("a1"), await world.SignInAsync("a2"));
        await GrainWorld.BefriendAsync(stays, dies);
        await world.SeesAsync(stays, "a2", "online");

        await world.KillSiloAsync(1);
        stays = await ComeBackAsync(world, stays);

        await Eventually.TrueAsync(
            () => !world.Presence(stays).ContainsKey("a2"), "a1 to see a2 offline", TimeSpan.FromSeconds(30));
        var back = await world.SignInAsync("a2");
        await world.SeesAsync(stays, "a2", "online");
        Assert.Equal("online", world.Presence(back)["a1"]);
    }

    [SkippableFact]
    public async Task SignIn_WithAThousandFriendsOnTwoSilos_SeesWhoIsOnlineInItsPage()
    {
        RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2, SignInCost.Settings);

        var (first, second, seen) = await SignInCost.MeasureAsync(world, rounds: 20);

        output.WriteLine($"Opening an account with {SignInCost.Friends} friends, {seen} online, over two silos: {first:0.00} ms the first session, {second:0.00} ms a second one (medians).");
        Assert.Equal(SignInCost.Online, seen);
    }

    /// <summary>
    /// As a gateway does: accounts whose place in the directory was lost with the silo start anew, and their sessions
    /// are opened again.
    /// </summary>
    private static async Task<TestSession> ComeBackAsync(GrainWorld world, TestSession session)
    {
        var renewed = await world.Account(session.SignedInAs).RenewSessionsAsync(new RenewSessions { Sessions = [session.Id] });
        return renewed.Unknown is [] ? session : await world.SignInAsync(session.SignedInAs);
    }

    /// <summary>A stranger asks the shards themselves, so that nothing of it goes through the silo's own links.</summary>
    private static async Task<bool> KnowsAsync(GrainWorld world, IEnumerable<string> accounts)
    {
        foreach (var account in accounts)
        {
            var ask = Exchange() with { Watches = [new PresenceWatch { Watcher = "nobody", Accounts = [account] }] };
            var shard = Grains.Presence.PresenceRules.ShardOf(account, Shards);
            if ((await Shard(world, shard).ExchangeAsync(ask)).News[0].Friends is not [{ State.Status: PresenceStatus.Online }])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Every other shard is on the silo that will die.</summary>
    private static async Task PlaceShardsAsync(GrainWorld world)
    {
        for (var shard = 0; shard < Shards; shard++)
        {
            world.PlaceOn(shard % 2);
            await Shard(world, shard).ExchangeAsync(Exchange());
        }
    }

    private static PresenceExchange Exchange() => new() { Owner = "test", Shared = [], Watches = [] };

    private static IPresenceGrain Shard(GrainWorld world, int shard) =>
        world.Grains.GetGrain<IPresenceGrain>(shard.ToString(CultureInfo.InvariantCulture));

    private static Task<GrainWorld> StartAsync(string renewEvery, string offlineDelay = "00:00:00.1") => GrainWorld.StartClusterAsync(
        2,
        ("Presence:OfflineDelay", offlineDelay),
        ("Presence:RenewEvery", renewEvery),
        ("Presence:Shards", Shards.ToString(CultureInfo.InvariantCulture)));

    private static async Task SayAsync(GrainWorld world, Dictionary<string, TestSession> sessions, string note)
    {
        foreach (var session in sessions.Values)
        {
            (await world.SayAsync(session, PresenceStatus.Away, note)).ShouldBeDone();
        }
    }

    private static async Task AllSeeAsync(GrainWorld world, Dictionary<string, TestSession> sessions, string presence)
    {
        foreach (var session in sessions.Values)
        {
            foreach (var who in s_accounts)
            {
                await world.SeesAsync(session, who, presence);
            }
        }
    }

    private static async Task<Dictionary<string, TestSession>> FriendsAsync(GrainWorld world)
    {
        var sessions = new Dictionary<string, TestSession>();
        foreach (var account in s_accounts)
        {
            sessions[account] = await world.SignInAsync(account);
        }

        foreach (var one in s_accounts)
        {
            foreach (var other in s_accounts.Where(other => string.CompareOrdinal(one, other) < 0))
            {
                await GrainWorld.BefriendAsync(sessions[one], sessions[other]);
            }
        }

        return sessions;
    }

    private static void RequireCluster() =>
        Skip.If(typeof(Grain).Assembly.GetName().Name == "OrleansIM.Solo", "The engine Solo runs in one process and clusters nothing.");
}
