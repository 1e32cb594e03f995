using System.Text;

namespace OrleansIM.Protocol;

/// <summary>The texts inside a card's values.</summary>
internal static class VCardText
{
    /// <summary>The parts between separators that are not escaped, unescaped.</summary>
    /// <param name="value">The value.</param>
    /// <param name="separator"><c>;</c> or <c>,</c>.</param>
    /// <param name="isOld">Version 2.1, where <c>\n</c> is no line break.</param>
    public static List<string> Split(string value, char separator, bool isOld)
        => [.. SplitRaw(value, separator).Select(part => Unescape(part, isOld))];

    /// <summary>The parts between separators that are not escaped, as they stand there.</summary>
    public static List<string> SplitRaw(string value, char separator)
    {
        var parts = new List<string>();
        var start = 0;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\')
            {
                i++;
            }
            else if (value[i] == separator)
            {
                parts.Add(value[start..i]);
                start = i + 1;
            }
        }

        parts.Add(value[start..]);
        return parts;
    }

    public static string Unescape(string value, bool isOld)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
        {
            return value;
        }

        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\' || i + 1 == value.Length)
            {
                text.Append(value[i]);
                continue;
            }

            var next = value[++i];
            _ = next switch
            {
                'n' or 'N' when !isOld => text.Append('\n'),
                ';' or ',' or '\\' or ':' => text.Append(next),
                _ when isOld => text.Append('\\').Append(next),
                _ => text.Append(next),
            };
        }

        return text.ToString();
    }

    /// <summary>The text without what RFC 6350 (3.3) has no place for: control characters other than line breaks and tabs.</summary>
    public static string WithoutControls(string text)
    {
        if (!text.Any(IsControl))
        {
            return text;
        }

        var left = new StringBuilder(text.Length);
        foreach (var c in text.Where(static c => !IsControl(c)))
        {
            left.Append(c);
        }

        return left.ToString();
    }

    private static bool IsControl(char c) => char.IsControl(c) && c is not ('\n' or '\t');

    private static bool IsHexDigit(char c) => c is (>= '0' and <= '9') or (>= 'A' and <= 'F') or (>= 'a' and <= 'f');

    /// <summary>The bytes of a quoted-printable value whose soft line breaks are gone already.</summary>
    public static byte[] DecodeQuotedPrintable(string value)
    {
        var bytes = new List<byte>(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '=' && i + 2 < value.Length && IsHexDigit(value[i + 1]) && IsHexDigit(value[i + 2]))
            {
                bytes.Add(Convert.ToByte(value.Substring(i + 1, 2), 16));
                i += 2;
            }
            else if (value[i] <= 0xFF)
            {
                bytes.Add((byte)value[i]);
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(value[i..(i + 1)]));
            }
        }

        return [.. bytes];
    }
}
