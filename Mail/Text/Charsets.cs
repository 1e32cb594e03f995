using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace OrleansIM.Mail;

/// <summary>Texts of mails in any charset that is still in use.</summary>
public static class Charsets
{
    private const byte Escape = 0x1B;

    private static readonly Encoding s_windows1252 = CodePage(1252);
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly SearchValues<char> s_asciiOrInvalid =
        SearchValues.Create([.. Enumerable.Range(0, 128).Select(code => (char)code), '\uFFFD']);

    /// <summary>
    /// Names that .NET does not know, and those that in mails mean a larger set than they say (WHATWG Encoding, 4.2).
    /// </summary>
    private static readonly FrozenDictionary<string, int> s_codePages = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase)
    {
        ["utf8"] = 65001,
        ["cp65001"] = 65001,
        ["unicode-1-1-utf-8"] = 65001,
        ["utf-8-sig"] = 65001,
        ["utf8mb4"] = 65001,
        ["iso-8859-1"] = 1252,
        ["iso8859-1"] = 1252,
        ["iso_8859-1"] = 1252,
        ["latin1"] = 1252,
        ["latin-1"] = 1252,
        ["l1"] = 1252,
        ["cp1252"] = 1252,
        ["cp-1252"] = 1252,
        ["windows1252"] = 1252,
        ["ansi"] = 1252,
        ["gb2312"] = 54936,
        ["gbk"] = 54936,
        ["x-gbk"] = 54936,
        ["cp936"] = 54936,
        ["ms936"] = 54936,
        ["gb_2312-80"] = 54936,
        ["chinese"] = 54936,
        ["euc-cn"] = 54936,
        ["gb18030"] = 54936,
        ["big5"] = 950,
        ["big5-hkscs"] = 950,
        ["big5hkscs"] = 950,
        ["cp950"] = 950,
        ["x-x-big5"] = 950,
        ["cn-big5"] = 950,
        ["x-big5"] = 950,
        ["shift_jis"] = 932,
        ["shift-jis"] = 932,
        ["sjis"] = 932,
        ["x-sjis"] = 932,
        ["ms_kanji"] = 932,
        ["cp932"] = 932,
        ["ms932"] = 932,
        ["windows-31j"] = 932,
        ["cp943"] = 932,
        ["iso-2022-jp"] = 50220,
        ["iso2022jp"] = 50220,
        ["iso-2022-jp-ms"] = 50220,
        ["cp50220"] = 50220,
        ["cp50221"] = 50220,
        ["iso-2022-jp-1"] = 50220,
        ["iso-2022-jp-2"] = 50220,
        ["euc-kr"] = 949,
        ["euckr"] = 949,
        ["ks_c_5601-1987"] = 949,
        ["ks_c_5601"] = 949,
        ["ksc5601"] = 949,
        ["cp949"] = 949,
        ["uhc"] = 949,
        ["x-windows-949"] = 949,
        ["windows-949"] = 949,
        ["korean"] = 949,
        ["tis-620"] = 874,
        ["iso-8859-11"] = 874,
        ["windows-874"] = 874,
        ["iso-8859-9"] = 1254,
        ["latin5"] = 1254,
        ["iso-8859-8-i"] = 28598,
        ["iso-8859-8-e"] = 28598,
        ["iso-8859-6-i"] = 28596,
        ["cp1250"] = 1250,
        ["cp1251"] = 1251,
        ["cp1253"] = 1253,
        ["cp1254"] = 1254,
        ["cp1255"] = 1255,
        ["cp1256"] = 1256,
        ["cp1257"] = 1257,
        ["cp1258"] = 1258,
        ["win-1251"] = 1251,
        ["koi8"] = 20866,
        ["koi8r"] = 20866,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Decodes bytes. A charset that is not given, is not known or is refused (UTF-7, because of what can be hidden in it)
    /// counts as UTF-8 if the bytes are valid UTF-8, else as windows-1252; US-ASCII counts as not given. Where none is
    /// given, the escapes of ISO-2022-JP are recognized. UTF-8 without a single valid character over U+007F is windows-1252.
    /// ISO-8859-1 is windows-1252 in all mails that say so, GB2312 and GBK are GB18030, and so on (WHATWG Encoding, 4.2).
    /// </summary>
    /// <param name="bytes">
    /// May end in the middle of a character, which is then dropped; where no charset is given, only if another one in UTF-8
    /// comes before it.
    /// </param>
    /// <param name="charset">As in <c>charset=</c>, in any case, with or without quotes; null if not given.</param>
    /// <returns>Never fails: what is not valid is U+FFFD.</returns>
    public static string Decode(ReadOnlySpan<byte> bytes, string? charset)
    {
        if (Find(charset) is not { } encoding)
        {
            return IsJapanese(bytes) ? Decode(bytes, CodePage(50220)) : TryUtf8(bytes) ?? Decode(bytes, s_windows1252);
        }

        var text = Decode(bytes, encoding);
        return encoding.CodePage == Encoding.UTF8.CodePage && text.Contains('\uFFFD', StringComparison.Ordinal)
            && !text.AsSpan().ContainsAnyExcept(s_asciiOrInvalid)
                ? Decode(bytes, s_windows1252)
                : text;
    }

    /// <summary>The encoding of that name; null for US-ASCII, for one that is not known and for a refused one.</summary>
    public static Encoding? Find(string? charset)
    {
        var name = charset.AsSpan().Trim(" \t\r\n\"'");
        if (name.IsEmpty || name.Length > 64)
        {
            return null;
        }

        try
        {
            var text = name.ToString();
            var encoding = s_codePages.TryGetValue(text, out var page) ? CodePage(page)
                : CodePagesEncodingProvider.Instance.GetEncoding(text) is { } known ? CodePage(known.CodePage)
                : Encoding.GetEncoding(text);
#pragma warning disable SYSLIB0001 // Named in order to refuse it.
            return encoding is UTF7Encoding or ASCIIEncoding ? null : encoding;
#pragma warning restore SYSLIB0001
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Mails of the time before MIME, which are still written: seven bits, and escapes of ISO-2022-JP.</summary>
    private static bool IsJapanese(ReadOnlySpan<byte> bytes)
        => (bytes.IndexOf([Escape, (byte)'$', (byte)'B']) >= 0 || bytes.IndexOf([Escape, (byte)'$', (byte)'@']) >= 0) && Ascii.IsValid(bytes);

    /// <summary>
    /// The text if the bytes are UTF-8, else null. Half a character at the end is one only if there is a whole one before
    /// it: <c>José</c> in Latin-1 ends like that too.
    /// </summary>
    internal static string? TryUtf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = Decode(bytes, s_strictUtf8);
            return text.Length < bytes.Length && Ascii.IsValid(text) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static Encoding CodePage(int page)
        => CodePagesEncodingProvider.Instance.GetEncoding(page, EncoderFallback.ReplacementFallback, DecoderFallback.ReplacementFallback)
            ?? Encoding.GetEncoding(page);

    /// <summary>A decoder that is not told that this was the end says nothing of half a character.</summary>
    private static string Decode(ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        var chars = new char[encoding.GetMaxCharCount(bytes.Length)];
        var length = encoding.GetDecoder().GetChars(bytes, chars, flush: false);
        return new string(chars, 0, length);
    }
}
