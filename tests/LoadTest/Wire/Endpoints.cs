namespace OrleansIM.LoadTest.Wire;

/// <summary>
/// The gateways clients go to, as a load balancer would spread them: each connection the next one, and past one that did
/// not answer for a while.
/// </summary>
/// <param name="gateways">Where they are.</param>
/// <param name="isReady">Whether one takes connections, as far as is known.</param>
/// <param name="time">What tells how long.</param>
internal sealed class Endpoints(IReadOnlyList<Uri> gateways, Func<int, bool> isReady, TimeProvider time)
{
    private static readonly TimeSpan s_avoid = TimeSpan.FromSeconds(2);

    private readonly long[] _avoidUntil = new long[gateways.Count];
    private int _next;

    // When somebody first asked since anything came from the server; 0 for nobody.
    private long _askedAt;

    public IReadOnlyList<Uri> All => gateways;

    /// <summary>How long has been asked without anything from any gateway.</summary>
    public TimeSpan AskedInVainFor => Volatile.Read(ref _askedAt) is var since and not 0 ? time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>The number of the gateway for the next connection.</summary>
    public int Pick()
    {
        var now = time.GetTimestamp();
        Interlocked.CompareExchange(ref _askedAt, now, 0);
        var first = Interlocked.Increment(ref _next) & int.MaxValue;
        for (var i = 0; i < gateways.Count; i++)
        {
            var index = (first + i) % gateways.Count;
            if (Volatile.Read(ref _avoidUntil[index]) <= now && isReady(index))
            {
                return index;
            }
        }

        return first % gateways.Count;
    }

    /// <summary>Something came from a gateway.</summary>
    public void Heard()
    {
        // Called for every frame, and hardly ever is anything to be written.
        if (Volatile.Read(ref _askedAt) != 0)
        {
            Volatile.Write(ref _askedAt, 0);
        }
    }

    /// <summary>A gateway did not answer.</summary>
    public void Avoid(int index) =>
        Volatile.Write(ref _avoidUntil[index], time.GetTimestamp() + (long)(s_avoid.TotalSeconds * time.TimestampFrequency));

    /// <summary>The address with the host and port of a gateway.</summary>
    public Uri At(int index, Uri address) => new UriBuilder(address) { Host = gateways[index].Host, Port = gateways[index].Port }.Uri;
}
