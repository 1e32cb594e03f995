using System.Diagnostics;
using System.Text;
using OrleansIM.Protocol;

namespace OrleansIM.Mail.Tests.VCards;

public sealed class VCardTests
{
    [Fact]
    public void Read_QuotedPrintableInAValue_IsNoEncoding()
    {
        var card = One("BEGIN:VCARD\nNOTE:QUOTED-PRINTABLE=\nEMAIL:a@x.example\nEND:VCARD");

        Assert.Equal("QUOTED-PRINTABLE=", card.Note);
        Assert.Equal("a@x.example", Assert.Single(card.Emails).Address);
    }

    [Theory]
    [InlineData("quoted-printable-x")]
    [InlineData("home,quoted-printable")]
    public void Read_TypeCalledLikeAnEncoding_IsNone(string type)
        => Assert.Equal("a=\nb", One($"BEGIN:VCARD\nNOTE;TYPE={type}:a=\n \\nb\nEND:VCARD").Note);

    [Fact]
    public void Read_HeadThatIsFoldedBehindAnEqualsSign_GoesOnInTheNextLine()
    {
        var email = Assert.Single(One("BEGIN:VCARD\nEMAIL;TYPE=quoted-printable-x;TYPE=\n home:a@x.example\nEND:VCARD").Emails);

        Assert.Equal("a@x.example", email.Address);
        Assert.Equal(["quoted-printable-x", "home"], email.Types);
    }

    [Fact]
    public void Read_ControlCharacters_AreLeftOut()
    {
        var card = One("BEGIN:VCARD\nFN:A\u0000n\u001bn\u0085\nORG:\u0001;Unit\nNOTE:a\\nb\tc\nEND:VCARD");

        Assert.Equal(("Ann", "a\nb\tc"), (card.FormattedName, card.Note));
        Assert.Equal(["Unit"], card.Organization);
    }

    [Theory]
    [InlineData(VCardVersion.V3)]
    [InlineData(VCardVersion.V4)]
    public void Write_UidWithABackslash_IsReadAsItWas(VCardVersion version)
        => Assert.Equal("u:\\3", One(VCardWriter.Write(new VCard { Uid = "u:\\3" }, version)).Uid);

    [Fact]
    public void Read_MailtoTwice_IsTheAddress()
        => Assert.Equal("a@x.example", Assert.Single(One("BEGIN:VCARD\nEMAIL:mailto:MAILTO:a@x.example\nEND:VCARD").Emails).Address);

