using System.Buffers.Text;

namespace OrleansIM.Benchmarks.EndToEnd.Wire;

/// <summary>Finds what the load client looks for without parsing the rest.</summary>
internal static class Scan
{
    /// <summary>The number right after a mark, or -1.</summary>
    public static int NumberAfter(ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark)
    {
        var at = text.IndexOf(mark);
        return at >= 0 && Utf8Parser.TryParse(text[(at + mark.Length)..], out int number, out _) ? number : -1;
    }

    /// <summary>The string between a mark and the next byte of that value, or null.</summary>
    public static string? TextAfter(ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark, byte end)
    {
        var at = text.IndexOf(mark);
        if (at < 0)
        {
            return null;
        }

        var rest = text[(at + mark.Length)..];
        var length = rest.IndexOf(end);
        return length < 0 ? null : System.Text.Encoding.UTF8.GetString(rest[..length]);
    }

    /// <summary>How often a mark is there.</summary>
    public static int Count(ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark)
    {
        var count = 0;
        for (var at = text.IndexOf(mark); at >= 0; at = text.IndexOf(mark))
        {
            count++;
            text = text[(at + mark.Length)..];
        }

        return count;
    }
}
