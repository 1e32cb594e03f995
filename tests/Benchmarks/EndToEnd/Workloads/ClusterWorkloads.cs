using OrleansIM.Benchmarks.EndToEnd.Ours;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>
/// What a cluster costs: two silos and two gateways beside one of each, and beside one process that is everything. With one
/// of each every message crosses from gateway to silo and back; with two silos half of the pairs cross between them, too.
/// All of it is on one machine, so more processes are no more processors.
/// </summary>
internal static class ClusterWorkloads
{
    private const int Pairs = 200;
    private const string Small = "cluster11";
    private const string One = "one";

    private const string Beside = " Two silos and two gateways. Peer: one of each. Limit: one process";

    /// <summary>200 pairs, 1,600 messages under way.</summary>
    public static Workload Messages { get; } = new(
        "cluster-messages",
        "200 pairs, window 8, stored in both logs before `ok`." + Beside,
        PairSides(new PairLoad(Pairs, Window: 8)),
        [
            Row("msgs/s", "1/s", Better.Higher, "rate"), Row("server-cpu", "µs", Better.Lower, "serverCpu"),
            Row("postgres-cpu", "µs", Better.Lower, "databaseCpu"), Row("client-cpu", "µs", Better.Lower, "clientCpu"),
        ])
    {
        OnlyIfNamed = true,
    };

    /// <summary>1,000 messages a second.</summary>
    public static Workload Latency1000 { get; } = new(
        "cluster-latency1000",
        "1,000 messages/s over the same pairs, from the send call." + Beside,
        PairSides(new PairLoad(Pairs, Window: 0, Rate: 1000)),
        [
            Row("delivery p50", "ms", Better.Lower, "deliveryP50"), Row("delivery p99", "ms", Better.Lower, "deliveryP99"),
            Row("ok p50", "ms", Better.Lower, "confirmP50"), Row("ok p99", "ms", Better.Lower, "confirmP99"),
            Row("server-cpu", "µs", Better.Lower, "serverCpu"),
        ])
    {
        OnlyIfNamed = true,
    };

    /// <summary>Users with five accounts.</summary>
    public static Workload SignIn5 { get; } = new(
        "cluster-signin5",
        "20 users at once, 5 linked accounts with 10 online friends each, by token of the master." + Beside,
        Sides((context, shape, stop) => OursSignIns.StartAsync(context, shape, SignInWorkloads.Town(context, 5), SignInKind.Token, stop)),
        [
            Row("users/s", "1/s", Better.Higher, "rate"), Row("p50", "ms", Better.Lower, "p50"), Row("p99", "ms", Better.Lower, "p99"),
            Row("server-cpu", "ms", Better.Lower, "serverCpu"),
        ])
    {
        OnlyIfNamed = true,
    };

    /// <summary>Sessions that do nothing.</summary>
    public static Workload Memory { get; } = new(
        "cluster-memory",
        "growth of resident memory of all processes over 5,000 idle sessions (300 with --quick), accounts included." + Beside,
        Sides((context, shape, stop) => OursMemory.StartAsync(context, shape, CrowdWorkloads.Idle(context), stop)),
        [
            Row("1 account", "KB", Better.Lower, "one"), Row("5 accounts", "KB", Better.Lower, "five"),
            Row("processes, 1 account", "MB", Better.Lower, "oneAll"), Row("processes, 5 accounts", "MB", Better.Lower, "fiveAll"),
        ])
    {
        OnlyIfNamed = true,
    };

    private static SideSpec[] PairSides(PairLoad load) =>
        Sides((context, shape, stop) => MessageWorkloads.StartOursAsync(context, shape, load, stop));

    private static SideSpec[] Sides(Func<BenchContext, OursShape, CancellationToken, Task<ISide>> startAsync) =>
    [
        new(SideSpec.Ours, (context, stop) => startAsync(context, new OursShape(2, 2), stop)),
        new(Small, (context, stop) => startAsync(context, new OursShape(1, 1), stop)),
        new(One, (context, stop) => startAsync(context, OursShape.OneProcess, stop)),
    ];

    private static Figure Row(string name, string unit, Better better, string key) => new(name, unit, better, key, new(Small, key), new(One, key));
}