    [Fact]
    public void Read_Version4_TakesWhatMatters()
    {
        var card = One("""
            BEGIN:VCARD
            VERSION:4.0
            UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1
            FN;PREF=2:Mrs. Simon Perreault\, again
            FN;PREF=1:Simon Perreault
            N:Perreault;Simon;Marie,Anne;Dr.;ing. jr,M.Sc.
            NICKNAME:Simi,The\, one
            EMAIL;TYPE=home:second@example.com
            EMAIL;PREF=1;TYPE="work,x-own":first@example.com
            IMPP;PREF=1:xmpp:simon@example.com
            ORG:Viagenie\;Inc;Research
            NOTE:Line one\nLine two\, and \\ more
            REV:20240102T030405Z
            END:VCARD
            """);

        Assert.Equal("Simon Perreault", card.FormattedName);
        Assert.Equal(new VCardName("Perreault", "Simon", "Marie Anne", "Dr.", "ing. jr M.Sc."), card.Name);
        Assert.Equal(["Simi", "The, one"], card.Nicknames);
        Assert.Equal([new VCardEmail("first@example.com", true, "work", "x-own"), new VCardEmail("second@example.com", false, "home")], card.Emails);
        Assert.Equal(["xmpp:simon@example.com"], card.Impps);
        Assert.Equal(["Viagenie;Inc", "Research"], card.Organization);
        Assert.Equal("Line one\nLine two, and \\ more", card.Note);
        Assert.Equal(new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero), card.Revision);
        Assert.Equal("urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1", card.Uid);
        Assert.False(card.IsGroup);
    }

    [Fact]
    public void Read_Version3WithGroupsAndFolding_IsUnfoldedAndPreferred()
    {
        var card = One("BEGIN:vcard\r\nversion:3.0\r\nfn:Ann\r\n  Smi\r\n th\r\nitem1.EMAIL;type=INTERNET;type=HOME:a@example.com\r\n"
            + "item1.X-ABLabel:home\r\nitem2.EMAIL;type=INTERNET,pref:mailto:b@example.com\r\nEMAIL:\r\nend:VCARD\r\n");

        Assert.Equal("Ann Smith", card.FormattedName);
        Assert.Equal([new VCardEmail("b@example.com", true), new VCardEmail("a@example.com", false, "home")], card.Emails);
    }

    [Fact]
    public void Read_Version21_TakesQuotedPrintableCharsetsAndNamelessParameters()
    {
        var bytes = Encoding.Latin1.GetBytes(
            "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg\r\n"
            + "FN;CHARSET=UTF-8;QUOTED-PRINTABLE:J=C3=B6rg =\r\nM=C3=BCller=\r\n jr.\r\nNICKNAME;CHARSET=ISO-8859-1:J\u00f6r\r\n"
            + "EMAIL;INTERNET:j@example.com\r\nEMAIL;PREF;INTERNET;WORK:w@example.com\r\nORG:A\\;B;C:\\dir\r\n"
            + "NOTE:one\r\n two\r\nPHOTO;JPEG;BASE64:\r\n AAAA\r\n BBBB\r\n\r\nAGENT:\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nFN:Agent\r\nEMAIL:agent@example.com\r\nEND:VCARD\r\n"
            + "END:VCARD\r\n");

        var card = Assert.Single(VCardReader.ReadFile(bytes, decode: Charsets.Decode));

        Assert.Equal("Jörg Müller jr.", card.FormattedName);
        Assert.Equal(new VCardName("Müller", "Jörg"), card.Name);
        Assert.Equal(["Jör"], card.Nicknames);
        Assert.Equal([new VCardEmail("w@example.com", true, "work"), new VCardEmail("j@example.com")], card.Emails);
        Assert.Equal(["A;B", "C:\\dir"], card.Organization);
        Assert.Equal("one two", card.Note);
    }

    [Theory]
    [InlineData("utf-8", "FN:Łukasz 山田")]
    [InlineData("utf-16", "FN:Łukasz 山田")]
    public void Read_FileInUnicode_IsDecoded(string charset, string line)
    {
        var encoding = Encoding.GetEncoding(charset);
        byte[] file = [.. encoding.GetPreamble(), .. encoding.GetBytes($"BEGIN:VCARD\nVERSION:3.0\n{line}\nEND:VCARD\n")];

        Assert.Equal("Łukasz 山田", Assert.Single(VCardReader.ReadFile(file, decode: Charsets.Decode)).FormattedName);
    }

    [Theory]
    [InlineData("FN:\nN:Smith;Ann;;;", "Ann Smith")]
    [InlineData("NICKNAME:annie", "annie")]
    [InlineData("ORG:ACME;Sales", "ACME")]
    [InlineData("FN: ", null)]
    public void DisplayName_WithoutFormattedName_IsWhatElseThereIs(string lines, string? name)
        => Assert.Equal(name, One($"BEGIN:VCARD\nVERSION:3.0\n{lines}\nEND:VCARD").DisplayName);

    [Theory]
    [InlineData("KIND:group")]
    [InlineData("X-ADDRESSBOOKSERVER-KIND:Group")]
    public void Read_Group_IsNobody(string line) => Assert.True(One($"BEGIN:VCARD\nVERSION:3.0\nFN:Friends\n{line}\nEND:VCARD").IsGroup);

    [Theory]
    [InlineData("")]
    [InlineData("hello\nworld")]
    [InlineData("END:VCARD\nEND:VCARD")]
    [InlineData("<!doctype html>")]
    public void Read_NoCard_IsNothing(string text) => Assert.Empty(VCardReader.Read(text, decode: Charsets.Decode));

    [Fact]
    public void Read_FaultsInsideACard_AreLeftOut()
    {
        var card = One("BEGIN:VCARD\r\n:x\r\n;;;\r\nno colon here\r\nEMAIL;TYPE=\"open:a@example.com\r\nREV:yesterday\r\nEMAIL;PREF=999:b@example.com\r\nFN;CHARSET=nonsense:Bob");

        Assert.Equal("Bob", card.FormattedName);
        Assert.Equal("b@example.com", Assert.Single(card.Emails).Address);
        Assert.Null(card.Revision);
    }

    [Fact]
    public void Read_SeveralCards_AreLimited()
    {
        var text = string.Concat(Enumerable.Range(0, 10).Select(i => $"BEGIN:VCARD\nVERSION:3.0\nFN:n{i}\nEND:VCARD\n"));

        Assert.Equal(["n0", "n1", "n2"], VCardReader.Read(text, most: 3, decode: Charsets.Decode).Select(card => card.FormattedName));
    }

    [Fact]
    public void Read_GiantCard_CostsLittleMore()
    {
        var photo = string.Concat(Enumerable.Repeat("\r\n " + new string('A', 73), 200_000));
        var name = new string('x', 100_000);
        var addresses = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"EMAIL:a{i}@example.com\r\n"));
        var watch = Stopwatch.StartNew();

        var card = One($"BEGIN:VCARD\r\nVERSION:3.0\r\nPHOTO;ENCODING=b:{photo}\r\nFN:{name}\r\nN:Smith;Ann\r\n{addresses}END:VCARD\r\n");

        Assert.Equal(("", 100, "Ann Smith"), (card.FormattedName, card.Emails.Count, card.DisplayName));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"It took {watch.Elapsed}.");
    }

    [Theory]
    [InlineData(VCardVersion.V3)]
    [InlineData(VCardVersion.V4)]
    public void Write_ThenRead_IsTheSame(VCardVersion version)
    {
        var card = new VCard
        {
            Uid = "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1",
            FormattedName = "Ann; \"Smith\", née \\ O'Hara 🎉 " + string.Concat(Enumerable.Repeat("über", 30)),
            Name = new VCardName("Smith, jr.", "Ann;x"),
            Nicknames = ["an,n", "b"],
            Emails = [new VCardEmail("ann@example.com", true, "work"), new VCardEmail("a;b@example.com", false, "home")],
            Impps = ["orleansim:ann", "xmpp:ann@example.com"],
            Organization = ["A;B", "C"],
            Note = "One\nTwo; three, four\\n",
            Revision = new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero),
        };

        var text = VCardWriter.Write(card, version);
        var read = One(text);

        Assert.Equivalent(card, read, strict: true);
        Assert.All(text.Split("\r\n"), line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 0, 75));
        Assert.DoesNotContain('\n', text.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.Equal(text, VCardWriter.Write(read, version));
    }

    [Fact]
    public void Write_HostileTexts_StayInTheirProperty()
    {
        var text = VCardWriter.Write(
            new VCard
            {
                FormattedName = "A\r\nEMAIL:evil@example.com\0",
                Emails = [new VCardEmail("a@example.com\nEND:VCARD", false, "x;y:z")],
                Impps = ["xmpp:a\r\nFN:evil"],
                IsGroup = true,
            },
            VCardVersion.V4);

        Assert.Equal(
            "BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:group\r\nFN:A\\nEMAIL:evil@example.com\r\nEMAIL:a@example.com\\nEND:VCARD\r\nIMPP:xmpp:aFN:evil\r\nEND:VCARD\r\n",
            text);
    }

    [Fact]
    public void Write_Version3_HasWhatItRequires()
        => Assert.Equal(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nN:;Ann;;;\r\nEMAIL;TYPE=INTERNET,HOME,PREF:a@example.com\r\nEND:VCARD\r\n",
            VCardWriter.Write(new VCard { FormattedName = "Ann", Emails = [new VCardEmail("a@example.com", true, "home")] }, VCardVersion.V3));

    private static VCard One(string text) => Assert.Single(VCardReader.Read(text, decode: Charsets.Decode));
}
