using System.Diagnostics;
using System.Text.Json;

namespace OrleansIM;

/// <summary>How the protocol writes a time: RFC 3339, UTC, milliseconds.</summary>
public static class WireTime
{
    private const int Length = 24;

    /// <summary>Writes a time as a property.</summary>
    public static void WriteTime(this Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset time)
    {
        // The round-trip form is the fast one; it has four digits more.
        Span<byte> text = stackalloc byte[Length + 4];
        var isWritten = time.UtcDateTime.TryFormat(text, out var length, "O");
        Debug.Assert(isWritten && length == text.Length);
        text[Length - 1] = (byte)'Z';
        json.WriteString(name, text[..Length]);
    }
}
