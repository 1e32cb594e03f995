using System.Text;

namespace OrleansIM.Mail.Tests.BuiltIn;

public sealed class MimeWriterTests
{
    private static readonly MailDraft s_draft = new()
    {
        From = new MailAddress("ann@mail.example", "Ann Example"),
        To = [new MailAddress("bob@mail.example", "Bob")],
        Subject = "Lunch",
        Text = "Hello\nBob",
        Date = new DateTimeOffset(2026, 2, 3, 10, 11, 12, TimeSpan.FromHours(-3.5)),
        MessageId = "<1@mail.example>",
    };

    [Fact]
    public void Write_PlainMail_IsAMessage()
        => Assert.Equal(
            "From: Ann Example <ann@mail.example>\r\nTo: Bob <bob@mail.example>\r\nSubject: Lunch\r\n"
            + "Date: Tue, 03 Feb 2026 10:11:12 -0330\r\nMessage-ID: <1@mail.example>\r\nMIME-Version: 1.0\r\n"
            + "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHello\r\nBob\r\n",
            Write(s_draft));

    [Fact]
    public void Write_Answer_JoinsItsThread()
    {
        var ids = Enumerable.Range(0, 40).Select(i => $"<{i}.a-rather-long-id@mail.example>").ToList();

        var message = Write(s_draft with { InReplyTo = ids[^1], References = [.. ids, "no id", "<with space@x>"] });

        Assert.Equal(ids[^1], HeaderOf(message, "In-Reply-To"));
        Assert.Equal(string.Join(' ', ids), HeaderOf(message, "References"));
    }

    [Theory]
    [InlineData("Lunch on Friday?")]
    [InlineData("Grüße aus Köln")]
    [InlineData("Приглашение на обед в пятницу, а потом ещё и на ужин в субботу вечером")]
    [InlineData("会議のお知らせ：来週の月曜日は午前九時から第三会議室で行いますのでよろしくお願いします")]
    [InlineData("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀")]
    [InlineData("a  double space")]
    [InlineData(" leading")]
    [InlineData("looks like =?utf-8?Q?a?= word")]
    [InlineData("tab\tinside")]
    [InlineData("a long subject of many plain words that has to be folded somewhere because nobody likes lines that long")]
    [InlineData("")]
    public void Write_Subject_IsReadBack(string subject)
    {
        var message = Write(s_draft with { Subject = subject });

        Assert.Equal(subject, EncodedWords.Decode(HeaderOf(message, "Subject")));
        AssertWire(message);
    }

    [Fact]
    public void Write_SubjectOfOneLongWord_HasNoLongLine()
    {
        var subject = new string('x', 5000);

        var message = Write(s_draft with { Subject = subject });

        Assert.Equal(subject, EncodedWords.Decode(HeaderOf(message, "Subject")));
        AssertWire(message);
    }

    [Fact]
    public void Write_EncodedWords_EndWhereCharactersEnd()
    {
        var message = Write(s_draft with { Subject = string.Concat(Enumerable.Repeat("я😀é漢", 40)) });

        foreach (var word in HeaderOf(message, "Subject").Split(' '))
        {
            Assert.True(word.Length <= 75);
            Assert.DoesNotContain('\uFFFD', EncodedWords.Decode(word));
            Assert.DoesNotContain('Ã', EncodedWords.Decode(word));
        }
    }

    [Theory]
    [InlineData("Ann Example", "Ann Example <a@x.example>")]
    [InlineData("Doe, John", "\"Doe, John\" <a@x.example>")]
    [InlineData("The \"Boss\" \\", "\"The \\\"Boss\\\" \\\\\" <a@x.example>")]
    [InlineData("J. Doe", "\"J. Doe\" <a@x.example>")]
    [InlineData("Jürgen", "=?utf-8?Q?J=C3=BCrgen?= <a@x.example>")]
    [InlineData("山田", "=?utf-8?B?5bGx55Sw?= <a@x.example>")]
    [InlineData("=?utf-8?Q?x?=", "=?utf-8?Q?=3D=3Futf-8=3FQ=3Fx=3F=3D?= <a@x.example>")]
    [InlineData("", "a@x.example")]
    [InlineData(null, "a@x.example")]
    public void Write_DisplayName_IsAPhrase(string? name, string expected)
        => Assert.Equal(expected, HeaderOf(Write(s_draft with { From = new MailAddress("a@x.example", name) }), "From"));

    [Theory]
    [InlineData("ann@münchen.example", "ann@xn--mnchen-3ya.example")]
    [InlineData("ann@MAIL.Example", "ann@mail.example")]
    [InlineData("用户@例え.example", "用户@xn--r8jz45g.example")]
    [InlineData("john doe@x.example", "\"john doe\"@x.example")]
    [InlineData("\"john doe\"@x.example", "\"john doe\"@x.example")]
    [InlineData("a\"b@x.example", "\"a\\\"b\"@x.example")]
    [InlineData("a@b@x.example", "\"a@b\"@x.example")]
    [InlineData("ann@[127.0.0.1]", "ann@[127.0.0.1]")]
    public void Write_Address_IsAsItGoesOnTheWire(string address, string expected)
        => Assert.Equal(expected, HeaderOf(Write(s_draft with { To = [new MailAddress(address)] }), "To"));

