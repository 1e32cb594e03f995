using OrleansIM.Benchmarks.EndToEnd.Ours;
using OrleansIM.Benchmarks.EndToEnd.Relay;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>Users with one or five accounts that sign in.</summary>
internal static class SignInWorkloads
{
    /// <summary>What ejabberd's SCRAM does; ours is set to the same where passwords are compared.</summary>
    public const int HashRounds = 4096;

    private const string Ejabberd = "ejabberd";
    private const string RelayName = "relay";

    public static Workload FiveByToken { get; } = Make(
        "signin5-token", 5, SignInKind.Token,
        "20 users at once, 5 linked accounts with 10 online friends each; ours by token of the master. Peer: 5 sign-ins side by side, passwords stored plain",
        "8×");

    public static Workload FiveByPassword { get; } = Make(
        "signin5-password", 5, SignInKind.Password,
        "the same with passwords: ours PBKDF2-HMAC-SHA512, the peer's SCRAM-SHA-1, both 4,096 rounds; the client sends the password, the server hashes",
        "5×");

    public static Workload OneByToken { get; } = Make(
        "signin1-token", 1, SignInKind.Token,
        "20 users at once, one account with 10 online friends; ours by token. Peer: password stored plain",
        "");

    private static Workload Make(string name, int accounts, SignInKind kind, string what, string target) => new(
        name,
        what,
        [
            new(SideSpec.Ours, (context, stop) => OursSignIns.StartAsync(context, OursShape.OneProcess, Town(context, accounts), kind, stop)),
            new(Ejabberd, (context, stop) => XmppSignIns.StartAsync(context, Town(context, accounts), kind, stop)),
            new(RelayName, async (context, stop) => new RelaySignIns(await RelayServer.StartAsync(database: null, stop), Town(context, accounts).Users, accounts)),
        ],
        [
            Row("users/s", "1/s", Better.Higher, "rate", target),
            Row("p50", "ms", Better.Lower, "p50", target),
            Row("p99", "ms", Better.Lower, "p99", target),
            Row("server-cpu", "ms", Better.Lower, "serverCpu"),
            Row("client-cpu", "ms", Better.Lower, "clientCpu"),
        ]);

    private static Figure Row(string name, string unit, Better better, string key, string target = "") =>
        new(name, unit, better, key, new(Ejabberd, key), new(RelayName, key), target);

    /// <summary>Users with so many accounts each; fewer users for a short look.</summary>
    public static SignInTown Town(BenchContext context, int accounts) => new(context.Options.Quick ? 40 : 200, accounts);
}
