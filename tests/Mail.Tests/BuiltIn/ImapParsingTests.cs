using System.Text;

namespace OrleansIM.Mail.Tests.BuiltIn;

public sealed class ImapParsingTests
{
    [Fact]
    public void Envelope_GroupsNilAndPlaceholders_GiveWhatIsThere()
    {
        var envelope = Envelope("NIL", "(NIL NIL \"friends\" NIL)(\"=?utf-8?q?J=C3=B6rg?=\" NIL \"j\" \"x.test\")(NIL NIL NIL NIL)");
        Assert.Equal(new MailAddress("j@x.test", "Jörg"), envelope.From);
        Assert.Equal(new MailAddress("root"), Envelope("NIL", "(NIL NIL \"root\" \"MISSING_DOMAIN\")").From);
        Assert.Equal(new MailAddress("", "Nobody"), Envelope("NIL", "(\"Nobody\" NIL \"MISSING_MAILBOX\" \"MISSING_DOMAIN\")").From);
        Assert.Equal(new MailAddress(""), new ImapEnvelope(Value("(NIL NIL NIL NIL)")).From);
        Assert.Equal("", new ImapEnvelope(Value("NIL")).Subject);
        Assert.Null(Envelope("NIL", "NIL").Date);
    }

    [Fact]
    public void Envelope_NoFrom_TakesSender()
        => Assert.Equal("s@x.test", new ImapEnvelope(Value("(NIL NIL NIL ((NIL NIL \"s\" \"x.test\")))")).From.Address);

    [Fact]
    public void Structure_NestedMultiparts_HaveTheirSections()
    {
        var root = ImapStructure.Read(Value(
            "(((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"utf-8\") NIL NIL \"BASE64\" 12 1 NIL NIL NIL)(\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 9 1) \"ALTERNATIVE\" (\"BOUNDARY\" \"x\") NIL NIL)"
            + "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 100 (NIL NIL) (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 3 1) 5 NIL (\"attachment\" NIL))"
            + "(\"IMAGE\" \"PNG\" (\"NAME*0*\" \"utf-8''%C3%BC\" \"NAME*1\" \".png\") NIL NIL \"BASE64\" 7 NIL (\"INLINE\" NIL))"
            + "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"8BIT\" 4 1 NIL (\"ATTACHMENT\" (\"FILENAME\" \"a.txt\"))) \"MIXED\" (\"BOUNDARY\" \"y\"))"));
        Assert.Equal("multipart/MIXED", $"{root.Type}/{root.Subtype}");
        Assert.Equal(["1", "2", "3", "4"], root.Parts.Select(static part => part.Section));
        Assert.Equal(["1.1", "1.2"], root.Parts[0].Parts.Select(static part => part.Section));
        Assert.Equal(("utf-8", "BASE64", 12L), (root.Parts[0].Parts[0].Charset, root.Parts[0].Parts[0].Encoding, root.Parts[0].Parts[0].Size));
        Assert.Equal([false, true, false, true], root.Parts.Select(static part => part.IsAttachment));
        Assert.Equal("ü.png", root.Parts[2].FileName);
        Assert.Equal("a.txt", root.Parts[3].FileName);
        Assert.Equal("1.1", PreviewPart.Choose(root)!.Section);
    }

