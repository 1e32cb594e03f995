using Orleans;
using OrleansIM.Contacts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Links;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Cluster.Tests;

/// <summary>
/// Two silos: accounts that write to each other are on different ones, and the promises are the same. Needs an engine
/// that clusters.
/// </summary>
public sealed class AcrossSilosTests
{
    private static readonly string[] s_accounts = ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"];

    [SkippableFact]
    public async Task Send_AmongAllOfTwoSilos_ArrivesOnceInOrderWithoutAHole()
    {
        RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2);
        var sessions = await FriendsAsync(world);
        const int each = 10;

        var sends = new List<Task<Outcome<Messages.SentMessage>>>();
        for (var number = 0; number < each; number++)
        {
            foreach (var from in s_accounts)
            {
                sends.AddRange(s_accounts.Where(to => to != from).Select(to => sessions[from].SendAsync(to, $"{from} {number}")));
            }
        }

        Assert.All(await Task.WhenAll(sends), sent => sent.ShouldBeDone());

        Assert.True(world.Store.Deferred > 0, "no pair of accounts was on two silos");
        await Eventually.TrueAsync(() => world.Store.Waiting == 0, "an empty outbox");
        foreach (var account in s_accounts)
        {
            var log = world.Store.All(account);
            Assert.Equal(Enumerable.Range(1, log.Count).Select(seq => (long)seq), log.Select(entry => entry.Seq));
            var received = log.Where(entry => entry.Kind is EntryKind.Message && entry.Json().GetProperty("to").GetString() == account).GroupBy(entry => entry.Peer!);
            Assert.Equal(s_accounts.Length - 1, received.Count());
            Assert.All(received, from => Assert.Equal(SentTo(world, from.Key, account), from.Select(entry => entry.Body())));
            Assert.All(received, from => Assert.Equal(each, from.Count()));
        }
    }

    [SkippableFact]
    public async Task Send_RecipientsStoreFailsForAWhile_IsDeliveredWithoutTheClientsHelp()
    {
        RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2);
        var sessions = await FriendsAsync(world);
        world.Store.BeforeAppend = batch => batch.Any(row => row.Completes is not null) ? throw new IOException("no disk") : Task.CompletedTask;

        var acknowledged = new List<(string From, string To)>();
        foreach (var (from, to) in s_accounts.SelectMany(from => s_accounts.Where(to => to != from).Select(to => (from, to))))
        {
            if (!(await sessions[from].SendAsync(to, "kept")).IsRefused)
            {
                acknowledged.Add((from, to));
            }
        }

        Assert.True(world.Store.Waiting > 0, "nothing waits in an outbox");
        world.Store.BeforeAppend = null;

        await Eventually.TrueAsync(() => world.Store.Waiting == 0, "an empty outbox", TimeSpan.FromSeconds(30));
        foreach (var (from, to) in acknowledged)
        {
            Assert.Single(world.Store.All(to), entry => entry.Kind is EntryKind.Message && entry.Peer == from && entry.Json().GetProperty("to").GetString() == to);
        }
    }

    [SkippableTheory]
    [InlineData("a1")]
    [InlineData("a2", "a3", "a4", "a5", "a6", "a7", "a8")]
    public async Task Outbox_LeftByADeadCluster_IsDeliveredWhenEitherSideComesBack(params string[] back)
    {
        RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2);
        var sessions = await FriendsAsync(world);
        world.Store.BeforeAppend = batch => batch.Any(row => row.Completes is not null) ? throw new IOException("no disk") : Task.CompletedTask;
        await Task.WhenAll(s_accounts[1..].Select(to => sessions["a1"].SendAsync(to, "kept")));
        Assert.True(world.Store.Waiting > 0, "nothing waits in an outbox");

        await world.RestartAsync();
        world.Store.BeforeAppend = null;
        foreach (var account in back)
        {
            await world.SignInAsync(account);
        }

        await Eventually.TrueAsync(() => world.Store.Waiting == 0, "an empty outbox", TimeSpan.FromSeconds(30));
    }

    [SkippableFact]
    public async Task Relations_ChangedAtRandomAcrossSilos_StayInStep()
    {
        RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2);
        var sessions = await FriendsAsync(world);
        var random = new Random(3);
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            {
                var pair = random.GetItems(s_accounts, 2);
                return sessions[pair[0]].ChangeContactAsync(pair[1], (ContactAction)random.Next(1, 7));
            }));
        }

        await Eventually.TrueAsync(() => world.Store.Waiting == 0, "an empty outbox", TimeSpan.FromSeconds(30));
        var contacts = new Dictionary<(string, string), ContactState>();
        foreach (var account in s_accounts)
        {
            foreach (var contact in (await world.SignInAsync(account)).Pages[account].Contacts)
            {
                contacts[(account, contact.Account)] = contact.State;
            }
        }

        foreach (var ((one, other), state) in contacts)
        {
            Assert.Equal(state is ContactState.Friend, contacts.GetValueOrDefault((other, one)) is ContactState.Friend);
        }
    }

    [SkippableFact]
    public async Task Links_AcrossSilos_ShowAndHidePages()
    {
        RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2);
        await world.RegisterAsync(s_accounts);
        var master = await world.SignInAsync("a1");
        Assert.Equal(7, (await master.LinkAsync([.. s_accounts[1..].Select(account => (account, LinkRole.Secondary))])).ShouldBeDone().Linked.Length);

        var session = await world.SignInAsync("a1");
        Assert.Equal(s_accounts, session.Pages.Keys.Order());
        (await world.Account("a1").RemoveLinkAsync(master.Id, "a5")).ShouldBeDone();

        (await world.Account("a5").ReadEntriesAsync(session.Id, 0, 1)).ShouldBeRefused(SessionRefusals.UnknownSession);
        (await world.Account("a6").ReadEntriesAsync(session.Id, 0, 1)).ShouldBeDone();
        await Eventually.TrueAsync(() => world.Gateway.EndOf("a5", session.Id) == SessionEnd.Unlinked, "the end of a5's page");
    }

    /// <summary>What one account sent to another, in the order of its own log.</summary>
    private static IEnumerable<string> SentTo(GrainWorld world, string from, string to) =>
        world.Store.All(from).Where(entry => entry.Kind is EntryKind.Message && entry.Json().GetProperty("to").GetString() == to).Select(entry => entry.Body());

    internal static void RequireCluster() =>
        Skip.If(typeof(Grain).Assembly.GetName().Name == "OrleansIM.Solo", "The engine Solo runs in one process and clusters nothing.");

    private static async Task<Dictionary<string, TestSession>> FriendsAsync(GrainWorld world)
    {
        await world.RegisterAsync(s_accounts);
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
}
