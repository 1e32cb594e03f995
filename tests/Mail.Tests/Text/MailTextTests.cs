using System.Text;

namespace OrleansIM.Mail.Tests.Text;

public sealed class MailTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData(" \r\n\t ", "")]
    [InlineData("  a\r\n \tb\u00A0\u2003c\u2028d ", "a b c d")]
    [InlineData("a\0b\u0007c\u007Fd", "abcd")]
    [InlineData("ab\u202Ecd\u202C \u2066x\u2069", "abcd x")]
    [InlineData("\uFEFFfree\u200B mo\u00ADney\u2060", "free money")]
    [InlineData("\u200Fשלום\u200F", "\u200Fשלום\u200F")]
    public void Line_TextOfAMail_IsOneTidyLine(string? text, string expected) => Assert.Equal(expected, MailText.Line(text, 100));

    [Theory]
    [InlineData("می\u200Cخواهم", "می\u200Cخواهم")]
    [InlineData("👩\u200D🚀", "👩\u200D🚀")]
    [InlineData("offers\u200C \u200C\u00A0\u200C \u200C", "offers")]
    [InlineData("\u200C\u200Da", "a")]
    [InlineData("a\u200D b", "a b")]
    public void Line_Joiners_StayOnlyWhereTheyJoin(string text, string expected) => Assert.Equal(expected, MailText.Line(text, 100));

    [Theory]
    [InlineData("abcdef", 3, "abc")]
    [InlineData("ab cdef", 3, "ab")]
    [InlineData("ab😀", 3, "ab")]
    [InlineData("ab😀", 4, "ab😀")]
    [InlineData("abe\u0301x", 3, "ab")]
    [InlineData("x👨\u200D👩\u200D👧y", 8, "x")]
    [InlineData("x👨\u200D👩\u200D👧y", 9, "x👨\u200D👩\u200D👧")]
    [InlineData("🇩🇪🇫🇷", 6, "🇩🇪")]
    [InlineData("abc", 0, "")]
    public void Line_LongText_IsCutWhereACharacterEnds(string text, int most, string expected)
        => Assert.Equal(expected, MailText.Line(text, most));

    [Fact]
    public void Line_CharacterOfAThousandMarks_IsCutInside()
    {
        var text = "a" + new string('\u0301', 1000);

        Assert.Equal(text[..160], MailText.Line(text, 160));
    }

    [Fact]
    public void Line_LoneSurrogates_BecomeReplacements()
        => Assert.Equal("a\uFFFDb\uFFFD", MailText.Line("a\uD83Db\uDE00", 10));

    [Fact]
    public void Line_AnyCut_IsWellFormed()
    {
        var text = string.Concat(Enumerable.Repeat("a😀e\u0301👨\u200D👩\u200D👧 ", 20));
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        for (var most = 0; most < 200; most++)
        {
            var line = MailText.Line(text, most);

            Assert.True(line.Length <= most);
            strict.GetBytes(line);
        }
    }

    [Theory]
    [InlineData("ann", "mail.example", "ann@mail.example")]
    [InlineData("john doe", "mail.example", "\"john doe\"@mail.example")]
    [InlineData("a..b", "mail.example", "\"a..b\"@mail.example")]
    [InlineData("a\"b\\c", "mail.example", "\"a\\\"b\\\\c\"@mail.example")]
    [InlineData("\"john doe\"", "mail.example", "\"john doe\"@mail.example")]
    [InlineData("用户", "例え.example", "用户@例え.example")]
    [InlineData("root", "MISSING_DOMAIN", "root")]
    [InlineData("root", null, "root")]
    [InlineData("ann", "SYNTAX_ERROR", "ann")]
    [InlineData("MISSING_MAILBOX", "mail.example", "")]
    [InlineData(null, null, "")]
    [InlineData("an\u202En", "mail\r\n.example", "ann@mail .example")]
    public void Address_OfAnEnvelope_IsShown(string? mailbox, string? host, string expected)
        => Assert.Equal(expected, MailText.Address(mailbox, host));

    [Fact]
    public void Name_WithNothingToSee_IsNull()
    {
        Assert.Null(MailText.Name(null));
        Assert.Null(MailText.Name(" \u200B\t"));
        Assert.Equal("Ann", MailText.Name(" Ann "));
    }
}
