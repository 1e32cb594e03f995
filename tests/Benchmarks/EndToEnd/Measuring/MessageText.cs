namespace OrleansIM.Benchmarks.EndToEnd.Measuring;

/// <summary>What the messages of every side say: their number, and text up to about 300 bytes.</summary>
internal static class MessageText
{
    /// <summary>Follows the number.</summary>
    public static string Padding { get; } = " " + string.Concat(Enumerable.Repeat("0123456789 abcdefghijklmnopqr ", 10))[..292];
}
