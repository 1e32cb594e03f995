using OrleansIM.Client;
using OrleansIM.Clusters;
using Xunit.Abstractions;

namespace OrleansIM.Cluster.Tests.Process;

/// <summary>A process of the cluster is gone from one moment to the next, or seems to be.</summary>
[Collection(ClusterCollection.Name)]
public sealed class NodeLossTests(ClusterFixture fixture, ITestOutputHelper output)
{
    // Nobody is declared dead as soon as that: whoever is whole by then was not touched.
    private static readonly TimeSpan s_tooSoon = TimeSpan.FromSeconds(1);

    [SkippableFact]
    public async Task Silo_Killed_SessionsGetTheirAccountsBackAndNothingIsLost()
    {
        var cluster = await fixture.ReadyAsync();
        await using var load = await fixture.MeetAsync(12);
        await load.StartAsync();

        foreach (var silo in cluster.Silos)
        {
            await silo.KillAsync();
            var whole = await load.FlowsAsync($"messages after {silo} was killed");
            if (whole > s_tooSoon)
            {
                output.WriteLine($"From kill -9 of a silo to the last session whole again: {whole.TotalSeconds:0.0} s.");
                break;
            }

            // It had none of these accounts; another one has.
            await silo.RestartAsync();
        }

        await load.FinishAsync();
        Assert.Contains(cluster.Silos, silo => !silo.IsRunning);
        foreach (var gateway in cluster.Gateways)
        {
            Assert.Equal((200, "Healthy"), await gateway.GetAsync("readyz"));
        }
    }

    [SkippableFact]
    public async Task Silos_AllKilledWhileNothingIsWritten_PushesReachTheSessionsAfterwards()
    {
        var cluster = await fixture.ReadyAsync();
        await using var load = await fixture.MeetAsync(12);
        await load.StartAsync();
        await Task.WhenAll(load.Pairs.Select(pair => pair.StopWritingAsync()));

        await Task.WhenAll(cluster.Silos.Select(silo => silo.KillAsync()));
        await Task.WhenAll(cluster.Silos.Select(silo => silo.RestartAsync()));
        var numbers = await Task.WhenAll(load.Pairs.Select(pair => pair.WriteOneAsync()));

        await Eventually.TrueAsync(
            () => load.Pairs.Zip(numbers).All(both => both.First.LastReceived == both.Second), "every reader to get its message without a renewal", TimeSpan.FromSeconds(90));
        await load.FinishAsync();
        Assert.All(load.Pairs, pair => Assert.Equal(0, pair.Reconnections));
    }

    [SkippableFact]
    public async Task Silo_FrozenUntilItWasDeclaredDead_NeverAcknowledgesWhatIsNotThere()
    {
        var cluster = await fixture.ReadyAsync();
        await using var load = await fixture.MeetAsync(12);
        await load.StartAsync();
        ClusterNode? frozen = null;
        foreach (var silo in cluster.Silos)
        {
            silo.Freeze();
            var whole = await load.FlowsAsync($"messages after {silo} was frozen");
            if (whole > s_tooSoon)
            {
                output.WriteLine($"From SIGSTOP of a silo to the last session whole again: {whole.TotalSeconds:0.0} s.");
                frozen = silo;
                break;
            }

            // It had none of these accounts; another one has.
            silo.Thaw();
        }

        Assert.NotNull(frozen);
        await Eventually.TrueAsync(async () => !(await cluster.ReadMembersAsync()).Contains(frozen.Name), "the frozen silo to be declared dead", TimeSpan.FromSeconds(60));
        frozen.Thaw();
        await load.FlowsAsync("messages after it goes on");
        Assert.NotEqual(0, await frozen.ExitAsync(TimeSpan.FromSeconds(60)));
        await load.FlowsAsync("messages after it has ended itself");
        await load.FinishAsync();
    }

    [SkippableFact]
    public async Task Gateway_Killed_ClientsGoOnAtTheOther()
    {
        var cluster = await fixture.ReadyAsync();
        await using var load = await fixture.MeetAsync(8);
        await load.StartAsync();

        await cluster.Gateways[0].KillAsync();
        var whole = await load.FlowsAsync("messages after a gateway was killed");

        output.WriteLine($"From kill -9 of a gateway to the last session whole again: {whole.TotalSeconds:0.0} s.");
        await load.FinishAsync();
        Assert.Contains(load.Pairs, pair => pair.Reconnections > 0);
    }

    [SkippableFact]
    public async Task Gateway_Killed_WhoDoesNotComeBackIsShownAsOffline()
    {
        var cluster = await fixture.ReadyAsync();
        var (ann, bob) = (fixture.NextName(), fixture.NextName());
        // Each at a gateway of its own, not behind the load balancer: Bob cannot connect again.
        await using var watcher = await SignInAsync(cluster.Gateways[1], ann);
        await using var friend = await SignInAsync(cluster.Gateways[0], bob);
        var seen = "";
        using var watching = watcher.On<PresenceChanged>(change => seen = change.Contact == bob ? change.Status : seen);
        await watcher.RequestContactAsync(ann, bob);
        await friend.AcceptContactAsync(bob, ann);
        await Eventually.TrueAsync(() => seen == "online", "the friend to be online");

        await cluster.Gateways[0].KillAsync();

        // The lease of these sessions is an hour.
        await Eventually.TrueAsync(() => seen == "offline", "the friend to be offline", TimeSpan.FromSeconds(90));
    }

    private static async Task<ImClient> SignInAsync(ClusterNode gateway, string account)
    {
        var client = new ImClient(new ImClientOptions { Server = gateway.Url });
        await client.RegisterAsync(account, "a password");
        await client.SignInAsync(account, "a password");
        return client;
    }
}
