using System.Buffers.Text;
using System.Text;

namespace OrleansIM.Gateway.Frames;

/// <summary>What <c>Utf8JsonReader</c> leaves to its users: escapes that JSON allows and Unicode does not.</summary>
internal static class JsonText
{
    /// <summary>Whether every escaped half of a surrogate pair has its other half. The text is well-formed JSON.</summary>
    public static bool HasWholeSurrogates(ReadOnlySpan<byte> escaped)
    {
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != (byte)'\\')
            {
                continue;
            }

            i++;
            if (escaped[i] != (byte)'u')
            {
                continue;
            }

            var unit = Hex(escaped.Slice(i + 1, 4));
            i += 4;
            if (char.IsLowSurrogate(unit))
            {
                return false;
            }

            if (char.IsHighSurrogate(unit))
            {
                var rest = escaped[(i + 1)..];
                if (rest.Length < 6 || rest[0] != (byte)'\\' || rest[1] != (byte)'u' || !char.IsLowSurrogate(Hex(rest.Slice(2, 4))))
                {
                    return false;
                }

                i += 6;
            }
        }

        return true;
    }

    /// <summary>The text behind well-formed JSON escapes. A lone half of a pair becomes U+FFFD.</summary>
    public static string Unescape(ReadOnlySpan<byte> escaped)
    {
        var text = new StringBuilder(escaped.Length);
        while (true)
        {
            var plain = escaped.IndexOf((byte)'\\');
            if (plain < 0)
            {
                return text.Append(Encoding.UTF8.GetString(escaped)).ToString();
            }

            text.Append(Encoding.UTF8.GetString(escaped[..plain]));
            var kind = escaped[plain + 1];
            if (kind == (byte)'u')
            {
                text.Append(Hex(escaped.Slice(plain + 2, 4)));
                escaped = escaped[(plain + 6)..];
            }
            else
            {
                text.Append(Short(kind));
                escaped = escaped[(plain + 2)..];
            }
        }
    }

    private static char Short(byte kind) => kind switch
    {
        (byte)'b' => '\b',
        (byte)'f' => '\f',
        (byte)'n' => '\n',
        (byte)'r' => '\r',
        (byte)'t' => '\t',
        _ => (char)kind,
    };

    private static char Hex(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits, out ushort unit, out _, 'x') ? (char)unit : '\uFFFD';
}
