using System.Text;

namespace OrleansIM.Mail.Tests.Text;

public sealed class PreviewBodyTests
{
    [Theory]
    [InlineData("plain", "7bit", "Hello\r\n  world\r\n", "Hello world")]
    [InlineData("plain", null, "Hello", "Hello")]
    [InlineData("plain", "X-Unknown", "Hello", "Hello")]
    [InlineData("plain", "quoted-printable", "a=\r\nb =C3=A4=c3=a9", "ab äé")]
    [InlineData("plain", " Quoted-Printable ", "a=  \r\nb=\nc=\rd", "abcd")]
    [InlineData("plain", "quoted-printable", "50=% =XY =4", "50=% =XY")]
    [InlineData("plain", "quoted-printable", "a=", "a")]
    [InlineData("plain", "quoted-printable", "a=3D3D", "a=3D")]
    [InlineData("plain", "BASE64", "SGVs\r\nbG8=", "Hello")]
    [InlineData("plain", "base64", "S!G-V s_bG8", "Hello")]
    [InlineData("plain", "base64", "SGVsbG8=\r\n____\r\nfooter", "Hello")]
    [InlineData("plain", "base64", "SGVsbG8g\r\nZA==\r\nZQ==\r\n", "Hello de")]
    [InlineData("plain", "base64", "", "")]
    [InlineData("html", "base64", "PGI+SGVsbG88L2I+", "Hello")]
    [InlineData("html", "7bit", "<style>x</style><p>Hello", "Hello")]
    [InlineData("enriched", "7bit", "<bold>a</bold> <color><param>red</param>b</color> c << d <nl>e", "a b c < d e")]
    [InlineData("richtext", "7bit", "a<nl>b <lt> c<comment>no</comment> <bo", "a b < c")]
    [InlineData("plain", "7bit", "<b>a</b>", "<b>a</b>")]
    public void Decode_Part_IsItsText(string subtype, string? encoding, string raw, string expected)
        => Assert.Equal(expected, PreviewBody.Decode(Encoding.ASCII.GetBytes(raw), Part(subtype, encoding)));

    [Theory]
    [InlineData("see:\r\nbegin 644 a.bin\r\n#86)C\r\n`\r\nend\r\nbye", "see: bye")]
    [InlineData("see:\nbegin 0644 a b.bin\n#86)C\n`\nend\nbye", "see: bye")]
    [InlineData("see:\r\nbegin 644 a.bin\r\n#86)C", "see:")]
    [InlineData("see:\r\nbegin 644 a.bin\r\nM86)C8", "see:")]
    [InlineData("begin 755 things today\r\nand end them", "begin 755 things today and end them")]
    [InlineData("begin again", "begin again")]
    public void Decode_UuencodedFile_IsLeftOut(string raw, string expected)
        => Assert.Equal(expected, PreviewBody.Decode(Encoding.ASCII.GetBytes(raw), Part("plain", "7bit")));

    [Fact]
    public void Decode_HtmlThatNamesItsCharset_IsReadSoIfNothingElseSays()
    {
        var html = Charsets.Find("windows-1251")!.GetBytes("<meta charset=\"windows-1251\"><p>Спасибо");

        Assert.Equal("Спасибо", PreviewBody.Decode(html, Part("html", "8bit")));
        Assert.Equal("Спасибо", PreviewBody.Decode(html, Part("html", "8bit") with { Charset = "us-ascii" }));
        Assert.NotEqual("Спасибо", PreviewBody.Decode(html, Part("html", "8bit") with { Charset = "koi8-r" }));
        Assert.Equal("Спасибо", PreviewBody.Decode("<meta charset=\"windows-1251\"><p>Спасибо"u8.ToArray(), Part("html", "8bit")));
    }

    [Fact]
    public void Decode_MoreThanIsFetched_LooksAtNoMore()
        => Assert.Equal("", PreviewBody.Decode(Encoding.ASCII.GetBytes(new string(' ', MailText.PreviewBytes) + "text"), Part("plain", "7bit")));

    [Theory]
    [InlineData("7bit")]
    [InlineData("quoted-printable")]
    [InlineData("base64")]
    public void Decode_CutAnywhere_IsTheBeginningOfTheText(string encoding)
    {
        const string Text = "Größe 日本 😀 ende";
        var utf8 = Encoding.UTF8.GetBytes(Text);
        var raw = encoding switch
        {
            "base64" => Encoding.ASCII.GetBytes(Convert.ToBase64String(utf8)),
            "quoted-printable" => Encoding.ASCII.GetBytes(string.Concat(utf8.Select(one => $"={one:X2}"))),
            _ => utf8,
        };
        for (var length = 0; length <= raw.Length; length++)
        {
            Assert.StartsWith(PreviewBody.Decode(raw[..length], Part("plain", encoding) with { Charset = "utf-8" }), Text, StringComparison.Ordinal);
        }

        Assert.Equal(Text, PreviewBody.Decode(raw, Part("plain", encoding) with { Charset = "utf-8" }));
    }

    [Fact]
    public void Decode_AnyBytes_NeverFails()
    {
        var random = new Random(4);
        string[] subtypes = ["plain", "html", "enriched"];
        string[] encodings = ["7bit", "base64", "quoted-printable"];
        const string Letters = "<>&=;!-/ \r\nabegin644endparmscxt\"'?+`";
        for (var i = 0; i < 600; i++)
        {
            var raw = new byte[random.Next(400)];
            random.NextBytes(raw);
            if (i % 2 == 0)
            {
                raw = [.. raw.Select(one => (byte)Letters[one % Letters.Length])];
            }

            Assert.True(PreviewBody.Decode(raw, Part(subtypes[i % 3], encodings[i / 3 % 3])).Length <= MailText.MaxPreview);
        }
    }

    private static MailPart Part(string subtype, string? encoding)
        => new() { Section = "1", Type = "text", Subtype = subtype, Encoding = encoding, Size = 1000 };
}
