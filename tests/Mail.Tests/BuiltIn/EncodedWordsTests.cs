using System.Text;

namespace OrleansIM.Mail.Tests.BuiltIn;

public sealed class EncodedWordsTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("plain text", "plain text")]
    [InlineData("=?utf-8?Q?Gr=C3=BC=C3=9Fe_=5F=3D?=", "Grüße _=")]
    [InlineData("=?UTF-8?b?R3LDvMOfZQ==?=", "Grüße")]
    [InlineData("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab")]
    [InlineData("=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab")]
    [InlineData("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab")]
    [InlineData("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c")]
    [InlineData("a =?utf-8?Q?b?=", "a b")]
    [InlineData("Re:=?utf-8?Q?_b?=(c)", "Re: b(c)")]
    [InlineData("=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=", "€")]
    [InlineData("=?utf-8?B?4oI=?= =?UTF-8?B?rA==?=", "€")]
    [InlineData("=?utf-8?B?4oI=?= =?utf-8?Q?=AC?=", "€")]
    [InlineData("=?utf-8?B?R3L?= =?utf-8?B?DvMOfZQ==?=", "Grüße")]
    [InlineData("=?iso-8859-1?Q?=FC?= =?utf-8?Q?=C3=BC?=", "üü")]
    [InlineData("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?= =?iso-2022-jp?B?GyRCOGwbKEI=?=", "日本語")]
    [InlineData("=?utf-8*de?Q?=C3=A4?=", "ä")]
    [InlineData("=?utf-8*de?Q?=C3?= =?utf-8*en?Q?=A4?=", "ä")]
    [InlineData("=?x-klingon?Q?=C3=A4=E4x?=", "Ã¤äx")]
    [InlineData("=?utf-8?Q?with spaces =C3=A4?=", "with spaces ä")]
    [InlineData("=?utf-8?B?R3LDvMOfZQ?=", "Grüße")]
    [InlineData("=?utf-8?Q?what??=", "what?")]
    [InlineData("=?utf-8?Q??=", "")]
    [InlineData("\"=?utf-8?Q?=C3=A4?=\"", "\"ä\"")]
    public void Decode_Words_AreText(string? raw, string expected) => Assert.Equal(expected, EncodedWords.Decode(raw));

    [Theory]
    [InlineData("=?utf-8?X?abc?=")]
    [InlineData("=?utf-8?Q?abc")]
    [InlineData("=?utf-8?Q?abc?")]
    [InlineData("=?utf-8?=")]
    [InlineData("=??Q?abc?=")]
    [InlineData("=?utf-8?B?a*b?=")]
    [InlineData("=?utf 8?Q?abc?=")]
    [InlineData("=?")]
    [InlineData("=?=?=?")]
    [InlineData("1 =? 2 ?= 3")]
    public void Decode_WhatIsNoWord_StaysAsItIs(string raw) => Assert.Equal(raw, EncodedWords.Decode(raw));

    [Theory]
    [InlineData("folded\r\n text", "folded text")]
    [InlineData("folded\r\n\t=?utf-8?Q?=C3=A4?=\r\n  end", "folded\tä  end")]
    public void Decode_FoldedHeader_IsUnfolded(string raw, string expected) => Assert.Equal(expected, EncodedWords.Decode(raw));

    [Fact]
    public void Decode_EightBits_AreUtf8ElseWindows1252()
    {
        Assert.Equal("Łódź – ä", EncodedWords.Decode(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("Łódź – ä"))));
        Assert.Equal("José", EncodedWords.Decode("José"));
        Assert.Equal("€ ä ü", EncodedWords.Decode("\u0080 =?utf-8?Q?=C3=A4?= \u00FC"));
        Assert.Equal("日本", EncodedWords.Decode("\u001B$BF|K\\\u001B(B"));
        Assert.Equal("Łódź ä", EncodedWords.Decode("Łódź =?utf-8?Q?=C3=A4?="));
    }

    [Theory]
    [InlineData("=?a?Q?")]
    [InlineData("=?utf-8?Q?=C3?= ")]
    [InlineData("=?utf-8?X")]
    [InlineData("=?utf-8?B?YQ?= ")]
    [InlineData("=?utf-8?B?* ")]
    [InlineData("=?utf-8?Q?x ")]
    public void Decode_HundredThousandTimesTheSame_TakesLittleTime(string part)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();

        EncodedWords.Decode(string.Concat(Enumerable.Repeat(part, 100_000)));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"It took {watch.Elapsed}.");
    }
}
