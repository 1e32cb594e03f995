using System.Text;

namespace OrleansIM.Mail;

/// <summary>Writes texts that are not ASCII into headers (RFC 2047).</summary>
internal static class EncodedWordWriter
{
    private const string Q = "=?utf-8?Q?";
    private const string B = "=?utf-8?B?";
    private const string End = "?=";

    // RFC 2047, 2: at most 75; some less, so that a first word fits behind the name of its header.
    private const int Longest = 64;
    private const int MostB = (Longest - 12) / 4 * 3;

    /// <summary>Words of UTF-8, none of which begins or ends inside a character; Q or B, whichever is shorter.</summary>
    public static List<string> Words(string text)
    {
        var letters = text.Count(IsLetter);
        return letters * 3 > text.Length ? QWords(text) : BWords(text);
    }

    private static List<string> QWords(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder(Q);
        foreach (var rune in text.EnumerateRunes())
        {
            var next = InQ(rune);
            if (word.Length + next.Length + End.Length > Longest)
            {
                words.Add(word.Append(End).ToString());
                word.Clear().Append(Q);
            }

            word.Append(next);
        }

        words.Add(word.Append(End).ToString());
        return words;
    }

    private static string InQ(Rune rune)
    {
        if (rune.Value == ' ')
        {
            return "_";
        }

        if (rune.IsAscii && IsLetter((char)rune.Value))
        {
            return rune.ToString();
        }

        Span<byte> bytes = stackalloc byte[4];
        var length = rune.EncodeToUtf8(bytes);
        var escaped = new StringBuilder();
        foreach (var one in bytes[..length])
        {
            escaped.Append('=').Append(one.ToString("X2", null));
        }

        return escaped.ToString();
    }

    private static List<string> BWords(string text)
    {
        var words = new List<string>();
        var bytes = new List<byte>();
        Span<byte> buffer = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(buffer);
            if (bytes.Count + length > MostB)
            {
                words.Add(B + Convert.ToBase64String([.. bytes]) + End);
                bytes.Clear();
            }

            bytes.AddRange(buffer[..length]);
        }

        words.Add(B + Convert.ToBase64String([.. bytes]) + End);
        return words;
    }

    // What RFC 2047, 5 allows in a phrase; in a text more would be.
    private static bool IsLetter(char one) => char.IsAsciiLetterOrDigit(one) || one is '!' or '*' or '+' or '-' or '/';
}
