using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Hosting;

/// <summary>The one timer of the gateway: looks after slow readers and renews a part of the sessions at every tick.</summary>
internal sealed partial class GatewayClock(
    StreamRegistry streams, SessionRenewals renewals, GatewayOptions options, TimeProvider time, ILogger<GatewayClock> logger) : BackgroundService
{
    /// <summary>The longest tick.</summary>
    public static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var shortest = options.RenewalPeriod < options.SlowReaderTimeout ? options.RenewalPeriod : options.SlowReaderTimeout;
        var tick = shortest < LongestTick ? shortest : LongestTick;
        var parts = Math.Max(1, (int)(options.RenewalPeriod / tick));
        using var timer = new PeriodicTimer(tick, time);
        var begin = time.GetTimestamp();
        var done = 0L;
        // The timer, not the token, ends the loop: a host that stops is no failure of this service.
        using var stopping = stoppingToken.Register(timer.Dispose);
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            try
            {
                CloseSlowReaders();
                CloseWhatIsOver();

                // A busy machine misses ticks; its sessions must not miss their renewal for it.
                var due = (long)(time.GetElapsedTime(begin) / tick);
                for (done = Math.Max(done, due - parts); done < due; done++)
                {
                    _ = renewals.RenewAsync((int)(done % parts), parts);
                }
            }
            catch (Exception e)
            {
                TickFailed(logger, e);
            }
        }
    }

    private void CloseSlowReaders()
    {
        foreach (var stream in streams.Streams)
        {
            if (stream.StuckFor >= options.SlowReaderTimeout)
            {
                stream.Close(CloseCodes.TooSlow, dropWaiting: true);
            }
            else if (stream.UnfinishedFor >= options.FrameTimeout)
            {
                stream.Close(CloseCodes.TooSlow, dropWaiting: true);
            }
        }
    }

    /// <summary>When more waits for all clients together than may, those that have taken nothing for longest go, until it is enough.</summary>
    private void CloseWhatIsOver()
    {
        var over = streams.Streams.Sum(stream => (long)stream.QueuedBytes) - options.MaxQueuedBytesInTotal;
        if (over <= 0)
        {
            return;
        }

        // Whom nothing waits for is not in the way, even if the others have taken something just now.
        foreach (var (stream, queued, _) in streams.Streams.Select(stream => (Stream: stream, Queued: (long)stream.QueuedBytes, stream.StuckFor))
            .Where(one => one.Queued > 0).OrderByDescending(one => one.StuckFor).ThenByDescending(one => one.Queued))
        {
            over -= queued;
            stream.Close(CloseCodes.TooSlow, dropWaiting: true);
            if (over <= 0)
            {
                return;
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A tick of the gateway's clock has failed.")]
    private static partial void TickFailed(ILogger logger, Exception exception);
}