    [Theory]
    [InlineData("")]
    [InlineData("ann")]
    [InlineData("@x.example")]
    [InlineData("ann@")]
    [InlineData("ann@x y.example")]
    [InlineData("ann@x.example>, <eve@x..example")]
    [InlineData("ann@x..example")]
    [InlineData("a\tb@x.example")]
    public void Write_NoAddress_IsRefused(string address) => AssertRefused(s_draft with { To = [new MailAddress(address)] });

    [Theory]
    [InlineData("\r\nBcc: eve@x.example")]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\0")]
    public void Write_LineBreakInAHeader_IsRefused(string evil)
    {
        AssertRefused(s_draft with { Subject = "a" + evil });
        AssertRefused(s_draft with { From = new MailAddress("ann@x.example", "Ann" + evil) });
        AssertRefused(s_draft with { To = [new MailAddress("ann@x.example" + evil)] });
        AssertRefused(s_draft with { MessageId = "<a@b>" + evil });
        AssertRefused(s_draft with { InReplyTo = "<a@b>" + evil });
        AssertRefused(s_draft with { References = ["<a@b>", "<c@d>" + evil] });
    }

    [Theory]
    [InlineData("", "7bit", "us-ascii")]
    [InlineData("plain\r\ntext\n", "7bit", "us-ascii")]
    [InlineData(".\nFrom here\n", "7bit", "us-ascii")]
    [InlineData("Grüße aus Köln, und noch viel mehr Text ohne Umlaute", "quoted-printable", "utf-8")]
    [InlineData("\n\nGrüße und noch etwas mehr\n.\n\nFrom = \t\nend ", "quoted-printable", "utf-8")]
    [InlineData("Привет, как дела?", "base64", "utf-8")]
    [InlineData("nul\0 and bell\a in it, which are not for the wire", "quoted-printable", "us-ascii")]
    public void Write_Text_IsTransferredAsSuitsIt(string text, string encoding, string charset)
    {
        var message = Write(s_draft with { Text = text });

        Assert.Equal(encoding, HeaderOf(message, "Content-Transfer-Encoding"));
        Assert.Equal($"text/plain; charset={charset}", HeaderOf(message, "Content-Type"));
        Assert.Equal(text.Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n'), BodyOf(message, encoding).TrimEnd('\n'));
        AssertWire(message);
    }

    [Fact]
    public void Write_LongLines_AreBroken()
    {
        var text = new string('x', 3000) + "\n" + string.Concat(Enumerable.Repeat("ä b", 500)) + new string('y', 2000);

        var message = Write(s_draft with { Text = text });

        Assert.Equal(text, BodyOf(message, HeaderOf(message, "Content-Transfer-Encoding")).TrimEnd('\n'));
        AssertWire(message);
    }

    [Fact]
    public void Write_ManyRecipients_AreFolded()
    {
        var to = Enumerable.Range(0, 50).Select(i => new MailAddress($"person{i}@mail.example", $"Pérson {i}")).ToList();

        var message = Write(s_draft with { To = to });

        Assert.Equal(50, HeaderOf(message, "To").Split(", ").Length);
        AssertWire(message);
    }

    private static string Write(MailDraft draft) => Encoding.UTF8.GetString(MimeWriter.Write(draft));

    private static void AssertRefused(MailDraft draft)
        => Assert.Equal(MailFault.Refused, Assert.Throws<MailException>(() => MimeWriter.Write(draft)).Fault);

    /// <summary>RFC 5322, 2.1: ASCII, CRLF and nothing else breaks lines, none is too long.</summary>
    private static void AssertWire(string message)
    {
        Assert.True(Ascii.IsValid(message));
        Assert.EndsWith("\r\n", message, StringComparison.Ordinal);
        var lines = message.Split("\r\n");
        Assert.DoesNotContain(lines, line => line.Length > 998 || line.AsSpan().ContainsAny('\r', '\n', '\0'));
        Assert.DoesNotContain(lines.TakeWhile(line => line.Length > 0), line => line.Length > 78);
    }

    private static string HeaderOf(string message, string name)
    {
        var header = message[..message.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n ", " ", StringComparison.Ordinal);
        var line = Assert.Single(header.Split("\r\n"), line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return line[(name.Length + 1)..] is [' ', .. var value] ? value : "";
    }

    private static string BodyOf(string message, string encoding)
    {
        var raw = Encoding.ASCII.GetBytes(message[(message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        var bytes = encoding switch
        {
            "base64" => TransferEncoding.DecodeBase64(raw),
            "quoted-printable" => TransferEncoding.DecodeQuotedPrintable(raw),
            _ => raw,
        };
        return Encoding.UTF8.GetString(bytes).Replace("\r\n", "\n", StringComparison.Ordinal);
    }
}
