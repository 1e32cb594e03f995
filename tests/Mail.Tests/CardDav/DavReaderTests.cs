using System.Text;

namespace OrleansIM.Mail.Tests.CardDav;

public sealed class DavReaderTests
{
    [Fact]
    public async Task Read_TextInManyPieces_IsWholeAndCostsNoMoreThanItsLength()
    {
        var body = Encoding.UTF8.GetBytes(MiniDav.Multistatus($"<D:response><D:href>/{string.Concat(Enumerable.Repeat("a<!-- -->b<![CDATA[c]]>", 20_000))}</D:href></D:response>"));
        using var reader = new DavReader(new MemoryStream(body), maxText: 1_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var response = await reader.ReadAsync(CancellationToken.None);

        Assert.Equal("/" + string.Concat(Enumerable.Repeat("abc", 20_000)), response!.Href);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024 * 1024);
    }

    [Fact]
    public async Task Read_TextThatIsTooLong_IsCutOff()
    {
        using var reader = new DavReader(new MemoryStream(Encoding.UTF8.GetBytes(MiniDav.Multistatus("<D:response><D:href>/ab<!-- -->cd</D:href></D:response>"))), maxText: 4);

        Assert.Equal("/abc", (await reader.ReadAsync(CancellationToken.None))!.Href);
    }
}
