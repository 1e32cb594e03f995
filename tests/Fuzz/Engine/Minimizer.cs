using System.Diagnostics;

namespace OrleansIM.Fuzz.Engine;

/// <summary>Makes an input smaller as long as it shows the same fault: whole stretches first, then bytes.</summary>
internal static class Minimizer
{
    /// <param name="input">The input.</param>
    /// <param name="shows">Whether an input shows the fault.</param>
    /// <param name="time">How long to try.</param>
    public static async Task<byte[]> ShrinkAsync(byte[] input, Func<byte[], Task<bool>> shows, TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        for (var size = Math.Max(1, input.Length / 2); ; size = Math.Max(1, size / 2))
        {
            var isSmaller = false;
            for (var at = 0; at < input.Length && Stopwatch.GetElapsedTime(began) < time;)
            {
                byte[] without = [.. input[..at], .. input[Math.Min(input.Length, at + size)..]];
                if (await shows(without))
                {
                    (input, isSmaller) = (without, true);
                }
                else
                {
                    at += size;
                }
            }

            if (Stopwatch.GetElapsedTime(began) >= time || (size == 1 && !isSmaller))
            {
                return input;
            }
        }
    }
}
