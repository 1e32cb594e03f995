using Microsoft.Extensions.Options;

namespace OrleansIM.Hosting.Memory;

/// <summary>
/// Gives memory back when the server has become quiet. The collector alone gives back only while it collects, and in a
/// quiet process it does not: what a wave of sign-ins has left would stay for good.
/// </summary>
internal sealed partial class MemoryTrimmer(IOptions<MemoryOptions> options, TimeProvider time, ILogger<MemoryTrimmer> logger) : BackgroundService
{
    private readonly TrimRules _rules = new(options.Value.TrimUpTo * 1024L * 1024);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.TrimUpTo == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(TrimRules.Pace, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (_rules.IsTime(Look()))
                {
                    Trim();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private void Trim()
    {
        var before = Look();
        var start = time.GetTimestamp();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var took = time.GetElapsedTime(start);
        var after = Look();
        _rules.OnTrimmed(after, took);
        LogTrimmed((before.Committed - after.Committed) / (1024 * 1024), (long)took.TotalMilliseconds);
    }

    // Committed as of the last collection, which is what a wave leaves behind.
    private static MemoryLook Look() => new(GC.GetTotalAllocatedBytes(), GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes);

    [LoggerMessage(1, LogLevel.Debug, "Gave {Megabytes} MB back in {Milliseconds} ms.")]
    private partial void LogTrimmed(long megabytes, long milliseconds);
}
