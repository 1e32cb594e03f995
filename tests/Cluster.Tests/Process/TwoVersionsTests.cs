using System.Globalization;
using System.Text.RegularExpressions;
using OrleansIM.Client;
using OrleansIM.Clusters;
using Xunit.Abstractions;

namespace OrleansIM.Cluster.Tests.Process;

/// <summary>
/// A rolling upgrade from another version: its processes and those of this build in one cluster. The other one is given by
/// <c>ORLEANSIM_PREVIOUS</c>, the folder of its build (<c>artifacts/orleans/bin</c> of a clone of its own, or one with
/// <c>Silo</c> and <c>Gateway.Host</c> as they are published); without it, skipped.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed partial class TwoVersionsTests(ITestOutputHelper output)
{
    private const string Variable = "ORLEANSIM_PREVIOUS";
    private const string Password = "a password";

    // Cluster:StopTimeout, and as much again for a machine with a lot else to do.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(60);

    [SkippableTheory]
    [InlineData(ClusterRole.Silo)]
    [InlineData(ClusterRole.Gateway)]
    public async Task Upgrade_OneProcessAfterTheOther_LosesNothingAndBothVersionsUnderstandEachOther(ClusterRole first)
    {
        await using var cluster = await StartPreviousAsync();
        await using var load = await MeetAsync(cluster, "begin");
        await load.StartAsync();

        var upgraded = 0;
        foreach (var node in cluster.Nodes.OrderBy(node => node.Role == first ? 0 : 1).ToArray())
        {
            Assert.Equal(0, await node.StopAsync(s_grace));
            LocalCluster.Exchange(node);
            await node.RestartAsync();
            await load.FlowsAsync($"messages after {node} was upgraded");

            // Until the last step somebody is of the other version.
            await LiveTogetherAsync(cluster, $"step{++upgraded}");
            output.WriteLine($"{node} is new, everything works.");
        }

        await load.FinishAsync();
        Assert.Contains(load.Pairs, pair => pair.Reconnections > 0);
    }

    [SkippableFact]
    public async Task Upgrade_TakenBackBeforeItIsDone_LosesNothing()
    {
        await using var cluster = await StartPreviousAsync();
        await using var load = await MeetAsync(cluster, "back");
        await load.StartAsync();
        ClusterNode[] some = [cluster.Silos[0], cluster.Gateways[0]];

        foreach (var build in (string?[])[null, Environment.GetEnvironmentVariable(Variable)])
        {
            foreach (var node in some)
            {
                Assert.Equal(0, await node.StopAsync(s_grace));
                LocalCluster.Exchange(node, build);
                await RestartAsync(cluster, node);
                await load.FlowsAsync($"messages after {node} was exchanged");
            }

            await LiveTogetherAsync(cluster, build is null ? "forth" : "back");
        }

        await load.FinishAsync();
    }

    /// <summary>
    /// There is no way back behind a migration that breaks what was before it, nor to a build that does not ask which ones do:
    /// who refuses then is right. A refusal of any other database is a fault.
    /// </summary>
    private static async Task RestartAsync(LocalCluster cluster, ClusterNode node)
    {
        try
        {
            await node.RestartAsync();
        }
        catch (InvalidOperationException refused) when (refused.Message.Contains("It was used by a newer OrleansIM", StringComparison.Ordinal))
        {
            var known = int.Parse(KnownVersion().Match(refused.Message).Groups["known"].Value, CultureInfo.InvariantCulture);
            var oldest = int.Parse((await cluster.Postgres.QueryAsync("SELECT max(coalesce(oldest_program, version)) FROM schema_version"))[0], CultureInfo.InvariantCulture);
            Skip.If(known < 5, "The build before does not ask which migrations it can live with: there is no way back to it (docs/operations.md, \"Upgrade it\").");
            Skip.If(known < oldest, "Between the two versions is a migration that breaks the one before: there is no way back behind it (docs/operations.md, \"Upgrade it\").");
            throw;
        }
    }

    [GeneratedRegex("this program knows versions up to (?<known>[0-9]+)")]
    private static partial Regex KnownVersion();

    private static async Task<LocalCluster> StartPreviousAsync()
    {
        var previous = Environment.GetEnvironmentVariable(Variable);
        Skip.If(string.IsNullOrEmpty(previous), $"{Variable} does not name the build of another version.");
        Skip.If(LocalCluster.WhyNot is not null, LocalCluster.WhyNot);
        return await LocalCluster.StartAsync(new LocalClusterOptions
        {
            Silos = 3,
            Gateways = 2,
            Binaries = previous,
            LogFolder = Environment.GetEnvironmentVariable("ORLEANSIM_CLUSTER_LOGS") is { Length: > 0 } folder ? folder : null,
            Settings = ["Accounts:PasswordIterations=1000", "Gateway:RegistrationsPerMinute=100000", "Gateway:DrainSpread=00:00:01"],
        });
    }

    private static async Task<Load> MeetAsync(LocalCluster cluster, string name) =>
        new(cluster, await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Pair.MeetAsync(cluster.Balancer.Url, $"{name}{number}"))));

    /// <summary>New friends and a group, each friend at a gateway of its own: what they do reaches the other, wherever the accounts are.</summary>
    private static async Task LiveTogetherAsync(LocalCluster cluster, string name)
    {
        await using var pairs = new Load(cluster, await Task.WhenAll(
            from number in Enumerable.Range(0, 4)
            let gateways = cluster.Gateways
            select Pair.MeetAsync(gateways[number % 2].Url, $"{name}x{number}", gateways[(number + 1) % 2].Url)));
        await pairs.StartAsync();
        await pairs.FinishAsync();

        var (ann, bob) = ($"{name}.ann", $"{name}.bob");
        await using var one = await SignInAsync(cluster.Gateways[0], ann);
        await using var other = await SignInAsync(cluster.Gateways[1], bob);
        var (seen, typed) = ("", false);
        var heard = new List<string>();
        using var presence = one.On<PresenceChanged>(change => seen = change.Contact == bob ? change.Status : seen);
        using var typing = one.On<TypingChanged>(change => typed |= change.From == bob && change.On);
        using var messages = one.On<MessageReceived>(message =>
        {
            lock (heard)
            {
                heard.Add(message.Body);
            }
        });

        await one.RequestContactAsync(ann, bob);
        await other.AcceptContactAsync(bob, ann);
        await Eventually.TrueAsync(() => seen == "online", "presence from the other gateway");
        await other.SetPresenceAsync("busy", "in both versions");
        await Eventually.TrueAsync(() => seen == "busy", "a change of presence");
        await other.SetTypingAsync(bob, ann, on: true);
        await Eventually.TrueAsync(() => typed, "typing");

        var created = await one.CreateGroupAsync(ann, "both versions", [bob]);
        // It is told by itself that it was added; until then it may not write there.
        await Eventually.TrueAsync(() => other.Pages.TryGetValue(bob, out var page) && page.Groups.ContainsKey(created.Group.Peer), "the group on the other's page");
        await other.SendAsync(bob, created.Group.Peer, "to the group");
        await other.SendAsync(bob, ann, "to ann");
        await Eventually.TrueAsync(() => { lock (heard) { return heard.Contains("to the group") && heard.Contains("to ann"); } }, "both messages");
        await other.SetSettingAsync(bob, "theme", "\"dark\"");
        await one.SetContactAsync(ann, bob, remark: "of both versions");
        Assert.Contains((await one.HistoryAsync(ann, bob)).Events, happened => happened is MessageReceived { Body: "to ann" });

        // The same person at the other gateway: what one version has written the other reads.
        await using var again = await SignInAsync(cluster.Gateways[1], ann, register: false);
        await Eventually.TrueAsync(() => again.Pages.ContainsKey(ann), "the page");
        Assert.Equal("of both versions", again.Pages[ann].Contacts[bob].Remark);
    }

    private static async Task<ImClient> SignInAsync(ClusterNode gateway, string account, bool register = true)
    {
        var client = new ImClient(new ImClientOptions { Server = gateway.Url });
        if (register)
        {
            await client.RegisterAsync(account, Password);
        }

        await client.SignInAsync(account, Password);
        return client;
    }
}
