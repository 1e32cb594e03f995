using System.Diagnostics;
using System.Numerics;

namespace OrleansIM.Benchmarks.EndToEnd.Measuring;

/// <summary>
/// Counts latencies in buckets of under 1 % width, from microseconds to minutes; many threads add without a lock.
/// </summary>
internal sealed class Latencies
{
    private const int Bits = 7;
    private const int PerOctave = 1 << Bits;

    private readonly long[] _buckets = new long[PerOctave * 40];

    public long Count => _buckets.Sum();

    /// <summary>Adds the time since a <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public void AddSince(long timestamp) => Add(Stopwatch.GetTimestamp() - timestamp);

    /// <summary>Milliseconds under which the given share (0.99) of what was added lies.</summary>
    public double Percentile(double share)
    {
        var rank = (long)Math.Ceiling(Count * share);
        var seen = 0L;
        for (var bucket = 0; bucket < _buckets.Length; bucket++)
        {
            seen += _buckets[bucket];
            if (seen >= rank && seen > 0)
            {
                return Middle(bucket) * 1000.0 / Stopwatch.Frequency;
            }
        }

        return double.NaN;
    }

    private void Add(long ticks)
    {
        var value = (ulong)Math.Max(1, ticks);
        var octave = Math.Max(0, BitOperations.Log2(value) - Bits);
        var bucket = (octave * PerOctave) + (int)(value >> octave);
        Interlocked.Increment(ref _buckets[Math.Min(bucket, _buckets.Length - 1)]);
    }

    private static double Middle(int bucket)
    {
        // The first two octaves' worth of buckets hold single values; above, a bucket's number repeats its top bits.
        var octave = Math.Max(0, (bucket / PerOctave) - 1);
        return ((bucket - (octave * PerOctave)) + 0.5) * (1L << octave);
    }
}
