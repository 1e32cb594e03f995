using System.Net;
using OrleansIM.Gateway.Tests.World;

namespace OrleansIM.Gateway.Tests.CardDav;

public sealed class PropFindTests : IAsyncLifetime
{
    private const string Card = DavClient.Book + "bob.vcf";

    private GatewayHost _host = null!;
    private DavClient _ann = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _host.World.Add("ann").Book.Add("bob", "Bob");
        _host.World["ann"].Book.Add("cat");
        _ann = new DavClient(_host);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Discovery_FromTheRoot_EndsAtTheBook()
    {
        var root = await _ann.FindAsync("/carddav/", "0", "d:current-user-principal");
        var principal = root.Find("/carddav/", "d:current-user-principal")!.Value;
        var home = (await _ann.FindAsync(principal, "0", "c:addressbook-home-set")).Find(principal, "c:addressbook-home-set")!.Value;
        var books = await _ann.FindAsync(home, "1", "d:resourcetype", "d:displayname");

        Assert.Equal([home, DavClient.Book], books.Hrefs);
        Assert.Equal(["addressbook", "collection"], books.Find(DavClient.Book, "d:resourcetype")!.Elements().Select(e => e.Name.LocalName).Order());
        Assert.Equal(["collection", "principal"], books.Find(home, "d:resourcetype")!.Elements().Select(e => e.Name.LocalName).Order());
        Assert.Equal("Friends of ann's name", books.Find(DavClient.Book, "d:displayname")!.Value);
    }

