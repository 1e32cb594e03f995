using System.Runtime.CompilerServices;

namespace OrleansIM.Gateway.Connections;

/// <summary>
/// How fast a client may send what is no part of a request: pings, pongs, headers. ASP.NET's WebSocket answers or drops those by
/// itself, so they are counted as the bytes that are read and that no frame comes of. Over the rate the connection is read
/// more slowly, no more. Not for several threads at once: who reads the connection calls it.
/// </summary>
internal sealed class ControlRate(int perSecond, TimeProvider time, Action onSlowed)
{
    /// <summary>What may come at once, in seconds of the rate.</summary>
    internal const int BurstSeconds = 16;

    // The longest header of a frame. What it is too long for a short one does not matter: frames have limits of their own.
    private const int Header = 14;

    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(10);

    private readonly TokenBucket _bytes = new(perSecond, (double)perSecond * BurstSeconds, time);

    /// <summary>Whether the connection is not read for a moment.</summary>
    public bool IsSlowing { get; private set; }

    /// <summary>Bytes were read.</summary>
    public void OnRead(int bytes) => _bytes.Take(bytes);

    /// <summary>So many of them were a piece of a frame.</summary>
    public void OnPiece(int bytes) => _bytes.GiveBack(bytes + Header);

    /// <summary>Ends when more may be read; at once for everybody who sends frames.</summary>
    public ValueTask WaitAsync() => _bytes.IsOverdrawn(out _) ? WaitLongerAsync() : default;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitLongerAsync()
    {
        while (_bytes.IsOverdrawn(out var wait))
        {
            if (!IsSlowing)
            {
                IsSlowing = true;
                onSlowed();
            }

            await Task.Delay(wait > s_shortest ? wait : s_shortest, time);
        }

        IsSlowing = false;
    }
}
