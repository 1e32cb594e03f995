using System.Diagnostics;
using System.Globalization;
using OrleansIM.Clusters;
using Xunit.Abstractions;

namespace OrleansIM.Cluster.Tests.Process;

/// <summary>PostgreSQL restarts, is down, stands still, has no room. Writes wait or are refused, and go on by themselves.</summary>
[Collection(ClusterCollection.Name)]
public sealed class DatabaseFaultTests(ClusterFixture fixture, ITestOutputHelper output)
{
    private const long Megabyte = 1024 * 1024;

    // What a process may grow by while it waits: the appender's queue is bounded, and so is what a client may have under way.
    private const long MaxGrowth = 256 * Megabyte;

    /// <summary>Half a minute where there is time for it: <c>ORLEANSIM_DATABASE_OUTAGE=30</c>.</summary>
    private static readonly TimeSpan s_outage = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("ORLEANSIM_DATABASE_OUTAGE"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 6);

    [SkippableFact]
    public async Task Postgres_Restarted_ClientsNoticeNothingButAPause()
    {
        var cluster = await fixture.ReadyAsync();
        await using var load = await fixture.MeetAsync(8);
        await load.StartAsync();

        await cluster.Postgres.RestartAsync();

        var flows = await load.FlowsAsync("messages after PostgreSQL was restarted");
        output.WriteLine($"From PostgreSQL's return to the last session whole again: {flows.TotalSeconds:0.0} s.");
        await load.FinishAsync();
    }

    [SkippableFact]
    public async Task Postgres_Down_WritesAreRefusedAndComeBackWhenItDoes()
    {
        var cluster = await fixture.ReadyAsync();
        await using var load = await fixture.MeetAsync(8);
        await load.StartAsync();
        var before = cluster.Nodes.Select(MemoryOf).ToArray();

        await cluster.Postgres.StopAsync();
        await Task.Delay(s_outage);
        await Eventually.TrueAsync(() => load.Pairs.All(pair => pair.Refusals > 0), "every writer to be refused", TimeSpan.FromSeconds(60));
        await Eventually.TrueAsync(async () => !await cluster.Gateways[0].IsReadyAsync(), "the gateway not to be ready", TimeSpan.FromSeconds(60));
        var during = cluster.Nodes.Select(MemoryOf).ToArray();
        var stored = load.Pairs.Sum(pair => pair.Acknowledgements.Count);
        await cluster.Postgres.StartAsync();

        var back = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(() => load.Pairs.Sum(pair => pair.Acknowledgements.Count) > stored, "the first ok after PostgreSQL is back", TimeSpan.FromSeconds(90));
        output.WriteLine($"From PostgreSQL's return to the first ok: {Stopwatch.GetElapsedTime(back).TotalSeconds:0.0} s.");
        await load.FlowsAsync("messages after PostgreSQL is back");
        output.WriteLine($"From PostgreSQL's return to the last session whole again: {Stopwatch.GetElapsedTime(back).TotalSeconds:0.0} s.");
        await load.FinishAsync();
        var after = cluster.Nodes.Select(MemoryOf).ToArray();
        foreach (var (node, memory) in cluster.Nodes.Zip(before.Zip(during, after)))
        {
            output.WriteLine($"{node}: {memory.First / Megabyte} MB before, {memory.Second / Megabyte} MB during, {memory.Third / Megabyte} MB after.");
            Assert.InRange(memory.Second, 0, memory.First + MaxGrowth);
            Assert.InRange(memory.Third, 0, memory.First + MaxGrowth);
        }

        Assert.All(cluster.Nodes, node => Assert.True(node.IsRunning, $"{node} has ended:\n{node.LogEnd()}"));
    }

    [SkippableTheory]
    [InlineData("RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';")]
    [InlineData("PERFORM pg_sleep(4);")]
    public async Task Postgres_WithoutRoomOrStandingStill_AcknowledgesNothingThatIsNotThere(string fault)
    {
        var cluster = await fixture.ReadyAsync();
        await using var load = await fixture.MeetAsync(8);
        await load.StartAsync();

        // What the server does in that state, statement by statement; reads go on.
        await cluster.Postgres.ExecuteAsync($"""
            CREATE OR REPLACE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN {fault} RETURN NULL; END $body$;
            CREATE TRIGGER fault BEFORE INSERT OR UPDATE ON timeline FOR EACH STATEMENT EXECUTE FUNCTION fault();
            CREATE TRIGGER fault BEFORE INSERT OR UPDATE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION fault();
            CREATE TRIGGER fault BEFORE INSERT OR UPDATE ON grain_state FOR EACH STATEMENT EXECUTE FUNCTION fault();
            """);
        try
        {
            await Eventually.TrueAsync(() => load.Pairs.All(pair => pair.Refusals > 0), "every writer to be refused", TimeSpan.FromSeconds(60));
        }
        finally
        {
            await cluster.Postgres.ExecuteAsync("DROP TRIGGER fault ON timeline; DROP TRIGGER fault ON outbox; DROP TRIGGER fault ON grain_state;");
        }

        await load.FlowsAsync("messages when PostgreSQL has room again");
        await load.FinishAsync();
    }

    private static long MemoryOf(ClusterNode node)
    {
        using var process = System.Diagnostics.Process.GetProcessById(node.Pid);
        return process.WorkingSet64;
    }
}
