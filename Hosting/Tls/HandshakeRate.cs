using System.Net;
using System.Security.Authentication;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Connections;
using OrleansIM.Gateway.Http;

namespace OrleansIM.Hosting.Tls;

/// <summary>
/// How many TLS handshakes one source may begin in a minute: each costs the server a signature, and whoever asks next to nothing.
/// One more is broken off before that. This machine itself is no source, as for streams.
/// </summary>
internal sealed class HandshakeRate(int perMinute, Action onRefused) : IDisposable
{
    private readonly PartitionedRateLimiter<IPAddress>? _ofSource = perMinute > 0 ? SourceLimits.PerMinute<IPAddress>(perMinute) : null;

    /// <summary>Counts one.</summary>
    /// <exception cref="AuthenticationException">There were too many: the server closes the connection without another word.</exception>
    public void Count(ConnectionContext connection)
    {
        if (_ofSource is null || (connection.RemoteEndPoint as IPEndPoint)?.Address is not { } address || SourceLimits.SourceOf(address) is var source && IPAddress.IsLoopback(source))
        {
            return;
        }

        using var lease = _ofSource.AttemptAcquire(source);
        if (!lease.IsAcquired)
        {
            onRefused();
            throw new AuthenticationException("Too many handshakes from this address.");
        }
    }

    public void Dispose() => _ofSource?.Dispose();
}
