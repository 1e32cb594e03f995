using System.Globalization;
using System.Text;

namespace OrleansIM.Mail;

/// <summary>How texts of mails are shown, the same whatever library has read them.</summary>
public static class MailText
{
    /// <summary>Characters of a subject or a name.</summary>
    public const int MaxSubject = 512;

    /// <summary>Characters of each half of an address; RFC 5321 has 64 and 255.</summary>
    public const int MaxAddress = 320;

    /// <summary>Characters of a preview.</summary>
    public const int MaxPreview = 160;

    /// <summary>Bytes of a text part that are fetched for a preview.</summary>
    public const int PreviewBytes = 8 * 1024;

    // Longer ones are no writing but an attack on layouts; the longest emoji in use has about 35 units.
    private const int LongestGrapheme = 64;

    /// <summary>
    /// One line of what a mail says: a run of white space (line breaks and U+00A0 too) is one space, none at the ends.
    /// Dropped are control characters, what turns the direction of writing around for the text after it
    /// (U+202A to U+202E, U+2066 to U+2069) and what is there to be invisible (U+00AD, U+034F, U+200B, U+2060 to U+2065,
    /// U+FEFF); a lone surrogate is U+FFFD. The joiners U+200C and U+200D, which scripts and emoji need, stay where they join two characters. The marks
    /// U+200E, U+200F and U+061C stay.
    /// </summary>
    /// <param name="text">Null is taken for empty.</param>
    /// <param name="most">
    /// UTF-16 units, at most. The cut is where a character as seen by a reader (a grapheme) ends, unless one alone is
    /// longer than 64; it is never inside a surrogate pair. Nothing shows that something was cut.
    /// </param>
    public static string Line(string? text, int most)
    {
        if (string.IsNullOrEmpty(text) || most <= 0)
        {
            return "";
        }

        var line = Tidy(text, most + LongestGrapheme);
        return line.Length <= most ? line : Cut(line, most);
    }

    /// <summary><see cref="Line"/> with <see cref="MaxPreview"/>. Quoted text of the mail that is answered is part of it.</summary>
    public static string Preview(string? text) => Line(text, MaxPreview);

    /// <summary>A name as it is shown: <see cref="Line"/> with <see cref="MaxSubject"/>, or null if nothing is left.</summary>
    public static string? Name(string? text) => Line(text, MaxSubject) is { Length: > 0 } name ? name : null;

    /// <summary>
    /// An address as it is shown, from what an ENVELOPE (RFC 3501, 7.4.2) says of it: <c>mailbox@host</c>, the mailbox in
    /// quotes if it is no dot-atom. The mailbox alone where the host is missing, empty where the mailbox is. Letter case
    /// and labels in <c>xn--</c> stay as they are; whether it is an address to write to is another question.
    /// </summary>
    /// <param name="mailbox">Decoded, quotes taken off or not.</param>
    /// <param name="host">Decoded. The words that servers put for what is missing (Dovecot, UW) count as missing.</param>
    public static string Address(string? mailbox, string? host)
    {
        var local = mailbox is "MISSING_MAILBOX" ? "" : Line(mailbox, MaxAddress);
        var domain = host is "MISSING_DOMAIN" or "SYNTAX_ERROR" or ".MISSING-HOST-NAME." or ".SYNTAX-ERROR." ? "" : Line(host, MaxAddress);
        if (local.Length == 0)
        {
            return "";
        }

        var isQuoted = local.Length > 1 && local[0] == '"' && local[^1] == '"';
        return (isQuoted || domain.Length == 0 || local.Split('.').All(IsAtom) ? local : Quote(local)) + (domain.Length > 0 ? "@" + domain : "");
    }

    private static bool IsAtom(string text)
        => text.Length > 0 && text.All(one => char.IsAsciiLetterOrDigit(one) || one > '\x7F' || "!#$%&'*+-/=?^_`{|}~".Contains(one, StringComparison.Ordinal));

    private static string Quote(string text)
        => '"' + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';

    /// <summary>Reads no more than it takes to fill the line: a subject may be a megabyte.</summary>
    private static string Tidy(string text, int enough)
    {
        var line = new StringBuilder(Math.Min(text.Length, enough));
        var space = false;
        Rune? joiner = null;
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= enough)
            {
                break;
            }

            if (Rune.IsWhiteSpace(rune))
            {
                space = line.Length > 0;
                joiner = null;
            }
            else if (IsJoiner(rune))
            {
                joiner = space || line.Length == 0 ? null : rune;
            }
            else if (IsShown(rune))
            {
                line.Append(space ? " " : joiner?.ToString()).Append(rune);
                space = false;
                joiner = null;
            }
        }

        return line.ToString();
    }

    private static string Cut(string line, int most)
    {
        var end = 0;
        while (end < most)
        {
            var next = end + StringInfo.GetNextTextElementLength(line.AsSpan(end));
            if (next > most)
            {
                break;
            }

            end = next;
        }

        if (most - end >= LongestGrapheme)
        {
            end = char.IsHighSurrogate(line[most - 1]) ? most - 1 : most;
        }

        return line[..end].TrimEnd(' ');
    }

    private static bool IsJoiner(Rune rune) => rune.Value is 0x200C or 0x200D;

    private static bool IsShown(Rune rune) => rune.Value switch
    {
        // A lone surrogate is enumerated as this too; what was one in the text says no more than that something is missing.
        0xFFFD => true,
        0x00AD or 0x034F or 0x200B or 0xFEFF => false,
        >= 0x202A and <= 0x202E => false,
        >= 0x2060 and <= 0x2069 => false,
        _ => Rune.GetUnicodeCategory(rune) != UnicodeCategory.Control,
    };
}