    [Theory]
    [InlineData("")]
    [InlineData("NIL")]
    [InlineData("(")]
    [InlineData("((((")]
    [InlineData("(\"TEXT\"")]
    [InlineData("(((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" x) \"MIXED\"")]
    public void Structure_CutOrWrong_IsStillOne(string text) => Assert.NotNull(ImapStructure.Read(Value(text)));

    [Fact]
    public void Value_TooDeep_SkipsWhatIsDeeper()
    {
        var parser = new ImapParser(Encoding.ASCII.GetBytes(new string('(', 100_000) + "\")\" {1}\r\n)" + new string(')', 100_000) + " after"), "host");
        Assert.True(parser.Value().IsList);
        parser.SkipSpaces();
        Assert.Equal("after", parser.WordText());
    }

    [Fact]
    public void Fetch_AnyOrderAndUnknownItems_ReadsWhatItKnows()
    {
        var parser = new ImapParser(Encoding.Latin1.GetBytes(
            "(MODSEQ (12) X-GM-LABELS (\"\\\\Inbox\" a) BODY[HEADER.FIELDS (A B)]<0> {2}\r\nxy FLAGS (\\Seen $x) UID 7 EMAILID (M1) INTERNALDATE \" 1-Feb-2020 10:20:30 +0100\")"), "host");
        var fetch = ImapFetch.Parse(ref parser);
        Assert.Equal((7u, true, "xy"), (fetch.Uid, fetch.IsRead, Encoding.ASCII.GetString(fetch.Body!)));
        Assert.Equal(new DateTimeOffset(2020, 2, 1, 10, 20, 30, TimeSpan.FromHours(1)), MailDate.Parse(fetch.InternalDate));
    }

    [Fact]
    public void Fetch_Garbage_Ends()
    {
        foreach (var text in new[] { "(UID 7 \r (\\Seen))", "(UID 7 \n", "(]]]{}}", "x y z", "(UID", "(UID x FLAGS", "((((", "([", "BODY[", "{", "" })
        {
            try
            {
                var parser = new ImapParser(Encoding.ASCII.GetBytes(text), "host");
                _ = ImapFetch.Parse(ref parser);
            }
            catch (MailException failure)
            {
                Assert.Equal(MailFault.Garbage, failure.Fault);
            }
        }
    }

    [Theory]
    [InlineData("Mon, 02 Jan 2006 15:04:05 -0700", "2006-01-02T15:04:05-07:00")]
    [InlineData("2 Jan 06 15:04 GMT", "2006-01-02T15:04:00+00:00")]
    [InlineData("Mon,2 Jan 2006 15:04:60 +0000 (UTC)", "2006-01-02T15:04:59+00:00")]
    [InlineData("Mon (a (b) c), 02 (d) January 99 5:04 EST", "1999-01-02T05:04:00-05:00")]
    [InlineData("17-Jul-1996 02:44:25 -0700", "1996-07-17T02:44:25-07:00")]
    [InlineData("1 Jan 2020", "2020-01-01T00:00:00+00:00")]
    [InlineData("1 Jan 2020 10:00 +9999", "2020-01-01T10:00:00+00:00")]
    public void Date_InAnyForm_IsRead(string text, string expected)
        => Assert.Equal(expected, MailDate.Parse(text)?.ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("31 Feb 2020 10:00")]
    [InlineData("1 Jan 0000 10:00")]
    [InlineData("1 Jan 0001 01:00 +1400")]
    [InlineData("Mon, ,,, ()")]
    public void Date_ThatIsNone_IsNull(string? text) => Assert.Null(MailDate.Parse(text));

    [Theory]
    [InlineData("Sent", "Sent")]
    [InlineData("Envoyés & co", "Envoy&AOk-s &- co")]
    [InlineData("台北/日本語", "&U,BTFw-/&ZeVnLIqe-")]
    [InlineData("😀", "&2D3eAA-")]
    public void ModifiedUtf7_ThereAndBack_IsTheSame(string name, string wire)
    {
        Assert.Equal(wire, ModifiedUtf7.Encode(name));
        Assert.Equal(name, ModifiedUtf7.Decode(wire));
    }

    [Theory]
    [InlineData("a&b")]
    [InlineData("&AB-")]
    [InlineData("&!!-")]
    public void ModifiedUtf7_NotWellFormed_StaysAsItIs(string wire) => Assert.Equal(wire, ModifiedUtf7.Decode(wire));

    [Theory]
    [InlineData("(\\HasNoChildren) \"/\" Sent", "Sent")]
    [InlineData("() \"/\" \"Sent Items\"|() \"/\" Sent", "Sent")]
    [InlineData("() \".\" INBOX.Sent|() \".\" \"INBOX.Sent Items\"", "INBOX.Sent")]
    [InlineData("() \"/\" Sent|(\\Sent) \"/\" &AOk-", "&AOk-")]
    [InlineData("() \"/\" \"Envoy&AOk-s\"", "Envoy&AOk-s")]
    [InlineData("(\\Noselect) \"/\" Sent|() \"/\" Presentation|() \"/\" work/Sent", null)]
    [InlineData("() \"/\" {6}\r\nse\"nt\\|() NIL sent", "sent")]
    [InlineData("(\\Sent) \"/\" \"[Gmail]/Sent Mail\"", "[Gmail]/Sent Mail")]
    public void SentFolders_OfAll_IsTheBest(string lists, string? expected)
    {
        var folders = new SentFolders();
        foreach (var list in lists.Split('|'))
        {
            var parser = new ImapParser(Encoding.Latin1.GetBytes(list), "host");
            Assert.True(folders.Take("LIST", 0, ref parser));
        }

        Assert.Equal(expected, folders.Name);
    }

    [Theory]
    [InlineData("Message-ID: <a@b>\r\nReferences: <1@x>\r\n <2@x>\r\n\r\n", "<a@b>", "<1@x> <2@x>")]
    [InlineData("message-id:\r\n <a@b>\r\nIn-Reply-To: <1@x>\r\n", "<a@b>", "<1@x>")]
    [InlineData("Message-ID: <a@b>\nIn-Reply-To: <1@x> <2@x>\n", "<a@b>", "")]
    [InlineData("Message-ID: <a@b>\nReferences: junk <no-at> < sp@x> <<3@x>> <4@x\n", "<a@b>", "<3@x>")]
    [InlineData("References: <1@x>\r\n", null, null)]
    [InlineData("Message-ID: none\r\n", null, null)]
    public void Thread_OfHeaders_IsWhatIsUsable(string headers, string? id, string? references)
    {
        var thread = ThreadHeaders.Read(Encoding.ASCII.GetBytes(headers));
        Assert.Equal(id, thread?.MessageId);
        Assert.Equal(references, thread is null ? null : string.Join(' ', thread.References));
    }

    [Fact]
    public void Thread_ManyReferences_KeepsTheFirstAndTheNewest()
    {
        var headers = $"Message-ID: <a@b>\r\nReferences: {string.Join(' ', Enumerable.Range(0, 80).Select(static i => $"<{i}@x>"))}\r\n";
        var references = ThreadHeaders.Read(Encoding.ASCII.GetBytes(headers))!.References;
        Assert.Equal(50, references.Count);
        Assert.Equal(["<0@x>", "<31@x>"], references.Take(2));
        Assert.Equal("<79@x>", references[^1]);
    }

    private static ImapEnvelope Envelope(string date, string from) => new(Value($"({date} NIL ({from}))"));

    private static ImapValue Value(string text) => new ImapParser(Encoding.Latin1.GetBytes(text), "host").Value();
}
