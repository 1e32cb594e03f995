using System.Diagnostics;
using OrleansIM.Benchmarks.EndToEnd.Mail;
using OrleansIM.Benchmarks.EndToEnd.Measuring;
using OrleansIM.Benchmarks.EndToEnd.Ours;
using OrleansIM.Mail;
using OrleansIM.TestSupport;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>
/// Mailboxes with a session of ours and a raw IDLE connection beside it. Mails come to a mailbox one by one, with time
/// between them, and to the mailboxes in turns.
/// </summary>
internal sealed class MailArrival : ISide
{
    // Longer than Dovecot waits for more before it tells, and until everybody has seen it.
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly DovecotServer _dovecot;
    private readonly OursServer _server;
    private readonly int? _databaseId;
    private readonly Watched[] _mailboxes;
    private readonly int _mails;
    private int _number;

    private MailArrival(DovecotServer dovecot, OursServer server, int? databaseId, Watched[] mailboxes, int mails) =>
        (_dovecot, _server, _databaseId, _mailboxes, _mails) = (dovecot, server, databaseId, mailboxes, mails);

    public int ServerId => _server.ProcessId;

    public static async Task<ISide> StartAsync(BenchContext context, int mailboxes, int mails, CancellationToken cancellation)
    {
        var dovecot = await context.DovecotAsync();
        var database = await context.NewDatabaseAsync();
        var server = await context.StartOursAsync(database, OursServer.FewestRounds, MailTown.Settings(dovecot, MailSecurity.None), cancellation);
        try
        {
            TestMailbox[] boxes = [.. Enumerable.Range(0, mailboxes).Select(_ => MailTown.AddMailbox(dovecot))];
            string[] names = [.. Enumerable.Range(0, mailboxes).Select(user => $"user{user}")];
            var tokens = await MailTown.SettleAsync(server, names, user => [boxes[user]], cancellation);
            var watched = new Watched[mailboxes];
            await Parallel.ForAsync(0, mailboxes, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation }, async (i, stop) =>
            {
                watched[i] = new Watched(boxes[i], await RawImapConnection.OpenAsync(dovecot, boxes[i], stop));
                await watched[i].Raw.IdleAsync();
                await watched[i].Session.SignInAsync(server.NextAddress(), tokens[i], null, stop);
                await watched[i].Session.OpenedAsync(stop);
            });
            return new MailArrival(dovecot, server, database.ProcessId, watched, mails);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation)
    {
        var (events, raws, after) = (new Samples(), new Samples(), new Samples());
        var cpu = CpuWatch.Start(_server.ProcessId, _databaseId, _dovecot.ProcessId);
        await Task.WhenAll(_mailboxes.Select(async (mailbox, turn) =>
        {
            await Task.Delay(s_between * turn / _mailboxes.Length, cancellation);
            for (var mail = 0; mail < _mails; mail++)
            {
                var next = Task.Delay(s_between, cancellation);
                var number = Interlocked.Increment(ref _number);
                var (ours, raw) = mailbox.Await(number);
                await _dovecot.DeliverAsync(mailbox.Mailbox, MailTexts.Arrival(number));
                var delivered = Stopwatch.GetTimestamp();
                await Task.WhenAll(ours, raw).WaitAsync(s_patience, cancellation);
                events.Add(Stopwatch.GetElapsedTime(delivered, await ours).TotalMilliseconds);
                raws.Add(Stopwatch.GetElapsedTime(delivered, await raw).TotalMilliseconds);
                after.Add(Stopwatch.GetElapsedTime(await raw, await ours).TotalMilliseconds);
                await next;
            }
        }));
        var used = cpu.Stop();
        return new()
        {
            ["event50"] = events.Percentile(0.5),
            ["event99"] = events.Percentile(0.99),
            ["raw50"] = raws.Percentile(0.5),
            ["raw99"] = raws.Percentile(0.99),
            ["after50"] = after.Percentile(0.5),
            ["after99"] = after.Percentile(0.99),
            ["serverCpu"] = used.Server * 1e3 / events.Count,
            ["foreign"] = used.Foreign,
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var mailbox in _mailboxes)
        {
            mailbox.Session.Dispose();
            mailbox.Raw.Dispose();
        }

        await _server.DisposeAsync();
    }

    /// <summary>A mailbox that is watched from both sides.</summary>
    private sealed class Watched
    {
        private TaskCompletionSource<long> _ours = new();
        private TaskCompletionSource<long> _raw = new();
        private int _number;

        public Watched(TestMailbox mailbox, RawImapConnection raw)
        {
            (Mailbox, Raw) = (mailbox, raw);
            Raw.Exists = (_, at) => Volatile.Read(ref _raw).TrySetResult(at);
            Session.Arrived = (number, at) =>
            {
                if (number == Volatile.Read(ref _number))
                {
                    Volatile.Read(ref _ours).TrySetResult(at);
                }
            };
        }

        public TestMailbox Mailbox { get; }

        public RawImapConnection Raw { get; }

        public MailSession Session { get; } = new();

        /// <summary>When the mail of this number, which is about to be delivered, is told by ours and by the raw connection.</summary>
        public (Task<long> Ours, Task<long> Raw) Await(int number)
        {
            var ours = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            var raw = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _ours, ours);
            Volatile.Write(ref _raw, raw);
            Volatile.Write(ref _number, number);
            return (ours.Task, raw.Task);
        }
    }
}
