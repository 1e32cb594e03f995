using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Benchmarks.EndToEnd.Mail;
using OrleansIM.Benchmarks.EndToEnd.Measuring;
using OrleansIM.Mail;
using OrleansIM.TestSupport;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>Summaries of a mailbox: the first of a connection, and more of them.</summary>
internal abstract class SummarySide(DovecotServer dovecot) : ISide
{
    protected const int Unread = 30;
    protected const int Read = 170;
    protected const int Shown = 20;

    private const int WarmUps = 3;
    private const int Again = 25;

    public int ServerId => Environment.ProcessId;

    protected DovecotServer Dovecot => dovecot;

    protected TestMailbox Mailbox { get; } = MailTown.AddMailbox(dovecot, Unread, Read);

    public async Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation)
    {
        var (first, again) = (new Samples(), new Samples());
        await RunAsync(WarmUps, new Samples(), new Samples(), cancellation);
        var cpu = CpuWatch.Start(Environment.ProcessId, mail: dovecot.ProcessId);
        await RunAsync(timing.Quick ? 10 : 60, first, again, cancellation);
        return new()
        {
            ["first50"] = first.Percentile(0.5),
            ["first99"] = first.Percentile(0.99),
            ["again50"] = again.Percentile(0.5),
            ["again99"] = again.Percentile(0.99),
            ["foreign"] = cpu.Stop().Foreign,
        };
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>Opens a connection; answers what makes one summary and says how many milliseconds it took.</summary>
    protected abstract Task<(Func<Task<double>> SummarizeAsync, IAsyncDisposable End)> OpenAsync(CancellationToken cancellation);

    private async Task RunAsync(int connections, Samples first, Samples again, CancellationToken cancellation)
    {
        for (var connection = 0; connection < connections; connection++)
        {
            var (summarizeAsync, end) = await OpenAsync(cancellation);
            await using (end)
            {
                first.Add(await summarizeAsync());
                for (var i = 0; i < Again; i++)
                {
                    again.Add(await summarizeAsync());
                }
            }
        }
    }
}

/// <summary>The engine's mail library, with the limits around it that the product has.</summary>
internal sealed class OursSummaries : SummarySide
{
    private readonly ServiceProvider _services;

    public OursSummaries(DovecotServer dovecot)
        : base(dovecot) => _services = new ServiceCollection()
            .AddLogging()
            .AddMail(new ConfigurationBuilder().AddInMemoryCollection([new("Mail:AllowPrivateHosts", "true")]).Build())
            .AddMailboxConnector()
            .BuildServiceProvider();

    public override ValueTask DisposeAsync() => _services.DisposeAsync();

    protected override async Task<(Func<Task<double>> SummarizeAsync, IAsyncDisposable End)> OpenAsync(CancellationToken cancellation)
    {
        var access = new MailAccess(new MailServer("127.0.0.1", Dovecot.ImapPort, MailSecurity.None), new MailPassword(Mailbox.Address, Mailbox.Password));
        var connection = await _services.GetRequiredService<IMailboxConnector>().OpenAsync(access, cancellation);
        return (SummarizeAsync, connection);

        async Task<double> SummarizeAsync()
        {
            var start = Stopwatch.GetTimestamp();
            var summary = await connection.SummarizeAsync(Shown, cancellation);
            var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            return summary.Unread == Unread && summary.Mails.Count == Shown && summary.Mails.All(static mail => mail.Preview.Length > 0)
                ? took
                : throw new BenchException($"The summary has {summary.Unread} unread and shows {summary.Mails.Count}.");
        }
    }
}

/// <summary>The same items with as little as the protocol takes: one write, and which mails they are is known.</summary>
internal sealed class RawSummaries(DovecotServer dovecot) : SummarySide(dovecot)
{
    private static readonly string[] s_commands =
    [
        "STATUS INBOX (MESSAGES UNSEEN UIDVALIDITY)",
        "UID SEARCH RETURN (COUNT ALL) UNSEEN",
        $"FETCH {Read + Unread - Shown + 1}:{Read + Unread} (UID INTERNALDATE ENVELOPE BODYSTRUCTURE BODY.PEEK[1]<0.{MailText.PreviewBytes}>)",
    ];

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override async Task<(Func<Task<double>> SummarizeAsync, IAsyncDisposable End)> OpenAsync(CancellationToken cancellation)
    {
        var connection = await RawImapConnection.OpenAsync(Dovecot, Mailbox, cancellation);
        return (SummarizeAsync, new End(connection));

        async Task<double> SummarizeAsync()
        {
            var start = Stopwatch.GetTimestamp();
            return Stopwatch.GetElapsedTime(start, await connection.RunAsync(s_commands)).TotalMilliseconds;
        }
    }

    private sealed class End(RawImapConnection connection) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            connection.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
