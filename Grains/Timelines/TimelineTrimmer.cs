using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansIM.Grains.Timelines;

/// <summary>
/// Removes the old ends of logs in the background, one per silo: a few entries at a time, with pauses longer than the
/// work, so that writers share the store with it and hardly notice. What is not done when the silo ends is taken up again
/// by the account's next activation.
/// </summary>
internal sealed partial class TimelineTrimmer(ITimelineStore store, TimeProvider time, ILogger<TimelineTrimmer> logger) : BackgroundService
{
    /// <summary>Entries in one transaction.</summary>
    public const int Chunk = 500;

    // Of the time the store works for this it is left alone for four times as long.
    private const int RestFactor = 4;

    private static readonly TimeSpan s_shortestRest = TimeSpan.FromMilliseconds(5);

    private readonly Channel<string> _accounts = Channel.CreateUnbounded<string>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<string, long> _wanted = new();

    /// <summary>Has the entries of an account up to a seq removed, some time.</summary>
    public void Trim(string account, long upTo)
    {
        if (_wanted.TryAdd(account, upTo))
        {
            _accounts.Writer.TryWrite(account);
        }
        else
        {
            _wanted.AddOrUpdate(account, upTo, (_, wanted) => Math.Max(wanted, upTo));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var account in _accounts.Reader.ReadAllAsync(stoppingToken))
            {
                if (_wanted.TryRemove(account, out var upTo))
                {
                    await TrimAsync(account, upTo, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops, maybe in the middle of its start, when the host would take it for a failure.
        }
    }

    private async Task TrimAsync(string account, long upTo, CancellationToken stopping)
    {
        var removed = 0;
        try
        {
            int chunk;
            do
            {
                var start = time.GetTimestamp();
                chunk = await store.TrimAsync(account, upTo, Chunk, stopping);
                removed += chunk;
                var rest = time.GetElapsedTime(start) * RestFactor;
                await Task.Delay(rest > s_shortestRest ? rest : s_shortestRest, time, stopping);
            }
            while (chunk == Chunk);

            if (removed > 0)
            {
                LogTrimmed(removed);
            }
        }
#pragma warning disable CA1031 // The next activation of the account asks again.
        catch (Exception failure) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(failure);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "{Entries} old entries of an account were removed.")]
    private partial void LogTrimmed(int entries);

    [LoggerMessage(2, LogLevel.Warning, "Old entries of an account could not be removed; its next start tries again.")]
    private partial void LogFailed(Exception failure);
}
