using System.Diagnostics;
using OrleansIM.Benchmarks.EndToEnd.Mail;
using OrleansIM.Benchmarks.EndToEnd.Measuring;
using OrleansIM.Benchmarks.EndToEnd.Ours;
using OrleansIM.Mail;
using OrleansIM.TestSupport;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>
/// A crowd with a mailbox each, all channels open; and as many accounts without, so that what a session weighs can be
/// taken off. Every round has a process of its own.
/// </summary>
internal sealed class MailChannels : ISide
{
    private const int WarmUps = 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly BenchContext _context;
    private readonly OursDatabase _database;
    private readonly DovecotServer _dovecot;
    private readonly string[] _settings;
    private readonly TestMailbox[] _mailboxes;
    private readonly string[] _with;
    private readonly string[] _without;
    private int _number;

    private MailChannels(
        BenchContext context, OursDatabase database, DovecotServer dovecot, string[] settings, TestMailbox[] mailboxes, string[] with, string[] without)
    {
        (_context, _database, _dovecot, _settings) = (context, database, dovecot, settings);
        (_mailboxes, _with, _without) = (mailboxes, with, without);
    }

    /// <summary>There is none between the rounds.</summary>
    public int ServerId => 0;

    private int Channels => _without.Length;

    public static async Task<ISide> StartAsync(BenchContext context, int channels, MailSecurity security, CancellationToken cancellation)
    {
        var dovecot = await context.DovecotAsync();
        var database = await context.NewDatabaseAsync();
        var settings = MailTown.Settings(dovecot, security);
        TestMailbox[] mailboxes = [.. Enumerable.Range(0, channels + WarmUps).Select(_ => MailTown.AddMailbox(dovecot))];
        await using var server = await context.StartOursAsync(database, OursServer.FewestRounds, settings, cancellation);
        var with = await MailTown.SettleAsync(server, [.. mailboxes.Select((_, user) => $"with{user}")], user => [mailboxes[user]], cancellation);
        var without = await MailTown.SettleAsync(server, [.. Enumerable.Range(0, channels).Select(user => $"without{user}")], _ => [], cancellation);
        return new MailChannels(context, database, dovecot, settings, mailboxes, with, without);
    }

    public async Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation)
    {
        var settling = timing.Quick ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(5);
        await using var server = await _context.StartOursAsync(_database, OursServer.FewestRounds, _settings, cancellation);
        var sessions = new List<MailSession>();
        try
        {
            await OpenAsync(server, _with[Channels..], sessions, cancellation);
            await SocketsAsync(server, 2 * WarmUps, cancellation);
            await Task.Delay(settling, cancellation);
            var empty = Weight.Of(server);
            await OpenAsync(server, _without, sessions, cancellation);
            await Task.Delay(settling, cancellation);
            var before = Weight.Of(server);
            var watch = Stopwatch.StartNew();
            var crowd = await OpenAsync(server, _with[..Channels], sessions, cancellation);
            var open = watch.Elapsed.TotalSeconds;
            await SocketsAsync(server, before.Sockets + (2 * Channels), cancellation);
            await Task.Delay(settling, cancellation);
            var after = Weight.Of(server);

            // Without what a session of an account without mailbox has.
            var sessionMemory = (before.Memory - empty.Memory) / Channels;
            var sessionSockets = (before.Sockets - empty.Sockets) / Channels;
            var rest = CpuWatch.Start(server.ProcessId, _database.ProcessId, _dovecot.ProcessId);
            await Task.Delay(timing.Quick ? timing.Time : timing.Time * 2.5, cancellation);
            var resting = rest.Stop();
            var burst = await BurstAsync(server, crowd, cancellation);
            return new(burst)
            {
                ["each"] = ((after.Memory - before.Memory) / Channels) - sessionMemory,
                ["all"] = after.Memory / 1024,
                ["sockets"] = ((after.Sockets - before.Sockets) / (double)Channels) - sessionSockets,
                ["open"] = open,
                ["rest"] = resting.Server / resting.Seconds * 100,
                ["foreign"] = Math.Max(resting.Foreign, burst["foreign"]),
            };
        }
        finally
        {
            sessions.ForEach(static session => session.Dispose());
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Signs in, and returns when every account that has a mailbox has its channel open.</summary>
    private static async Task<MailSession[]> OpenAsync(OursServer server, string[] tokens, List<MailSession> all, CancellationToken cancellation)
    {
        MailSession[] sessions = [.. tokens.Select(_ => new MailSession())];
        all.AddRange(sessions);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 50, CancellationToken = cancellation };
        await Parallel.ForAsync(0, tokens.Length, parallel, async (i, stop) => await sessions[i].SignInAsync(server.NextAddress(), tokens[i], null, stop));
        await Task.WhenAll(sessions.Where(static session => session.Mailboxes > 0).Select(session => session.OpenedAsync(cancellation)));
        return sessions;
    }

    /// <summary>Waits until no more than so many sockets are open: an account's contacts are gathered over a second connection at first.</summary>
    private static async Task SocketsAsync(OursServer server, int most, CancellationToken cancellation)
    {
        // The listening one, and those of the database.
        const int Others = 60;
        var watch = Stopwatch.StartNew();
        int last, now = int.MaxValue;
        do
        {
            last = now;
            await Task.Delay(500, cancellation);
            now = ProcessTimes.Sockets(server.ProcessId);
        }
        while ((now > most + Others || now < last) && watch.Elapsed < s_patience);
    }

    private async Task<Dictionary<string, double>> BurstAsync(OursServer server, MailSession[] crowd, CancellationToken cancellation)
    {
        var number = Interlocked.Increment(ref _number);
        var burst = new MailBurst(_dovecot, _mailboxes[..Channels]);
        foreach (var (i, session) in crowd.Index())
        {
            session.Arrived = (arrived, at) =>
            {
                if (arrived == number)
                {
                    burst.OnArrived(i, at);
                }
            };
        }

        return await burst.RunAsync(number, server.ProcessId, _database.ProcessId, cancellation);
    }

    /// <summary>What a process takes: kilobytes, and sockets.</summary>
    private sealed record Weight(double Memory, int Sockets)
    {
        public static Weight Of(OursServer server) =>
            new(ProcessTimes.Memory(server.ProcessId) / 1024.0, ProcessTimes.Sockets(server.ProcessId));
    }
}

/// <summary>The same mailboxes' worth of connections that wait, without a server of ours.</summary>
internal sealed class RawChannels(DovecotServer dovecot, int channels) : ISide
{
    private readonly TestMailbox[] _mailboxes = [.. Enumerable.Range(0, channels).Select(_ => MailTown.AddMailbox(dovecot))];
    private int _number;

    public int ServerId => Environment.ProcessId;

    public async Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation)
    {
        var connections = new RawImapConnection[channels];
        try
        {
            var burst = new MailBurst(dovecot, _mailboxes);
            var watch = Stopwatch.StartNew();
            await Parallel.ForAsync(0, channels, new ParallelOptions { MaxDegreeOfParallelism = 10, CancellationToken = cancellation }, async (i, stop) =>
            {
                connections[i] = await RawImapConnection.OpenAsync(dovecot, _mailboxes[i], stop);
                connections[i].Exists = (_, at) => burst.OnArrived(i, at);
                await connections[i].IdleAsync();
            });
            var open = watch.Elapsed.TotalSeconds;
            return new(await burst.RunAsync(Interlocked.Increment(ref _number), Environment.ProcessId, null, cancellation)) { ["open"] = open };
        }
        finally
        {
            Array.ForEach(connections, static connection => connection?.Dispose());
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
