using System.Net;
using System.Threading.RateLimiting;
using OrleansIM.Gateway.Http;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Connections;

/// <summary>
/// How many streams this gateway has, in total and of one source, and how fast one source may open them. This machine itself
/// is no source: it is who measures, or a proxy that does not say for whom it speaks.
/// </summary>
internal sealed class StreamLimits(GatewayOptions options, SignInMetrics metrics) : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _ofSource = [];
    private readonly PartitionedRateLimiter<IPAddress> _openings = SourceLimits.PerMinute<IPAddress>(options.StreamsPerMinute);
    private int _total;

    /// <summary>Null if a stream may begin; <see cref="Leave"/> when it has ended.</summary>
    public Refusal? Enter(IPAddress source)
    {
        if (!IPAddress.IsLoopback(source) && CountOpening(source) is { } tooFast)
        {
            return tooFast;
        }

        lock (_gate)
        {
            if (_total >= options.MaxStreams)
            {
                metrics.OnLimited("stream");
                return new Refusal(ErrorCodes.Unavailable, "This gateway has as many streams as it may have. Connect to another, or later.", s_pause);
            }

            var ofSource = _ofSource.GetValueOrDefault(source);
            if (ofSource >= options.MaxStreamsPerSource && !IPAddress.IsLoopback(source))
            {
                metrics.OnLimited("source_stream");
                return new Refusal(ErrorCodes.SlowDown, "There are too many streams from this address. End some first.", s_pause);
            }

            _total++;
            _ofSource[source] = ofSource + 1;
            return null;
        }
    }

    /// <summary>A stream of this source has ended.</summary>
    public void Leave(IPAddress source)
    {
        lock (_gate)
        {
            _total--;
            if (--_ofSource[source] is var left and > 0)
            {
                _ofSource[source] = left;
            }
            else
            {
                _ofSource.Remove(source);
            }
        }
    }

    public void Dispose() => _openings.Dispose();

    private Refusal? CountOpening(IPAddress source)
    {
        using var lease = _openings.AttemptAcquire(source);
        if (lease.IsAcquired)
        {
            return null;
        }

        metrics.OnLimited("stream_opening");
        return new Refusal(ErrorCodes.SlowDown, "Too many streams were opened from this address. Wait and try again.", lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : s_pause);
    }
}
