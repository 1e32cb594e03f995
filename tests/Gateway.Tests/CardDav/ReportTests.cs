using System.Net;
using OrleansIM.Contacts;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Presence;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.CardDav;

public sealed class ReportTests : IAsyncLifetime
{
    private const string Data = "<d:prop><d:getetag/><c:address-data/></d:prop>";

    private GatewayHost _host = null!;
    private DavClient _ann = null!;
    private FakeBook _book = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _book = _host.World.Add("ann").Book;
        _book.Add("bob", "Bob Ünder");
        _book.Add(new AddressBookFriend
        {
            Contact = new Contact
            {
                Account = "cat",
                DisplayName = "Cat",
                State = ContactState.Friend,
                Remark = "Aunt Cat",
                Labels = ["family"],
                Description = "Knits",
                Email = "cat@example.test",
                Mailboxes = ["cat@work.test", "CAT@example.test"],
                Mapped = ["cat@old.test"],
            },
            Status = PresenceStatus.Away,
            StatusNote = "in Rome",
        });
        _ann = new DavClient(_host);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Multiget_CardsThatAreThereAndNot_SaysWhich()
    {
        var answer = await _ann.ReportAsync("c:addressbook-multiget", $"""
            {Data}
            <d:href>{DavClient.Book}cat.vcf</d:href><d:href>{_host.Http.BaseAddress}carddav/ann/friends/%62ob.vcf</d:href><d:href>{DavClient.Book}cat.vcf</d:href>
            <d:href>{DavClient.Book}dan.vcf</d:href><d:href>/carddav/bob/friends/cat.vcf</d:href><d:href>/etc/passwd</d:href><d:href>%</d:href>
            """);

        Assert.Equal([DavClient.Book + "cat.vcf", DavClient.Book + "bob.vcf", DavClient.Book + "dan.vcf", "/carddav/bob/friends/cat.vcf", "/etc/passwd", "%"], answer.Hrefs);
        Assert.All(answer.Hrefs[2..], href => Assert.Equal("HTTP/1.1 404 Not Found", answer.StatusOf(href)));
        var card = answer.Find(DavClient.Book + "cat.vcf", "c:address-data")!.Value;
        Assert.StartsWith("BEGIN:VCARD\r\nVERSION:3.0\r\n", card, StringComparison.Ordinal);
        Assert.Equal((await _ann.SendAsync("GET", DavClient.Book + "cat.vcf")).Text, card);
    }

