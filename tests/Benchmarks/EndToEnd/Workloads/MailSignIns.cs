using System.Diagnostics;
using OrleansIM.Benchmarks.EndToEnd.Mail;
using OrleansIM.Benchmarks.EndToEnd.Measuring;
using OrleansIM.Benchmarks.EndToEnd.Ours;
using OrleansIM.Mail;
using OrleansIM.TestSupport;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>
/// Users without mailboxes and users with three who sign in by turns, whatever comes back: what disturbs the ones disturbs
/// the others.
/// </summary>
internal sealed class MailSignIns : ISide
{
    private const int Mailboxes = 3;

    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(25);

    // A client reads what it has got, and the channels open meanwhile.
    private static readonly TimeSpan s_stay = TimeSpan.FromMilliseconds(500);

    private readonly DovecotServer _dovecot;
    private readonly OursServer _server;
    private readonly int? _databaseId;
    private readonly string[] _without;
    private readonly string[] _with;

    private MailSignIns(DovecotServer dovecot, OursServer server, int? databaseId, string[] without, string[] with) =>
        (_dovecot, _server, _databaseId, _without, _with) = (dovecot, server, databaseId, without, with);

    public int ServerId => _server.ProcessId;

    public static async Task<ISide> StartAsync(BenchContext context, int users, CancellationToken cancellation)
    {
        var dovecot = await context.DovecotAsync();
        var database = await context.NewDatabaseAsync();
        var server = await context.StartOursAsync(database, OursServer.FewestRounds, MailTown.Settings(dovecot, MailSecurity.None), cancellation);
        try
        {
            string[] names = [.. Enumerable.Range(0, users)
                .SelectMany(user => (string[])[$"without{user}", $"with{user}"])];
            var tokens = await MailTown.SettleAsync(
                server, names, user => user % 2 == 0 ? [] : Enumerable.Range(0, Mailboxes).Select(_ => MailTown.AddMailbox(dovecot)), cancellation);
            return new MailSignIns(
                dovecot, server, database.ProcessId, [.. tokens.Where((_, user) => user % 2 == 0)], [.. tokens.Where((_, user) => user % 2 == 1)]);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation)
    {
        await RunAsync(timing.WarmUp, new Samples(), new Samples(), cancellation);
        var (up0, up3, down0, down3) = (new Samples(), new Samples(), new Samples(), new Samples());
        var cpu = CpuWatch.Start(_server.ProcessId, _databaseId, _dovecot.ProcessId);
        await RunAsync(timing.Time, up0, up3, cancellation);
        var used = cpu.Stop();
        await _dovecot.StopAsync();
        try
        {
            await RunAsync(timing.WarmUp, new Samples(), new Samples(), cancellation);
            await RunAsync(timing.Time, down0, down3, cancellation);
        }
        finally
        {
            await _dovecot.StartAsync();
        }

        return new()
        {
            ["up0p50"] = up0.Percentile(0.5),
            ["up0p99"] = up0.Percentile(0.99),
            ["up3p50"] = up3.Percentile(0.5),
            ["up3p99"] = up3.Percentile(0.99),
            ["down0p50"] = down0.Percentile(0.5),
            ["down0p99"] = down0.Percentile(0.99),
            ["down3p50"] = down3.Percentile(0.5),
            ["down3p99"] = down3.Percentile(0.99),
            ["foreign"] = used.Foreign,
        };
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task RunAsync(TimeSpan time, Samples without, Samples with, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var signIns = new List<Task>();
        for (var number = 0; s_between * number < time; number++)
        {
            var pause = (s_between * number) - Stopwatch.GetElapsedTime(start);
            await Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, cancellation);
            var user = number / 2 % _with.Length;
            signIns.Add(number % 2 == 0
                ? SignInAsync(_without[user], 0, without, cancellation)
                : SignInAsync(_with[user], Mailboxes, with, cancellation));
        }

        await Task.WhenAll(signIns);
    }

    private async Task SignInAsync(string token, int mailboxes, Samples samples, CancellationToken cancellation)
    {
        // Not one after the other on the thread that keeps the pace.
        await Task.Yield();
        var start = Stopwatch.GetTimestamp();
        using var session = new MailSession();
        await session.SignInAsync(_server.NextAddress(), token, null, cancellation);
        samples.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        if (session.Mailboxes != mailboxes)
        {
            throw new BenchException($"A page has {session.Mailboxes} mailboxes instead of {mailboxes}.");
        }

        await Task.Delay(s_stay, cancellation);
    }
}
