using System.Text;

namespace OrleansIM.Mail.Tests.Text;

public sealed class CharsetsTests
{
    [Theory]
    [InlineData("utf-8", "47 72 C3 BC C3 9F 65", "Grüße")]
    [InlineData("\"UTF8\"", "47 72 C3 BC C3 9F 65", "Grüße")]
    [InlineData("ISO-8859-1", "93 47 72 FC DF 65 94", "“Grüße”")]
    [InlineData("iso-8859-15", "A4", "€")]
    [InlineData("iso-8859-2", "AF F3 B3 74 61", "Żółta")]
    [InlineData("windows-1250", "AF F3 B3 74 61", "Żółta")]
    [InlineData("windows-1251", "CF F0 E8 E2 E5 F2", "Привет")]
    [InlineData("cp1251", "CF F0 E8 E2 E5 F2", "Привет")]
    [InlineData("windows-1253", "E3 E5 E9 DC", "γειά")]
    [InlineData("windows-1254", "FD FE F0", "ışğ")]
    [InlineData("windows-1255", "F9 EC E5 ED", "שלום")]
    [InlineData("windows-1256", "D3 E1 C7 E3", "سلام")]
    [InlineData("windows-1257", "F0 EB", "šė")]
    [InlineData("windows-1258", "D0", "Đ")]
    [InlineData("koi8-r", "F0 D2 C9 D7 C5 D4", "Привет")]
    [InlineData("koi8-u", "A4 A6", "єі")]
    [InlineData("gb2312", "C4 E3 BA C3", "你好")]
    [InlineData("gb18030", "C4 E3 BA C3 95 32 82 36", "你好𠀀")]
    [InlineData("GBK", "E9 46", "镕")]
    [InlineData("big5", "B3 5C A5 5C BB 5C", "許功蓋")]
    [InlineData("shift_jis", "95 5C 8E A6", "表示")]
    [InlineData("iso-2022-jp", "1B 24 42 46 7C 4B 5C 1B 28 42 21", "日本!")]
    [InlineData("euc-jp", "C6 FC CB DC", "日本")]
    [InlineData("euc-kr", "BE C8 B3 E7", "안녕")]
    [InlineData("ks_c_5601-1987", "8C 63", "똠")]
    [InlineData("tis-620", "CA C7 D1 CA B4 D5", "สวัสดี")]
    public void Decode_KnownCharset_IsRead(string charset, string hex, string expected)
        => Assert.Equal(expected, Charsets.Decode(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), charset));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("us-ascii")]
    [InlineData("x-klingon")]
    [InlineData("unknown-8bit")]
    [InlineData("utf-7")]
    [InlineData("\u0000?*")]
    public void Decode_NoUsableCharset_IsUtf8ElseWindows1252(string? charset)
    {
        Assert.Equal("naïve", Charsets.Decode("naïve"u8, charset));
        Assert.Equal("naïv", Charsets.Decode("naïvï"u8[..6], charset));
        Assert.Equal("naï", Charsets.Decode([(byte)'n', (byte)'a', 0xEF], charset));
        Assert.Equal("na€ve", Charsets.Decode([(byte)'n', (byte)'a', 0x80, (byte)'v', (byte)'e'], charset));
        Assert.Equal("+ADw-", Charsets.Decode("+ADw-"u8, charset));
    }

    [Fact]
    public void Decode_JapaneseThatDoesNotSaySo_IsRecognized()
        => Assert.Equal("日本!", Charsets.Decode([0x1B, 0x24, 0x42, 0x46, 0x7C, 0x4B, 0x5C, 0x1B, 0x28, 0x42, 0x21], null));

    [Fact]
    public void Decode_Utf8ThatIsWindows1252_IsReadAsThat()
    {
        Assert.Equal("Grüße", Charsets.Decode([0x47, 0x72, 0xFC, 0xDF, 0x65], "utf-8"));
        Assert.Equal("ü\uFFFDe", Charsets.Decode([0xC3, 0xBC, 0xDF, 0x65], "utf-8"));
    }

    [Theory]
    [InlineData("utf-8", "日本語")]
    [InlineData("gb18030", "你好𠀀")]
    [InlineData("big5", "許功蓋")]
    [InlineData("shift_jis", "表示")]
    [InlineData("euc-kr", "안녕")]
    [InlineData("iso-2022-jp", "日本語")]
    public void Decode_CutAnywhere_DropsHalfACharacter(string charset, string text)
    {
        var bytes = Charsets.Find(charset)!.GetBytes(text);
        for (var length = 0; length <= bytes.Length; length++)
        {
            Assert.StartsWith(Charsets.Decode(bytes.AsSpan(0, length), charset), text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Decode_AnyBytesInAnyCharset_NeverFails()
    {
        var random = new Random(4);
        var bytes = new byte[300];
        string[] charsets = ["utf-8", "utf-16", "utf-16be", "utf-32", "gb18030", "big5", "shift_jis", "iso-2022-jp", "iso-2022-kr", "hz-gb-2312", "euc-jp", "euc-kr", "koi8-r", "x"];
        foreach (var charset in charsets)
        {
            for (var i = 0; i < 50; i++)
            {
                random.NextBytes(bytes);
                var text = Charsets.Decode(bytes.AsSpan(0, random.Next(bytes.Length)), charset);
                Assert.NotNull(Encoding.UTF8.GetBytes(MailText.Line(text, 1000)));
            }
        }
    }
}
