using OrleansIM.Benchmarks.EndToEnd.Ours;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>Many sessions: what they weigh when idle, and how they come back.</summary>
internal static class CrowdWorkloads
{
    private const string Ejabberd = "ejabberd";
    private const string RelayName = "relay";
    private const string Disk = "postgres";

    /// <summary>5,000 sessions that do nothing.</summary>
    public static Workload IdleMemory { get; } = new(
        "idle-memory",
        "growth of resident memory over 5,000 idle sessions (300 with --quick: too few to mean much), accounts included. Peer: a connection per account (five: times 5). Limit: bare WebSocket",
        [
            new(SideSpec.Ours, (context, stop) => OursMemory.StartAsync(context, OursShape.OneProcess, Idle(context), stop)),
            new(Ejabberd, (context, _) => Task.FromResult<ISide>(new XmppMemory(context, Idle(context)))),
            new(RelayName, (context, _) => Task.FromResult<ISide>(new RelayMemory(Idle(context)))),
        ],
        [
            new Figure("1 account", "KB", Better.Lower, "one", new(Ejabberd, "each"), new(RelayName, "each"), "16 KB"),
            new Figure("5 accounts", "KB", Better.Lower, "five", new(Ejabberd, "each", 5), new(RelayName, "each"), "32 KB"),
            new Figure("process, 1 account", "MB", Better.Lower, "oneAll", new(Ejabberd, "all"), new(RelayName, "all")),
            new Figure("process, 5 accounts", "MB", Better.Lower, "fiveAll"),
        ]);

    /// <summary>1,000 sessions that resume at once.</summary>
    public static Workload Resume1000 { get; } = new(
        "resume1000",
        "1,000 sessions (200 with --quick) resume at once on a server just started, 50 missed entries each. Limit: reading the same rows without a server",
        [
            new(SideSpec.Ours, (context, stop) => OursResume.StartAsync(context, Crowd(context), stop)),
            new(Disk, (context, stop) => LogReadLimit.StartAsync(context, Crowd(context), stop)),
        ],
        [
            new Figure("until all are there", "s", Better.Lower, "seconds", Limit: new(Disk, "seconds"), Target: "under 3 s"),
            new Figure("entries/s", "1/s", Better.Higher, "entries", Limit: new(Disk, "entries")),
            new Figure("session p50", "ms", Better.Lower, "p50"),
            new Figure("session p99", "ms", Better.Lower, "p99"),
            new Figure("server-cpu", "ms", Better.Lower, "serverCpu"),
        ]);

    /// <summary>Idle sessions.</summary>
    public static int Idle(BenchContext context) => context.Options.Quick ? 300 : 5000;

    private static int Crowd(BenchContext context) => context.Options.Quick ? 200 : 1000;
}
