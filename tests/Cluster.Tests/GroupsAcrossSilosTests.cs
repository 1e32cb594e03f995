using Orleans;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Groups;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Cluster.Tests;

/// <summary>Two silos: members, and the group itself, are on different ones. Needs an engine that clusters.</summary>
public sealed class GroupsAcrossSilosTests
{
    private static readonly string[] s_accounts = ["a1", "a2", "a3", "a4", "a5", "a6"];

    [SkippableFact]
    public async Task Send_ByAllOfTwoSilos_IsInOneOrderOnceAtEverybody()
    {
        RequireCluster();
        const int each = 30;
        await using var world = await GrainWorld.StartClusterAsync(2);
        var sessions = await world.CircleAsync(s_accounts);
        var group = await world.GroupAsync(sessions["a1"], s_accounts[1..]);

        var sends = s_accounts.SelectMany(account => Enumerable.Range(0, each).Select(number => sessions[account].SendAsync(group, $"{account} {number}"))).ToArray();
        Assert.All(await Task.WhenAll(sends), sent => sent.ShouldBeDone());

        var order = world.Store.All(group).Where(entry => entry.Kind is EntryKind.Message).Select(entry => entry.Body()).ToArray();
        Assert.Equal(s_accounts.Length * each, order.Length);
        foreach (var account in s_accounts)
        {
            await world.ShouldHaveAllAsync(account, group, order.Length);
            Assert.Equal(order, world.BodiesOf(account, group));
            // In which order calls that are made at once reach an account on another silo is Orleans' business; what counts
            // is that the answers, each a place in the sender's log, say the order that everybody sees.
            var answered = sends.Skip(each * Array.IndexOf(s_accounts, account)).Take(each).Select((send, number) => (send.Result.Get().Seq, Body: $"{account} {number}"));
            Assert.Equal(answered.OrderBy(sent => sent.Seq).Select(sent => sent.Body), order.Where(body => body.StartsWith(account, StringComparison.Ordinal)));
            await Eventually.TrueAsync(
                () => world.Gateway.EntriesOf(account, sessions[account].Id).Count(entry => entry.Kind is EntryKind.Message) == order.Length, $"the pushes of {account}");
        }
    }

    [SkippableFact]
    public async Task Typing_AcrossSilos_ReachesMembersAndNobodyAfterAKick()
    {
        RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2);
        var sessions = await world.CircleAsync(s_accounts);
        var group = await world.GroupAsync(sessions["a1"], s_accounts[1..]);
        (await sessions["a1"].SendAsync(group, "hello")).ShouldBeDone();
        foreach (var account in s_accounts)
        {
            await world.ShouldHaveAllAsync(account, group, 1);
        }

        (await sessions["a1"].ChangeGroupAsync(group, GroupAction.Kick, "a6")).ShouldBeDone();
        (await sessions["a1"].SendAsync(group, "among us")).ShouldBeDone();
        foreach (var account in s_accounts[..^1])
        {
            await world.ShouldHaveAllAsync(account, group, 2);
        }

        (await world.Account("a1").SetTypingAsync(sessions["a1"].Id, group, true)).ShouldBeDone();

        string[] Typed() => [.. world.Gateway.Pushes.OfType<OrleansIM.Sessions.PushedSignal>().Where(signal => signal.Event == "typing").Select(signal => signal.Account).Order()];
        await Eventually.TrueAsync(() => Typed().Length >= 4, "typing at four members");
        Assert.Equal(["a2", "a3", "a4", "a5"], Typed());
        Assert.Equal(["hello"], world.BodiesOf("a6", group));
    }

    [SkippableFact]
    public async Task Restart_OfTheWholeCluster_LosesNothing()
    {
        RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2);
        var sessions = await world.CircleAsync(s_accounts);
        var group = await world.GroupAsync(sessions["a1"], s_accounts[1..]);
        var first = (await sessions["a2"].SendAsync(group, "before", "c1")).ShouldBeDone();

        await world.RestartAsync();
        var a2 = await world.SignInAsync("a2");
        Assert.Equal(first, (await a2.SendAsync(group, "before", "c1")).ShouldBeDone());
        (await a2.SendAsync(group, "after")).ShouldBeDone();

        foreach (var account in s_accounts)
        {
            await world.SignInAsync(account);
            await world.ShouldHaveAllAsync(account, group, 2);
            Assert.Equal(["before", "after"], world.BodiesOf(account, group));
        }
    }

    private static void RequireCluster() =>
        Skip.If(typeof(Grain).Assembly.GetName().Name == "OrleansIM.Solo", "The engine Solo runs in one process and clusters nothing.");
}