    [Theory]
    [InlineData("/carddav")]
    [InlineData("/carddav/ann")]
    [InlineData("/carddav/ann/friends")]
    [InlineData("/carddav/%61nn/friends/")]
    public async Task Path_OfACollectionInAnySpelling_IsTheCollection(string path)
    {
        var answer = await _ann.FindAsync(path, "0", "d:resourcetype");

        Assert.EndsWith("/", Assert.Single(answer.Hrefs), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Book_EveryPropertyItHas_IsThere()
    {
        var answer = await _ann.FindAsync(
            DavClient.Book, "0", "cs:getctag", "d:sync-token", "d:supported-report-set", "c:supported-address-data", "d:owner", "d:current-user-privilege-set",
            "c:addressbook-description", "c:max-resource-size", "c:supported-collation-set", "d:current-user-principal");

        Assert.Empty(answer.Names(DavClient.Book, "404"));
        Assert.Equal(FakeBook.Token, answer.Find(DavClient.Book, "d:sync-token")!.Value);
        Assert.Equal(FakeBook.Token, answer.Find(DavClient.Book, "cs:getctag")!.Value);
        Assert.Equal("/carddav/ann/", answer.Find(DavClient.Book, "d:owner")!.Value);
        Assert.Equal(
            ["addressbook-multiget", "addressbook-query", "sync-collection"],
            answer.Find(DavClient.Book, "d:supported-report-set")!.Descendants(DavClient.Dav("report")).Select(report => report.Elements().Single().Name.LocalName).Order());
        Assert.Equal(
            ["read", "read-current-user-privilege-set"],
            answer.Find(DavClient.Book, "d:current-user-privilege-set")!.Descendants(DavClient.Dav("privilege")).Select(privilege => privilege.Elements().Single().Name.LocalName));
        Assert.Equal(["3.0", "4.0"], answer.Find(DavClient.Book, "c:supported-address-data")!.Elements().Select(type => type.Attribute("version")!.Value));
    }

    [Fact]
    public async Task Cards_AtDepthOne_HaveTagsAndLengthsThatAreThoseOfGet()
    {
        var answer = await _ann.FindAsync(DavClient.Book, "1", "d:getetag", "d:getcontenttype", "d:getcontentlength", "d:resourcetype");
        var card = await _ann.SendAsync("GET", Card);

        Assert.Equal([DavClient.Book, Card, DavClient.Book + "cat.vcf"], answer.Hrefs);
        Assert.Equal(card.Response.Headers.ETag!.Tag, answer.Find(Card, "d:getetag")!.Value);
        Assert.Equal(card.Response.Content.Headers.ContentLength!.Value.ToString(null, null), answer.Find(Card, "d:getcontentlength")!.Value);
        Assert.Equal("text/vcard; charset=utf-8", answer.Find(Card, "d:getcontenttype")!.Value);
        Assert.Empty(answer.Find(Card, "d:resourcetype")!.Elements());
    }

    [Fact]
    public async Task Properties_NobodyKnows_Are404BesideThoseThatAreThere()
    {
        var answer = await _ann.FindAsync(Card, "0", "d:getetag", "x:colour", "d:nothing", "cs:getctag");

        Assert.Equal(["getetag"], answer.Names(Card, "200"));
        Assert.Equal(["colour", "getctag", "nothing"], answer.Names(Card, "404"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("<d:allprop/>")]
    public async Task AllProp_OrNoBody_HasWhatIsCheap(string? content)
    {
        var answer = await _ann.SendAsync("PROPFIND", Card, content is null ? null : DavClient.Element("d:propfind", content), "0");

        Assert.Equal(["displayname", "getcontentlength", "getcontenttype", "getetag", "resourcetype"], answer.Names(Card, "200"));
        Assert.Empty(answer.Names(Card, "404"));
    }

    [Fact]
    public async Task AllProp_WithInclude_HasThatToo()
    {
        var answer = await _ann.SendAsync("PROPFIND", DavClient.Book, DavClient.Element("d:propfind", "<d:allprop/><d:include><d:sync-token/></d:include>"), "0");

        Assert.Equal(["displayname", "resourcetype", "sync-token"], answer.Names(DavClient.Book, "200"));
    }

    [Fact]
    public async Task PropName_NamesWithoutValues()
    {
        var answer = await _ann.SendAsync("PROPFIND", DavClient.Book, DavClient.Element("d:propfind", "<d:propname/>"), "0");

        Assert.Contains("supported-report-set", answer.Names(DavClient.Book, "200"));
        Assert.DoesNotContain("getetag", answer.Names(DavClient.Book, "200"));
        Assert.Empty(answer.Find(DavClient.Book, "d:sync-token")!.Value);
    }

    [Theory]
    [InlineData("infinity")]
    [InlineData(null)]
    [InlineData("2")]
    public async Task Depth_WithoutEnd_IsRefused(string? depth)
    {
        var answer = await _ann.SendAsync("PROPFIND", "/carddav/", DavClient.Element("d:propfind", "<d:allprop/>"), depth);

        Assert.Equal((HttpStatusCode.Forbidden, "propfind-finite-depth"), (answer.Status, answer.Condition));
    }

    [Theory]
    [InlineData("/carddav/bob/")]
    [InlineData("/carddav/bob/friends/")]
    [InlineData("/carddav/nobody/friends/ann.vcf")]
    public async Task OtherAccounts_WhetherTheyExistOrNot_AreForbidden(string path)
    {
        _host.World.Add("bob").Book.Add("ann");

        var answer = await _ann.FindAsync(path, "0", "d:resourcetype");

        Assert.Equal((HttpStatusCode.Forbidden, "need-privileges"), (answer.Status, answer.Condition));
        Assert.DoesNotContain(_host.World.Calls, call => call.StartsWith("bob.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/carddav/ann/friends/dan.vcf")]
    [InlineData("/carddav/ann/friends/bob")]
    [InlineData("/carddav/ann/friends/bob.vcf/")]
    [InlineData("/carddav/ann/enemies/")]
    [InlineData("/carddav/ann/friends/bob.vcf/x")]
    [InlineData("/carddav//friends/")]
    public async Task Paths_WithNothingAtThem_Are404(string path) => Assert.Equal(HttpStatusCode.NotFound, (await _ann.FindAsync(path, "0", "d:getetag")).Status);

    [Fact]
    public async Task FriendNamedLikeAnything_IsWellFormedXml()
    {
        _host.World["ann"].Book.Add("eve", "<Eve> & \u0001\ud83d\ude00 \ud800]]>\r\nX:y");

        var answer = await _ann.FindAsync(DavClient.Book, "1", "d:displayname");

        Assert.Equal("<Eve> & \ud83d\ude00 \ufffd]]>\nX:y", answer.Find(DavClient.Book + "eve.vcf", "d:displayname")!.Value);
    }
}
