using OrleansIM.Benchmarks.EndToEnd.Mail;
using OrleansIM.Mail;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>Mailboxes at a real Dovecot. The limit is IMAP spoken by hand to the same server.</summary>
internal static class MailWorkloads
{
    private const string Raw = "raw";
    private const string Plain = "plain";

    /// <summary>How much later than a waiting IMAP connection a client learns of a mail.</summary>
    public static Workload Arrival { get; } = new(
        "mail-arrival",
        "200 mails (20 with --quick) by LMTP, each by itself: from the delivery to the mail event at the client, which has the new summary in it. Limit: EXISTS at a raw IDLE connection, which Dovecot tells half a second late",
        [new(SideSpec.Ours, (context, stop) => MailArrival.StartAsync(context, context.Options.Quick ? 10 : 40, context.Options.Quick ? 2 : 5, stop))],
        [
            new Figure("event p50", "ms", Better.Lower, "event50", Limit: new(SideSpec.Ours, "raw50")),
            new Figure("event p99", "ms", Better.Lower, "event99", Limit: new(SideSpec.Ours, "raw99")),
            new Figure("after raw IDLE p50", "ms", Better.Lower, "after50"),
            new Figure("after raw IDLE p99", "ms", Better.Lower, "after99", Target: "under 20 ms"),
            new Figure("server-cpu", "ms", Better.Lower, "serverCpu"),
        ]);

    /// <summary>What the mail library adds to the protocol.</summary>
    public static Workload Summary { get; } = new(
        "mail-summary",
        "unread count and the 20 newest unread mails with previews, of 30 unread and 170 others, through the engine's connector. Limit: STATUS, SEARCH and FETCH of the same by hand in one go. First: on a connection just opened. Again: ours asks what is unread and has the mails, the limit fetches all anew",
        [
            new(SideSpec.Ours, async (context, _) => new OursSummaries(await context.DovecotAsync())),
            new(Raw, async (context, _) => new RawSummaries(await context.DovecotAsync())),
        ],
        [
            new Figure("first p50", "ms", Better.Lower, "first50", Limit: new(Raw, "first50"), Target: "under 2 times"),
            new Figure("first p99", "ms", Better.Lower, "first99", Limit: new(Raw, "first99")),
            new Figure("again p50", "ms", Better.Lower, "again50", Limit: new(Raw, "again50"), Target: "under 2 times"),
            new Figure("again p99", "ms", Better.Lower, "again99", Limit: new(Raw, "again99")),
        ]);

    /// <summary>Nobody waits for a mail server to sign in.</summary>
    public static Workload SignIn { get; } = new(
        "signin-mailboxes",
        "40 sign-ins/s by token until ready, in turns accounts with 3 mailboxes of 20 unread mails and (under limit) accounts with none; the mail server up, then down",
        [new(SideSpec.Ours, (context, stop) => MailSignIns.StartAsync(context, context.Options.Quick ? 10 : 40, stop))],
        [
            new Figure("up p50", "ms", Better.Lower, "up3p50", Limit: new(SideSpec.Ours, "up0p50"), Target: "no difference"),
            new Figure("up p99", "ms", Better.Lower, "up3p99", Limit: new(SideSpec.Ours, "up0p99"), Target: "no difference"),
            new Figure("down p50", "ms", Better.Lower, "down3p50", Limit: new(SideSpec.Ours, "down0p50"), Target: "no difference"),
            new Figure("down p99", "ms", Better.Lower, "down3p99", Limit: new(SideSpec.Ours, "down0p99"), Target: "no difference"),
        ]);

    /// <summary>Many mailboxes open at once.</summary>
    public static Workload Channels { get; } = new(
        "mail-channels",
        "500 mailboxes (30 with --quick: too few to mean much) open at once over TLS: memory and sockets more than a session without one, CPU at rest, a burst of a mail to each. Limit: ours without TLS; for the burst raw IDLE connections",
        [
            new(SideSpec.Ours, (context, stop) => MailChannels.StartAsync(context, Crowd(context), MailSecurity.Tls, stop)),
            new(Plain, (context, stop) => MailChannels.StartAsync(context, Crowd(context), MailSecurity.None, stop)),
            new(Raw, async (context, stop) => new RawChannels(await context.DovecotAsync(), Crowd(context))),
        ],
        [
            new Figure("memory", "KB", Better.Lower, "each", Limit: new(Plain, "each")),
            new Figure("process", "MB", Better.Lower, "all", Limit: new(Plain, "all")),
            new Figure("sockets", "", Better.Lower, "sockets", Limit: new(Plain, "sockets")),
            new Figure("until all are open", "s", Better.Lower, "open", Limit: new(Raw, "open")),
            new Figure("cpu at rest, of a core", "%", Better.Lower, "rest", Limit: new(Plain, "rest")),
            new Figure("burst until all events", "s", Better.Lower, "burst", Limit: new(Raw, "burst")),
            new Figure("burst after last delivery", "s", Better.Lower, "after", Limit: new(Raw, "after")),
            new Figure("burst server-cpu, each mail", "ms", Better.Lower, "burstCpu", Limit: new(Plain, "burstCpu")),
            new Figure("burst dovecot-cpu, each mail", "ms", Better.Lower, "mailCpu", Limit: new(Raw, "mailCpu")),
        ]);

    private static int Crowd(BenchContext context) => context.Options.Quick ? 30 : 500;
}
