using System.Text;

namespace OrleansIM.Protocol;

/// <summary>The properties of a text of cards, one after the other, unfolded.</summary>
internal sealed class VCardLines(string text)
{
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
            var isQuotedPrintable = isKnown && line.Contains("QUOTED-PRINTABLE", StringComparison.OrdinalIgnoreCase);
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
        var end = text.IndexOf("END:VCARD", _at, StringComparison.OrdinalIgnoreCase);
        var card = text.AsSpan(_at, (end < 0 ? text.Length : end) - _at);
        var version = card.IndexOf("VERSION:", StringComparison.OrdinalIgnoreCase);
        return version >= 0 && card[(version + "VERSION:".Length)..].TrimStart().StartsWith("2.1", StringComparison.Ordinal);
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
