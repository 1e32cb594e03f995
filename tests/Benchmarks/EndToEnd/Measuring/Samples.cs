namespace OrleansIM.Benchmarks.EndToEnd.Measuring;

/// <summary>Some hundreds of measured values, kept as they are: unlike <see cref="Latencies"/> also those below zero.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public int Count
    {
        get
        {
            lock (_values)
            {
                return _values.Count;
            }
        }
    }

    public void Add(double value)
    {
        lock (_values)
        {
            _values.Add(value);
        }
    }

    /// <summary>The value that the given share (0.99) does not exceed.</summary>
    public double Percentile(double share)
    {
        lock (_values)
        {
            return _values.Count == 0 ? double.NaN : _values.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(_values.Count * share) - 1));
        }
    }
}
