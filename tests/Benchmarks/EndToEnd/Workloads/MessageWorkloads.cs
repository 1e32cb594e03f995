using OrleansIM.Benchmarks.EndToEnd.Ejabberd;
using OrleansIM.Benchmarks.EndToEnd.Ours;
using OrleansIM.Benchmarks.EndToEnd.Relay;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>Messages between pairs: as many as go, and at a fixed rate.</summary>
internal static class MessageWorkloads
{
    private const int Pairs = 200;
    private const string Ejabberd = "ejabberd";
    private const string Archived = "ejabberd-mam";
    private const string RelayName = "relay";
    private const string Storing = "relay-postgres";
    private const string Disk = "postgres";

    /// <summary>200 pairs, 1,600 messages under way.</summary>
    public static Workload Messages { get; } = new(
        "messages",
        "200 pairs, window 8, bodies of 300 bytes. Ours: stored in both logs before `ok`. Peer: receipts, nothing stored; archived: mod_mam. Limit: relay; stored: a relay that stores; rows of 100 per commit",
        Sides(new PairLoad(Pairs, Window: 8), withArchive: true),
        [
            new Figure("msgs/s", "1/s", Better.Higher, "rate", new(Ejabberd, "rate"), new(RelayName, "rate"), "2× the peer, a third of the relay"),
            new Figure("msgs/s stored", "1/s", Better.Higher, "rate", Limit: new(Storing, "rate")),
            new Figure("rows/s archived", "1/s", Better.Higher, "rows", new(Archived, "rows"), new(Disk, "rows"), "8× the archiving peer"),
            new Figure("server-cpu", "µs", Better.Lower, "serverCpu", new(Ejabberd, "serverCpu"), new(RelayName, "serverCpu"), "under 45 µs"),
            new Figure("server-cpu stored", "µs", Better.Lower, "serverCpu", Limit: new(Storing, "serverCpu")),
            new Figure("postgres-cpu stored", "µs", Better.Lower, "databaseCpu", Limit: new(Storing, "databaseCpu")),
            new Figure("server-cpu archived", "µs", Better.Lower, "serverCpu", new(Archived, "serverCpu")),
            new Figure("postgres-cpu archived", "µs", Better.Lower, "databaseCpu", new(Archived, "databaseCpu")),
            new Figure("client-cpu", "µs", Better.Lower, "clientCpu", new(Ejabberd, "clientCpu"), new(RelayName, "clientCpu")),
            .. Latency(new(Ejabberd, ""), new(RelayName, "")),
        ]);

    /// <summary>2,000 messages a second.</summary>
    public static Workload Latency2000 { get; } = new(
        "latency2000",
        "2,000 messages/s over the same pairs, from the send call. Peer: receipts, nothing stored. Limit: relay; stored: a relay that stores; one commit alone",
        Sides(new PairLoad(Pairs, Window: 0, Rate: 2000), withArchive: false),
        [
            .. Latency(new(Ejabberd, ""), new(RelayName, "")),
            new Figure("delivery p50 stored", "ms", Better.Lower, "deliveryP50", Limit: new(Storing, "deliveryP50")),
            new Figure("delivery p99 stored", "ms", Better.Lower, "deliveryP99", Limit: new(Storing, "deliveryP99")),
            new Figure("ok p99 stored", "ms", Better.Lower, "confirmP99", Limit: new(Storing, "confirmP99")),
            new Figure("server-cpu stored", "µs", Better.Lower, "serverCpu", Limit: new(Storing, "serverCpu")),
            new Figure("postgres-cpu stored", "µs", Better.Lower, "databaseCpu", Limit: new(Storing, "databaseCpu")),
            new Figure("one commit p50", "ms", Better.Lower, "", Limit: new(Disk, "commitP50")),
            new Figure("one commit p99", "ms", Better.Lower, "", Limit: new(Disk, "commitP99")),
            new Figure("server-cpu", "µs", Better.Lower, "serverCpu", new(Ejabberd, "serverCpu"), new(RelayName, "serverCpu")),
        ]);

    private static Figure[] Latency(Beside peer, Beside limit)
    {
        return
        [
            Row("delivery p50", "deliveryP50"),
            Row("delivery p99", "deliveryP99", "under 5 ms at 2,000/s"),
            Row("ok/receipt p50", "confirmP50"),
            Row("ok/receipt p99", "confirmP99", "2 commits over the relay at 2,000/s"),
        ];

        Figure Row(string name, string key, string target = "") =>
            new(name, "ms", Better.Lower, key, peer with { Key = key }, limit with { Key = key }, target);
    }

    private static List<SideSpec> Sides(PairLoad load, bool withArchive)
    {
        List<SideSpec> sides =
        [
            new(SideSpec.Ours, (context, stop) => StartOursAsync(context, OursShape.OneProcess, load, stop)),
            new(Ejabberd, (context, stop) => StartEjabberdAsync(context, load, isArchived: false, stop)),
        ];
        if (withArchive)
        {
            sides.Add(new(Archived, (context, stop) => StartEjabberdAsync(context, load, isArchived: true, stop)));
        }

        sides.Add(new(RelayName, (_, stop) => StartRelayAsync(load, database: null, process: null, stop)));
        sides.Add(new(Storing, async (context, stop) =>
        {
            var (database, process) = await context.NewPostgresAsync();
            return await StartRelayAsync(load, database, process, stop);
        }));
        sides.Add(new(Disk, PostgresLimit.StartAsync));
        return sides;
    }

    /// <summary>Our server with its pairs.</summary>
    public static async Task<ISide> StartOursAsync(BenchContext context, OursShape shape, PairLoad load, CancellationToken cancellation)
    {
        var database = await context.NewDatabaseAsync();
        var server = await context.StartOursAsync(database, OursServer.FewestRounds, cancellation, shape);
        return await OrStopAsync(server, async () => new PairSide(await OursPairs.CreateAsync(server, database.ProcessId, load.Pairs, cancellation), load, server));
    }

    private static async Task<ISide> StartEjabberdAsync(BenchContext context, PairLoad load, bool isArchived, CancellationToken cancellation)
    {
        var (archive, process) = isArchived ? await context.NewPostgresAsync() : (null, null);
        var server = await EjabberdServer.StartAsync(XmppPairs.Setup(load.Pairs, archive), context.NewFolder(Ejabberd), cancellation);
        return await OrStopAsync(server, async () => new PairSide(await XmppPairs.CreateAsync(server, process, load.Pairs, cancellation), load, server));
    }

    private static async Task<ISide> StartRelayAsync(PairLoad load, string? database, int? process, CancellationToken cancellation)
    {
        var server = await RelayServer.StartAsync(database, cancellation);
        return await OrStopAsync(server, async () => new PairSide(await RelayPairs.CreateAsync(server, process, load.Pairs, cancellation), load, server));
    }

    /// <summary>Makes the side, and stops its server if that fails.</summary>
    private static async Task<ISide> OrStopAsync(IAsyncDisposable server, Func<Task<ISide>> makeAsync)
    {
        try
        {
            return await makeAsync();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
