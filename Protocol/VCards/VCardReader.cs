using System.Text;

namespace OrleansIM.Protocol;

/// <summary>Makes text of a property's bytes.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="charset">The charset that the property names (2.1 only); null for none.</param>
public delegate string VCardDecoder(ReadOnlySpan<byte> bytes, string? charset);

/// <summary>
/// Reads cards of versions 2.1, 3.0 and 4.0, and what address books in the field make of them: nothing that is wrong in a
/// card fails, it is left out. Costs time and memory in proportion to the text.
/// </summary>
public static class VCardReader
{
    /// <summary>Characters of a property; a longer one is left out (nobody has a name of that length).</summary>
    private const int MaxValue = 32 * 1024;

    private static readonly HashSet<string> s_known =
        ["BEGIN", "END", "VERSION", "UID", "FN", "N", "NICKNAME", "EMAIL", "IMPP", "ORG", "NOTE", "CATEGORIES", "KIND", "X-ADDRESSBOOKSERVER-KIND", "REV"];

    private static readonly Encoding s_latin1 = Encoding.GetEncoding("iso-8859-1");
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads cards.</summary>
    /// <param name="text">One card after the other.</param>
    /// <param name="most">How many cards, at most.</param>
    /// <param name="decode">Makes text of what is encoded in 2.1. Default: UTF-8, else ISO-8859-1.</param>
    public static IReadOnlyList<VCard> Read(string text, int most = int.MaxValue, VCardDecoder? decode = null) =>
        Read(text ?? throw new ArgumentNullException(nameof(text)), isBytes: false, most, decode ?? DecodeSimply);

    /// <summary>Reads a file of cards: UTF-16 with its mark, else what <paramref name="decode"/> makes of each property.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="most">How many cards, at most.</param>
    /// <param name="decode">Default: UTF-8 (which 3.0 and 4.0 are in), else ISO-8859-1.</param>
    public static IReadOnlyList<VCard> ReadFile(ReadOnlySpan<byte> file, int most = int.MaxValue, VCardDecoder? decode = null) => file switch
    {
        [0xEF, 0xBB, 0xBF, .. var rest] => Read(s_latin1.GetString(rest), isBytes: true, most, decode ?? DecodeSimply),
        [0xFF, 0xFE, .. var rest] => Read(Encoding.Unicode.GetString(rest), isBytes: false, most, decode ?? DecodeSimply),
        [0xFE, 0xFF, .. var rest] => Read(Encoding.BigEndianUnicode.GetString(rest), isBytes: false, most, decode ?? DecodeSimply),
        _ => Read(s_latin1.GetString(file), isBytes: true, most, decode ?? DecodeSimply),
    };

    /// <param name="text">The cards.</param>
    /// <param name="isBytes">Each character stands for a byte; it is a property's charset that makes characters of them.</param>
    /// <param name="most">How many cards, at most.</param>
    /// <param name="decode">Makes characters of bytes.</param>
    private static List<VCard> Read(string text, bool isBytes, int most, VCardDecoder decode)
    {
        var cards = new List<VCard>();
        var lines = new VCardLines(text);
        VCardBuilder? card = null;
        var depth = 0;
        while (cards.Count < most && lines.ReadProperty(s_known, MaxValue, card?.IsOld ?? false) is { } written)
        {
            if (VCardLine.Parse(written) is not { } line)
            {
                continue;
            }

            var isMark = line.Value.Trim().Equals("VCARD", StringComparison.OrdinalIgnoreCase);
            if (line.Name == "BEGIN" && isMark)
            {
                // A card inside a card (AGENT) is somebody else's.
                if (depth++ == 0)
                {
                    card = new VCardBuilder(lines.IsOld());
                }
            }
            else if (line.Name == "END" && isMark && depth > 0)
            {
                if (--depth == 0)
                {
                    cards.Add(card!.Build());
                    card = null;
                }
            }
            else if (depth == 1)
            {
                card!.Add(line with { Value = Decode(line, isBytes, decode) });
            }
        }

        // The end was cut off: what is there is there.
        if (card is not null && cards.Count < most)
        {
            cards.Add(card.Build());
        }

        return cards;
    }

    private static string Decode(VCardLine line, bool isBytes, VCardDecoder decode)
    {
        if (line.IsQuotedPrintable)
        {
            return VCardText.WithoutControls(decode(VCardText.DecodeQuotedPrintable(line.Value), line.Charset)
                .Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'));
        }

        return VCardText.WithoutControls(isBytes ? decode(s_latin1.GetBytes(line.Value), line.Charset) : line.Value);
    }

    private static string DecodeSimply(ReadOnlySpan<byte> bytes, string? charset)
    {
        try
        {
            return s_strictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return s_latin1.GetString(bytes);
        }
    }
}
