using System.Diagnostics;
using OrleansIM.Benchmarks.EndToEnd.Measuring;
using OrleansIM.TestSupport;

namespace OrleansIM.Benchmarks.EndToEnd.Mail;

/// <summary>A mail to each of many mailboxes, as fast as the mail server takes them.</summary>
internal sealed class MailBurst(DovecotServer dovecot, TestMailbox[] mailboxes)
{
    private const int AtOnce = 8;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly long[] _arrivedAt = new long[mailboxes.Length];
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _arrived;

    /// <summary>Somebody who waits for a mailbox's mail has been told.</summary>
    public void OnArrived(int mailbox, long at)
    {
        if (Interlocked.CompareExchange(ref _arrivedAt[mailbox], at, 0) == 0 && Interlocked.Increment(ref _arrived) == mailboxes.Length)
        {
            _done.TrySetResult();
        }
    }

    /// <summary>Delivers, and waits until all have been told.</summary>
    public async Task<Dictionary<string, double>> RunAsync(int number, int server, int? database, CancellationToken cancellation)
    {
        var cpu = CpuWatch.Start(server, database, dovecot.ProcessId);
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            mailboxes, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (mailbox, _) => await dovecot.DeliverAsync(mailbox, MailTexts.Arrival(number)));
        var delivered = Stopwatch.GetTimestamp();
        try
        {
            await _done.Task.WaitAsync(s_patience, cancellation);
        }
        catch (TimeoutException)
        {
            throw new BenchException($"Of {mailboxes.Length} mails {_arrived} were told of.");
        }

        var last = _arrivedAt.Max();
        var used = cpu.Stop();
        return new()
        {
            ["burst"] = Stopwatch.GetElapsedTime(start, last).TotalSeconds,
            ["after"] = Stopwatch.GetElapsedTime(delivered, last).TotalSeconds,
            ["burstCpu"] = used.Server * 1e3 / mailboxes.Length,
            ["mailCpu"] = used.Mail * 1e3 / mailboxes.Length,
            ["foreign"] = used.Foreign,
        };
    }
}
