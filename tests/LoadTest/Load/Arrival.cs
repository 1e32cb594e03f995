namespace OrleansIM.LoadTest.Load;

/// <summary>Somebody is to act.</summary>
/// <param name="Number">The how manieth, from 0.</param>
/// <param name="Intended">The timestamp at which it is to begin. Times count from here, however late it really begins.</param>
/// <param name="Random">What it decides with: the same for the same seed and number.</param>
internal sealed record Arrival(int Number, long Intended, Random Random);
