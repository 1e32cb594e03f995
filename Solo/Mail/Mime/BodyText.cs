using System.Text;

namespace OrleansIM.Mail;

/// <summary>A text body and how it is transferred.</summary>
/// <param name="Charset">For Content-Type.</param>
/// <param name="Encoding">Content-Transfer-Encoding.</param>
/// <param name="Encoded">ASCII, lines ended by CRLF.</param>
internal sealed record BodyText(string Charset, string Encoding, string Encoded)
{
    private const int LongestPlainLine = 998;

    // RFC 2045, 6.7 (5): 76 with the = of a soft break; 6.8: 76.
    private const int Width = 76;

    /// <summary>
    /// 7bit if it is ASCII in lines short enough; else quoted-printable, or base64 where that is shorter, as it is for most
    /// writing that is not Latin.
    /// </summary>
    public static BodyText Of(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
        var wire = string.Join("\r\n", lines) + (lines[^1].Length > 0 ? "\r\n" : "");
        var isAscii = System.Text.Ascii.IsValid(wire);
        var charset = isAscii ? "us-ascii" : "utf-8";
        if (isAscii && lines.All(line => line.Length <= LongestPlainLine && line.All(IsPlain)))
        {
            return new(charset, "7bit", wire);
        }

        var bytes = System.Text.Encoding.UTF8.GetBytes(wire);
        var escaped = bytes.Count(one => !IsPlain((char)one) && one is not (byte)'\r' and not (byte)'\n');
        return escaped * 6 > bytes.Length
            ? new(charset, "base64", Base64(bytes))
            : new(charset, "quoted-printable", QuotedPrintable(wire));
    }

    private static bool IsPlain(char one) => one is >= ' ' and <= '~' or '\t';

    private static string Base64(byte[] bytes)
    {
        var encoded = Convert.ToBase64String(bytes);
        return string.Concat(encoded.Chunk(Width).Select(line => new string(line) + "\r\n"));
    }

    private static string QuotedPrintable(string wire) => string.Join("\r\n", wire.Split("\r\n").Select(QuotedPrintableLine));

    private static string QuotedPrintableLine(string line)
    {
        var encoded = new StringBuilder(line.Length * 5 / 4);
        var column = 0;
        var bytes = System.Text.Encoding.UTF8.GetBytes(line);
        for (var i = 0; i < bytes.Length; i++)
        {
            var next = Escape(bytes[i], isLast: i == bytes.Length - 1, isFirst: column == 0);
            if (column + next.Length > Width - 1)
            {
                encoded.Append("=\r\n");
                column = 0;
            }

            encoded.Append(next);
            column += next.Length;
        }

        return encoded.ToString();
    }

    /// <summary>White space at the end of a line is lost on the way; a dot or a From at its beginning is what relays stumble over.</summary>
    private static string Escape(byte one, bool isLast, bool isFirst) => (char)one switch
    {
        ' ' or '\t' when isLast => $"={one:X2}",
        '.' or 'F' when isFirst => $"={one:X2}",
        '=' => "=3D",
        >= ' ' and <= '~' or '\t' => ((char)one).ToString(),
        _ => $"={one:X2}",
    };
}
