using System.Text;

namespace OrleansIM.Mail.Tests.BuiltIn;

public sealed class ImapReaderTests
{
    [Theory]
    [InlineData("* OK a \" and a brace {3}\r\n* 1 EXISTS\r\n", "* OK a \" and a brace {3}", "* 1 EXISTS")]
    [InlineData("a1 NO there is no \"\r\n* 1 EXISTS\r\n", "a1 NO there is no \"", "* 1 EXISTS")]
    [InlineData("+ a {3}\r\n+\r\n", "+ a {3}", "+")]
    [InlineData("* 1 FETCH (A {3}\r\nx\r\n B \"{2}\")\r\n* 2 EXPUNGE\n", "* 1 FETCH (A {3}\r\nx\r\n B \"{2}\")", "* 2 EXPUNGE")]
    [InlineData("* 1 FETCH (A {0}\r\n B \"\\\"x\\\\\")\r\n* BYE\r\n", "* 1 FETCH (A {0}\r\n B \"\\\"x\\\\\")", "* BYE")]
    [InlineData("* 1 FETCH (A \"not closed\r\n* 2 EXPUNGE\r\n", "* 1 FETCH (A \"not closed", "* 2 EXPUNGE")]
    public async Task Read_TwoResponses_CutsBetweenThem(string said, string first, string second)
    {
        // Every way in which the network may cut it.
        for (var piece = 1; piece <= said.Length; piece += piece < 4 ? 1 : said.Length)
        {
            var reader = Reader(said, piece);
            Assert.Equal(first, Text(await reader.ReadAsync(null, default)));
            Assert.Equal(second, Text(await reader.ReadAsync(null, default)));
        }
    }

    [Theory]
    [InlineData("\"", "\"")]
    [InlineData("{1000000}\r\n", "")]
    public async Task Read_StringOfAMegabyte_KeepsItsBeginning(string before, string after)
    {
        var reader = Reader($"* 1 FETCH (A {before}{new string('x', 1_000_000)}{after} B c)\r\n");
        var read = Text(await reader.ReadAsync(null, default));
        Assert.Equal(ImapReader.MaxString, read.Count(static c => c == 'x'));
        var parser = new ImapParser(Encoding.Latin1.GetBytes(read[10..]), "host");
        Assert.Equal(["A", new string('x', ImapReader.MaxString), "B", "c"], parser.Words());
        Assert.False(reader.IsCut);
    }

    [Fact]
    public async Task Read_EscapeWhereAStringIsCut_StaysWhole()
    {
        for (var before = ImapReader.MaxString - 3; before <= ImapReader.MaxString + 1; before++)
        {
            var reader = Reader($"* 1 FETCH (\"{new string('x', before)}\\\"\\\"y\" z)\r\n");
            var parser = new ImapParser(Encoding.Latin1.GetBytes(Text(await reader.ReadAsync(null, default))[10..]), "host");
            Assert.Equal("z", parser.Words()[1]);
        }
    }

    [Fact]
    public async Task Read_FetchWithoutEnd_IsCutAndTheNextIsRead()
    {
        var many = string.Concat(Enumerable.Repeat("(\"name\" NIL \"box\" \"host\") ", 100_000));
        var reader = Reader($"* 1 FETCH (UID 7 X ({many}))\r\n* 1 EXISTS\r\n");
        Assert.Equal(ImapReader.MaxResponse, (await reader.ReadAsync(null, default)).Length, 100.0);
        Assert.True(reader.IsCut);
        Assert.Equal("* 1 EXISTS", Text(await reader.ReadAsync(null, default)));
        Assert.False(reader.IsCut);
    }

    [Theory]
    [InlineData("* OK ")]
    [InlineData("* LIST (")]
    [InlineData("nospace")]
    public async Task Read_LineWithoutEnd_IsGarbage(string start)
    {
        var reader = Reader(start + new string('x', 10_000_000));
        var failure = await Assert.ThrowsAsync<MailException>(async () => await reader.ReadAsync(null, default));
        Assert.Equal(MailFault.Garbage, failure.Fault);
    }

    [Theory]
    [InlineData("* SEARCH 5 3 9 1\r\n", 4, "9 5")]
    [InlineData("* search 5 3 (MODSEQ 917)\r\n", 2, "5 3")]
    [InlineData("* SEARCH\r\n", 0, "")]
    [InlineData("* ESEARCH (TAG \"a\") UID COUNT 7 ALL 1:3,9:6\r\n", 7, "9 8")]
    [InlineData("* ESEARCH (TAG \"a ALL 9\") UID ALL 4 COUNT 1\r\n", 1, "4")]
    [InlineData("* ESEARCH (TAG \"a\") UID COUNT 0\r\n", 0, "")]
    public async Task Read_Search_CountsAndKeepsTheHighest(string said, int count, string highest)
    {
        for (var piece = 1; piece <= said.Length; piece += said.Length - 1)
        {
            var found = new UidCollector(2);
            await Reader(said, piece).ReadAsync(found, default);
            Assert.Equal(count, found.Count);
            Assert.Equal(highest, string.Join(' ', found.Newest));
        }
    }

    [Fact]
    public async Task Read_SearchOf300000_KeepsNoneOfIt()
    {
        var found = new UidCollector(20);
        var read = await Reader($"* SEARCH {string.Join(' ', Enumerable.Range(1, 300_000))}\r\n").ReadAsync(found, default);
        Assert.Equal(300_000, found.Count);
        Assert.Equal(Enumerable.Range(299_981, 20).Select(static uid => (uint)uid).Reverse(), found.Newest);
        Assert.True(read.Length < 100);
    }

    [Fact]
    public void Collect_WholeRangeOfUids_CostsOnlyWhatIsKept()
    {
        var found = new UidCollector(3);
        found.Add(uint.MaxValue, 1);
        Assert.Equal(uint.MaxValue, found.Count);
        Assert.Equal([uint.MaxValue, uint.MaxValue - 1, uint.MaxValue - 2], found.Newest);
    }

    [Fact]
    public async Task Read_CancelledInTheMiddle_GoesOnThere()
    {
        var stream = new PiecesStream(["* 1 FETCH (A {5}\r\nab", null, "cde B \"x", null, "y\")\r\n"]);
        var reader = new ImapReader(new MailWire(stream, "host"));
        for (var wait = 0; wait < 2; wait++)
        {
            using var cancellation = new CancellationTokenSource(20);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.ReadAsync(null, cancellation.Token));
            stream.Release();
        }

        Assert.Equal("* 1 FETCH (A {5}\r\nabcde B \"xy\")", Text(await reader.ReadAsync(null, default)));
    }

    private static ImapReader Reader(string said, int piece = 4096)
        => new(new MailWire(new PiecesStream([.. said.Chunk(piece).Select(static chars => new string(chars))]), "host"));

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);
}
