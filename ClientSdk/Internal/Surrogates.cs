namespace OrleansIM.Client.Internal;

/// <summary>
/// Half of a surrogate pair in a text: JSON can write it (<c>\ud800</c>), the parser lets it through, and whoever reads the
/// text, or writes it into the local store later, fails on it.
/// </summary>
internal static class Surrogates
{
    private const int EscapeLength = 6;

    /// <summary>Puts U+FFFD in the place of every escaped half that has no other half.</summary>
    public static void Mend(Span<byte> json)
    {
        while (json.IndexOf((byte)'\\') is var at and >= 0)
        {
            json = json[at..];
            if (!TryRead(json, out var unit))
            {
                json = json[Math.Min(2, json.Length)..];
                continue;
            }

            var isPair = char.IsHighSurrogate(unit) && TryRead(json[EscapeLength..], out var other) && char.IsLowSurrogate(other);
            if (char.IsSurrogate(unit) && !isPair)
            {
                "fffd"u8.CopyTo(json[2..]);
            }

            json = json[(isPair ? 2 * EscapeLength : EscapeLength)..];
        }
    }

    /// <summary>The unit of an escape <c>\uXXXX</c> that the text begins with.</summary>
    private static bool TryRead(ReadOnlySpan<byte> json, out char unit)
    {
        unit = default;
        if (json.Length < EscapeLength || json[0] != '\\' || json[1] != 'u'
            || !System.Buffers.Text.Utf8Parser.TryParse(json[2..EscapeLength], out ushort read, out var used, 'x') || used != EscapeLength - 2)
        {
            return false;
        }

        unit = (char)read;
        return true;
    }
}
