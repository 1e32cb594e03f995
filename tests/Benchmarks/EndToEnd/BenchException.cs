namespace OrleansIM.Benchmarks.EndToEnd;

/// <summary>A side of a benchmark could not be measured; the message says why.</summary>
internal sealed class BenchException(string message) : Exception(message);
