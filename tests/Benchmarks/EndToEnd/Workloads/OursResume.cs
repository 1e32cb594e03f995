using System.Diagnostics;
using System.Text.Json;
using OrleansIM.Benchmarks.EndToEnd.Measuring;
using OrleansIM.Benchmarks.EndToEnd.Ours;
using OrleansIM.Benchmarks.EndToEnd.Wire;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>
/// A crowd that comes back at once to a server that has just been started anew: every session has missed fifty entries and
/// resumes from its cursor.
/// </summary>
internal sealed class OursResume : ISide
{
    /// <summary>What every session has missed.</summary>
    public const int Missed = 50;

    private const int WarmUps = 100;
    private const int Senders = 20;

    private readonly BenchContext _context;
    private readonly OursDatabase _database;
    private readonly string[] _tokens;
    private readonly long[] _cursors;

    private OursResume(BenchContext context, OursDatabase database, string[] tokens, long[] cursors) =>
        (_context, _database, _tokens, _cursors) = (context, database, tokens, cursors);

    /// <summary>There is none between the rounds.</summary>
    public int ServerId => 0;

    /// <summary>Registers, befriends, and sends everybody what they miss.</summary>
    public static async Task<ISide> StartAsync(BenchContext context, int sessions, CancellationToken cancellation)
    {
        var database = await context.NewDatabaseAsync();
        await using var server = await context.StartOursAsync(database, OursServer.FewestRounds, cancellation);
        var setup = new OursSetup(server, cancellation);
        string[] names = [.. Enumerable.Range(0, sessions + WarmUps).Select(user => $"user{user}")];
        string[] senders = [.. Enumerable.Range(0, Senders).Select(sender => $"sender{sender}")];
        await setup.RegisterAsync(names.Concat(senders));
        var tokens = await setup.TokensAsync(names);
        var writing = await setup.OpenAsync(await setup.TokensAsync(senders));
        var reading = await setup.OpenAsync(tokens);
        await setup.BefriendAsync(names.Index().Select(
            user => new Friendship(writing[user.Index % Senders], senders[user.Index % Senders], reading[user.Index], user.Item)));
        var cursors = await Task.WhenAll(reading.Select((session, user) => CursorAsync(session, names[user])));
        await setup.CloseAsync(reading);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellation };
        await Parallel.ForAsync(0, names.Length, parallel, async (user, _) =>
        {
            for (var message = 0; message < Missed; message++)
            {
                OursSetup.Expect(
                    await writing[user % Senders].AskAsync(
                        $"\"op\":\"send\",\"as\":\"{senders[user % Senders]}\",\"to\":\"{names[user]}\",\"cid\":\"{user}-{message}\",\"body\":\"{message}{MessageText.Padding}\""),
                    "\"ok\":");
            }
        });
        await setup.CloseAsync(writing);
        return new OursResume(context, database, tokens, cursors);
    }

    public async Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation)
    {
        await using var server = await _context.StartOursAsync(_database, OursServer.FewestRounds, cancellation);
        var crowd = _tokens.Length - WarmUps;
        await ResumeAsync(server, crowd, _tokens.Length, new Latencies(), cancellation);
        var cpu = CpuWatch.Start(server.ProcessId);
        var latencies = new Latencies();
        var watch = Stopwatch.StartNew();
        await ResumeAsync(server, 0, crowd, latencies, cancellation);
        var seconds = watch.Elapsed.TotalSeconds;
        var used = cpu.Stop();
        return new()
        {
            ["seconds"] = seconds,
            ["entries"] = crowd * Missed / seconds,
            ["p50"] = latencies.Percentile(0.5),
            ["p99"] = latencies.Percentile(0.99),
            ["serverCpu"] = used.Server * 1e3 / crowd,
            ["foreign"] = used.Foreign,
        };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<long> CursorAsync(OursConnection session, string account)
    {
        var history = JsonDocument.Parse(await session.AskAsync($"\"op\":\"history\",\"as\":\"{account}\",\"limit\":1"));
        return history.RootElement.GetProperty("ok").GetProperty("events")[0].GetProperty("seq").GetInt64();
    }

    private async Task ResumeAsync(OursServer server, int from, int to, Latencies latencies, CancellationToken cancellation)
    {
        var sessions = await Task.WhenAll(Enumerable.Range(from, to - from).Select(async user =>
        {
            var start = Stopwatch.GetTimestamp();
            var session = new ResumedSession(_cursors[user]);
            await session.SignInAsync(server.NextAddress(), _tokens[user], $"{{\"user{user}\":{_cursors[user]}}}", cancellation);
            await session.Complete.WaitAsync(TimeSpan.FromSeconds(60), cancellation);
            latencies.AddSince(start);
            return session;
        }));
        Array.ForEach(sessions, session => session.Dispose());
    }

    /// <summary>Counts what it had missed: every seq once, in order.</summary>
    private sealed class ResumedSession(long cursor) : OursConnection
    {
        private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly long _last = cursor + Missed;
        private long _seen = cursor;

        public Task Complete => _complete.Task;

        protected override void OnPage(ReadOnlySpan<byte> frame)
        {
            if (frame.IndexOf("\"resumed\":true"u8) < 0)
            {
                _complete.TrySetException(new BenchException("A session was not resumed."));
            }
        }

        protected override void OnEvent(ReadOnlySpan<byte> frame)
        {
            if (!frame.StartsWith("{\"ev\":\"message\""u8))
            {
                return;
            }

            var seq = Scan.NumberAfter(frame, "\"seq\":"u8);
            if (seq != _seen + 1)
            {
                _complete.TrySetException(new BenchException($"Entry {seq} came after {_seen}."));
            }

            _seen = seq;
            if (_seen == _last)
            {
                _complete.TrySetResult();
            }
        }
    }
}
