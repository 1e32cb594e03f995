using System.Net;

namespace Orleans.Runtime;

/// <summary>Identifies one run of the process: endpoint and generation, written <c>address:port@generation</c>.</summary>
[Immutable]
public sealed class SiloAddress : IEquatable<SiloAddress>
{
    private SiloAddress(IPEndPoint endpoint, int generation) => (Endpoint, Generation) = (endpoint, generation);

    public IPEndPoint Endpoint { get; }
    public int Generation { get; }

    public static SiloAddress New(IPEndPoint ep, int gen) => new(ep, gen);

    private static int s_last;

    /// <summary>Seconds since 2022, always increasing within the process.</summary>
    public static int AllocateNewGeneration()
    {
        while (true)
        {
            var last = Volatile.Read(ref s_last);
            var next = Math.Max(last + 1, (int)(DateTime.UtcNow - new DateTime(2022, 1, 1, 0, 0, 0, DateTimeKind.Utc)).TotalSeconds);
            if (Interlocked.CompareExchange(ref s_last, next, last) == last)
            {
                return next;
            }
        }
    }

    public bool Equals(SiloAddress? other) => other is not null && Generation == other.Generation && Endpoint.Equals(other.Endpoint);
    public override bool Equals(object? obj) => Equals(obj as SiloAddress);
    public override int GetHashCode() => HashCode.Combine(Endpoint, Generation);
    public string ToParsableString() => $"{Endpoint.Address}:{Endpoint.Port}@{Generation}";
    public override string ToString() => $"S{Endpoint.Address}:{Endpoint.Port}:{Generation}";
}