    [Fact]
    public async Task Card_OfAFriend_SaysAllThatIsKnown()
    {
        var card = (await _ann.SendAsync("GET", DavClient.Book + "cat.vcf")).Text;

        Assert.Contains("\r\nUID:orleansim-cat\r\n", card, StringComparison.Ordinal);
        Assert.Contains("\r\nFN:Aunt Cat\r\n", card, StringComparison.Ordinal);
        Assert.Contains("\r\nNICKNAME:Cat,cat\r\n", card, StringComparison.Ordinal);
        Assert.Contains("\r\nIMPP:orleansim:cat\r\n", card, StringComparison.Ordinal);
        Assert.Contains("\r\nEMAIL;TYPE=INTERNET,PREF:cat@old.test\r\nEMAIL;TYPE=INTERNET:cat@example.test\r\nEMAIL;TYPE=INTERNET:cat@work.test\r\n", card, StringComparison.Ordinal);
        Assert.Contains("\r\nNOTE:Knits\\n\\nStatus: away (in Rome)\r\n", card, StringComparison.Ordinal);
        Assert.Contains("\r\nCATEGORIES:family\r\n", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Card_InVersion4_IsTheSameInItsForms()
    {
        _book.Friends[1] = _book.Friends[1] with { ChangedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) };

        var card = (await _ann.SendAsync("GET", DavClient.Book + "cat.vcf", headers: ("Accept", "text/vcard;version=4.0"))).Text;

        Assert.Equal(
            "BEGIN:VCARD\r\nVERSION:4.0\r\nUID;VALUE=text:orleansim-cat\r\nFN:Aunt Cat\r\nN:;Aunt Cat;;;\r\nNICKNAME:Cat,cat\r\n"
            + "EMAIL;PREF=1:cat@old.test\r\nEMAIL:cat@example.test\r\nEMAIL:cat@work.test\r\nIMPP:orleansim:cat\r\n"
            + "NOTE:Knits\\n\\nStatus: away (in Rome)\r\nCATEGORIES:family\r\nREV:20260102T030405Z\r\nEND:VCARD\r\n",
            card);
    }

    [Fact]
    public async Task Multiget_Version4AndSomeProperties_HasThose()
    {
        var answer = await _ann.ReportAsync("c:addressbook-multiget", $"""
            <d:prop><c:address-data content-type="text/vcard" version="4.0"><c:prop name="fn"/><c:prop name="EMAIL"/></c:address-data></d:prop><d:href>{DavClient.Book}bob.vcf</d:href>
            """);

        Assert.Equal(
            "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Bob Ünder\r\nEMAIL;PREF=1:bob@example.test\r\nEND:VCARD\r\n",
            answer.Find(DavClient.Book + "bob.vcf", "c:address-data")!.Value);
    }

    [Theory]
    [InlineData("""version="2.1" """)]
    [InlineData("""content-type="application/vcard+json" """)]
    public async Task AddressData_OfAnotherKind_IsRefused(string attributes)
    {
        var answer = await _ann.ReportAsync("c:addressbook-query", $"<d:prop><c:address-data {attributes}/></d:prop>");

        Assert.Equal((HttpStatusCode.Forbidden, "supported-address-data"), (answer.Status, answer.Condition));
    }

    [Theory]
    [InlineData("", "bob,cat")]
    [InlineData("<c:prop-filter name='FN'><c:text-match>ünder</c:text-match></c:prop-filter>", "bob")]
    [InlineData("<c:prop-filter name='FN'><c:text-match>BOB</c:text-match></c:prop-filter>", "bob")]
    [InlineData("<c:prop-filter name='FN'><c:text-match collation='i;ascii-casemap'>ünder</c:text-match></c:prop-filter>", "")]
    [InlineData("<c:prop-filter name='FN'><c:text-match collation='i;ascii-casemap'>aunt</c:text-match></c:prop-filter>", "cat")]
    [InlineData("<c:prop-filter name='EMAIL'><c:text-match match-type='ends-with'>@WORK.test</c:text-match></c:prop-filter>", "cat")]
    [InlineData("<c:prop-filter name='EMAIL'><c:text-match match-type='starts-with'>bob@</c:text-match></c:prop-filter>", "bob")]
    [InlineData("<c:prop-filter name='EMAIL'><c:text-match match-type='equals'>bob@example</c:text-match></c:prop-filter>", "")]
    [InlineData("<c:prop-filter name='UID'><c:text-match match-type='equals'>orleansim-bob</c:text-match></c:prop-filter>", "bob")]
    [InlineData("<c:prop-filter name='IMPP'><c:text-match match-type='equals'>orleansim:cat</c:text-match></c:prop-filter>", "cat")]
    [InlineData("<c:prop-filter name='NICKNAME'><c:text-match match-type='equals'>cat</c:text-match></c:prop-filter>", "cat")]
    [InlineData("<c:prop-filter name='FN'><c:text-match negate-condition='yes'>bob</c:text-match></c:prop-filter>", "cat")]
    [InlineData("<c:prop-filter name='CATEGORIES'/>", "cat")]
    [InlineData("<c:prop-filter name='CATEGORIES'><c:is-not-defined/></c:prop-filter>", "bob")]
    [InlineData("<c:prop-filter name='TEL'/>", "")]
    [InlineData("<c:prop-filter name='FN'><c:text-match>bob</c:text-match></c:prop-filter><c:prop-filter name='FN'><c:text-match>cat</c:text-match></c:prop-filter>", "bob,cat")]
    [InlineData("<c:prop-filter name='FN' test='allof'><c:text-match>bob</c:text-match><c:text-match>cat</c:text-match></c:prop-filter>", "")]
    public async Task Query_WithFilter_FindsThose(string filter, string found)
    {
        var answer = await _ann.ReportAsync("c:addressbook-query", $"{Data}<c:filter>{filter}</c:filter>");

        Assert.Equal(found, string.Join(',', answer.Hrefs.Select(href => href[DavClient.Book.Length..^4])));
    }

    [Fact]
    public async Task Query_AllOf_NeedsEveryProperty()
    {
        var answer = await _ann.ReportAsync("c:addressbook-query", $"""
            {Data}<c:filter test="allof"><c:prop-filter name="FN"><c:text-match>b</c:text-match></c:prop-filter><c:prop-filter name="CATEGORIES"/></c:filter>
            """);

        Assert.Empty(answer.Hrefs);
    }

    [Theory]
    [InlineData("<c:prop-filter name='FN'><c:text-match collation='i;klingon'>x</c:text-match></c:prop-filter>", "supported-collation")]
    [InlineData("<c:prop-filter name='FN'><c:param-filter name='TYPE'/></c:prop-filter>", "supported-filter")]
    [InlineData("<c:prop-filter name='FN'><c:text-match match-type='sounds-like'>x</c:text-match></c:prop-filter>", "supported-filter")]
    [InlineData("<c:prop-filter/>", "supported-filter")]
    public async Task Query_FilterThatIsNotKnown_IsRefused(string filter, string condition)
    {
        var answer = await _ann.ReportAsync("c:addressbook-query", $"{Data}<c:filter>{filter}</c:filter>");

        Assert.Equal((HttpStatusCode.Forbidden, condition), (answer.Status, answer.Condition));
    }

    [Fact]
    public async Task Query_FilterOfAThousandConditions_IsRefused()
    {
        var filter = string.Concat(Enumerable.Repeat("<c:prop-filter name='FN'><c:text-match>x</c:text-match></c:prop-filter>", 1000));

        Assert.Equal("supported-filter", (await _ann.ReportAsync("c:addressbook-query", $"{Data}<c:filter>{filter}</c:filter>")).Condition);
    }

    [Fact]
    public async Task Query_WithLimit_SaysThatThereIsMore()
    {
        var answer = await _ann.ReportAsync("c:addressbook-query", $"{Data}<c:filter/><c:limit><c:nresults>1</c:nresults></c:limit>");

        Assert.Equal([DavClient.Book + "bob.vcf", DavClient.Book], answer.Hrefs);
        Assert.Equal("HTTP/1.1 507 Insufficient Storage", answer.StatusOf(DavClient.Book));
    }

    [Fact]
    public async Task Sync_WithToken_TellsWhoCameAndWhoWent()
    {
        _book.Changes = () => new AddressBookChanges { Changed = [_book.Friends[1]], Removed = ["dan"], Token = "urn:next", IsTruncated = true };

        var answer = await _ann.ReportAsync("d:sync-collection", "<d:sync-token>urn:last</d:sync-token><d:sync-level>1</d:sync-level><d:limit><d:nresults>2</d:nresults></d:limit><d:prop><d:getetag/></d:prop>");

        Assert.Equal(("urn:last", 2), _book.Asked);
        Assert.Equal([DavClient.Book + "cat.vcf", DavClient.Book + "dan.vcf", DavClient.Book], answer.Hrefs);
        Assert.Equal("HTTP/1.1 404 Not Found", answer.StatusOf(DavClient.Book + "dan.vcf"));
        Assert.Equal("HTTP/1.1 507 Insufficient Storage", answer.StatusOf(DavClient.Book));
        Assert.NotNull(answer.Find(DavClient.Book + "cat.vcf", "d:getetag"));
        Assert.Equal("urn:next", answer.Xml.Element(DavClient.Dav("sync-token"))!.Value);
    }

    [Fact]
    public async Task Sync_First_AsksWithoutToken()
    {
        var answer = await _ann.ReportAsync("d:sync-collection", "<d:sync-token/><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop>");

        Assert.Equal((null, null), _book.Asked);
        Assert.Equal(2, answer.Hrefs.Length);
    }

    [Fact]
    public async Task Sync_TokenThatIsNotGood_IsTheCondition()
    {
        _book.Changes = () => new Refusal(ErrorCodes.InvalidArgument, "No.");

        var answer = await _ann.ReportAsync("d:sync-collection", "<d:sync-token>urn:x</d:sync-token><d:sync-level>1</d:sync-level><d:prop/>");

        Assert.Equal((HttpStatusCode.Forbidden, "valid-sync-token"), (answer.Status, answer.Condition));
    }

    [Theory]
    [InlineData("d:sync-collection", "<d:sync-token/><d:sync-level>infinite</d:sync-level><d:prop/>", DavClient.Book, "sync-traversal-supported")]
    [InlineData("d:expand-property", "", DavClient.Book, "supported-report")]
    [InlineData("d:sync-collection", "<d:sync-token/><d:sync-level>1</d:sync-level><d:prop/>", "/carddav/ann/", "supported-report")]
    [InlineData("c:addressbook-query", "<c:filter/>", "/carddav/", "supported-report")]
    public async Task Report_ThatIsNotServed_SaysWhy(string name, string content, string path, string condition)
    {
        var answer = await _ann.ReportAsync(name, content, path);

        Assert.Equal((HttpStatusCode.Forbidden, condition), (answer.Status, answer.Condition));
    }

    [Theory]
    [InlineData("<d:limit><d:nresults>0</d:nresults></d:limit>")]
    [InlineData("<d:limit><d:nresults>many</d:nresults></d:limit>")]
    public async Task Limit_ThatIsNone_Is400(string limit) => Assert.Equal(
        HttpStatusCode.BadRequest,
        (await _ann.ReportAsync("d:sync-collection", $"<d:sync-token/><d:sync-level>1</d:sync-level>{limit}<d:prop/>")).Status);

    [Fact]
    public async Task Properties_TooMany_Is400()
    {
        var names = string.Concat(Enumerable.Range(0, 200).Select(number => $"<x:p{number}/>"));

        Assert.Equal(HttpStatusCode.BadRequest, (await _ann.ReportAsync("c:addressbook-query", $"<d:prop>{names}</d:prop>")).Status);
    }
}
