using System.Text;

namespace OrleansIM.Protocol;

/// <summary>The properties of a text of cards, one after the other, unfolded.</summary>
internal sealed class VCardLines(string text)
{
    /// <summary>How far into a card its version is looked for: it is the first or second line, and a file may have many cards.</summary>
    private const int MaxBeforeVersion = 16 * 1024;

    private int _at;

    /// <summary>
    /// The next property of those that are known; null at the end. Others are passed over without a copy: a card's photo is
    /// the most of it.
    /// </summary>
    /// <param name="known">Names in upper case.</param>
    /// <param name="most">Characters of a property; a longer one is passed over too.</param>
    /// <param name="isOld">Version 2.1: the white space that begins a folded line belongs to the value.</param>
    public string? ReadProperty(HashSet<string> known, int most, bool isOld)
    {
        while (_at < text.Length)
        {
            var line = ReadLine();
            var isKnown = VCardLine.NameOf(line) is { } name && known.Contains(name);
            var isQuotedPrintable = isKnown && IsQuotedPrintable(line);
            StringBuilder? whole = null;
            var length = line.Length;
            var last = line;
            while (true)
            {
                var isSoftBreak = isQuotedPrintable && last is [.., '='];
                if (!isSoftBreak && !NextIsFolded())
                {
                    break;
                }

                last = ReadLine();
                length += last.Length;
                if (isKnown && length <= most)
                {
                    whole ??= new StringBuilder().Append(line);
                    Join(whole, last, isSoftBreak, isOld);
                }

                if (_at >= text.Length)
                {
                    break;
                }
            }

            if (isKnown && length <= most)
            {
                return whole?.ToString() ?? line.ToString();
            }
        }

        return null;
    }

    /// <summary>Whether the card that has just begun is one of version 2.1.</summary>
    public bool IsOld()
    {
        var card = text.AsSpan(_at, Math.Min(text.Length - _at, MaxBeforeVersion));
        var end = card.IndexOf("END:VCARD", StringComparison.OrdinalIgnoreCase);
        card = end < 0 ? card : card[..end];
        var version = card.IndexOf("VERSION:", StringComparison.OrdinalIgnoreCase);
        return version >= 0 && card[(version + "VERSION:".Length)..].TrimStart().StartsWith("2.1", StringComparison.Ordinal);
    }

    /// <summary>Whether the value is encoded so: for lines that have the word before it, as the reader will see them.</summary>
    private static bool IsQuotedPrintable(ReadOnlySpan<char> line)
    {
        var head = VCardLine.HeadOf(line);
        return head.Contains("QUOTED-PRINTABLE", StringComparison.OrdinalIgnoreCase) && VCardLine.Parse(head.ToString() + ":") is { IsQuotedPrintable: true };
    }

    private static void Join(StringBuilder whole, ReadOnlySpan<char> next, bool isSoftBreak, bool isOld)
    {
        if (isSoftBreak)
        {
            whole.Length--;
        }

        var isFolded = next.Length > 0 && next[0] is ' ' or '\t';
        whole.Append(isFolded && !isSoftBreak && !isOld ? next[1..] : next);
    }

    private bool NextIsFolded() => _at < text.Length && text[_at] is ' ' or '\t';

    private ReadOnlySpan<char> ReadLine()
    {
        var rest = text.AsSpan(_at);
        var end = rest.IndexOfAny('\r', '\n');
        if (end < 0)
        {
            _at = text.Length;
            return rest;
        }

        _at += end + (rest[end] == '\r' && end + 1 < rest.Length && rest[end + 1] == '\n' ? 2 : 1);
        return rest[..end];
    }
}
