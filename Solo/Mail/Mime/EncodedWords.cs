using System.Text;

namespace OrleansIM.Mail;

/// <summary>
/// Header texts (RFC 2047, its amendment in RFC 2231 5, RFC 6532) as they come: also from mailers that split words in the
/// middle of a character, glue them to what stands beside, leave spaces in them, or write eight bits without saying how.
/// </summary>
internal static class EncodedWords
{
    /// <summary>
    /// The text of an unstructured header, or of a phrase. White space between encoded words is no part of it; adjacent
    /// words in the same charset are one text. What is no valid word stays as it is. Eight bits outside of words are UTF-8
    /// if valid, else windows-1252 (<see cref="Charsets.Decode"/>). Line breaks of folding are dropped.
    /// </summary>
    /// <param name="raw">
    /// As it stands there, one character per byte (Latin-1); folded or not. With other characters in it nothing but encoded
    /// words is decoded.
    /// </param>
    public static string Decode(string? raw)
    {
        if (string.IsNullOrEmpty(raw))
        {
            return "";
        }

        var header = raw.AsSpan().ContainsAny('\r', '\n') ? Unfold(raw) : raw;
        var text = new StringBuilder(header.Length);
        var words = new WordRun();
        var plain = 0;
        var at = header.IndexOf("=?", StringComparison.Ordinal);
        while (at >= 0)
        {
            if (Word.Read(header, at) is not { } word)
            {
                at = header.IndexOf("=?", at + 1, StringComparison.Ordinal);
                continue;
            }

            var between = header.AsSpan(plain, at - plain);
            if (words.IsEmpty || !between.IsWhiteSpace())
            {
                words.Flush(text);
                AppendPlain(text, between);
            }

            words.Add(word, text);
            plain = word.End;
            at = header.IndexOf("=?", plain, StringComparison.Ordinal);
        }

        words.Flush(text);
        AppendPlain(text, header.AsSpan(plain));
        return text.ToString();
    }

    /// <summary>RFC 5322, 2.2.3: the line break goes, the white space after it stays.</summary>
    private static string Unfold(string raw) => raw.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);

    private static void AppendPlain(StringBuilder text, ReadOnlySpan<char> plain)
    {
        if (!plain.ContainsAnyExceptInRange('\0', '\x7F') && !plain.Contains('\x1B'))
        {
            text.Append(plain);
        }
        else if (plain.ContainsAnyExceptInRange('\0', '\xFF'))
        {
            text.Append(plain);
        }
        else
        {
            var bytes = new byte[plain.Length];
            Encoding.Latin1.GetBytes(plain, bytes);
            text.Append(Charsets.Decode(bytes, null));
        }
    }

    /// <summary>Adjacent words in one charset: their bytes are joined before they are decoded, base64 before that.</summary>
    private sealed class WordRun
    {
        private readonly List<byte> _bytes = [];
        private readonly StringBuilder _base64 = new();
        private string? _charset;

        public bool IsEmpty => _charset is null;

        public void Add(Word word, StringBuilder text)
        {
            if (!word.Charset.Equals(_charset, StringComparison.OrdinalIgnoreCase))
            {
                Flush(text);
                _charset = word.Charset;
            }

            if (word.IsBase64)
            {
                _base64.Append(word.Text);
                if (word.Text.EndsWith('='))
                {
                    EndBase64();
                }
            }
            else
            {
                EndBase64();
                _bytes.AddRange(word.Bytes());
            }
        }

        public void Flush(StringBuilder text)
        {
            if (_charset is not null)
            {
                EndBase64();
                text.Append(Charsets.Decode([.. _bytes], _charset));
                _bytes.Clear();
                _charset = null;
            }
        }

        private void EndBase64()
        {
            if (_base64.Length > 0)
            {
                _bytes.AddRange(TransferEncoding.DecodeBase64(Encoding.Latin1.GetBytes(_base64.ToString())));
                _base64.Clear();
            }
        }
    }

    /// <summary>An encoded word: <c>=?charset*language?encoding?text?=</c>.</summary>
    /// <param name="End">The index after it.</param>
    private readonly record struct Word(string Charset, bool IsBase64, string Text, int End)
    {
        // RFC 2047, 2 says 75 for the whole word; mailers that never fold write much longer ones.
        private const int LongestCharset = 64;
        private const int LongestText = 16 * 1024;

        public static Word? Read(string header, int at)
        {
            var charset = at + 2;
            var encoding = header.IndexOf('?', charset) + 1;
            if (encoding == 0 || encoding - charset is < 2 or > LongestCharset || encoding + 1 >= header.Length || header[encoding + 1] != '?')
            {
                return null;
            }

            var text = encoding + 2;
            var end = header.IndexOf("?=", text, Math.Min(LongestText, header.Length - text), StringComparison.Ordinal);
            var isBase64 = header[encoding] is 'B' or 'b';
            if (end < 0 || (!isBase64 && header[encoding] is not ('Q' or 'q')) || !IsToken(header.AsSpan(charset, encoding - 1 - charset)))
            {
                return null;
            }

            // Nothing is copied before it is one: a header may be full of what only begins like one.
            var word = header.AsSpan(text, end - text);
            return isBase64 && word.ContainsAnyExcept(s_base64)
                ? null
                : new Word(header[charset..(encoding - 1)].Split('*')[0], isBase64, word.Trim().ToString(), end + 2);
        }

        public byte[] Bytes()
        {
            var raw = Encoding.Latin1.GetBytes(Text);
            raw.AsSpan().Replace((byte)'_', (byte)' ');
            return TransferEncoding.DecodeQuotedPrintable(raw);
        }

        private static readonly System.Buffers.SearchValues<char> s_base64 =
            System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= ");

        private static bool IsToken(ReadOnlySpan<char> charset) => charset.IndexOfAnyExceptInRange('!', '~') < 0;
    }
}
