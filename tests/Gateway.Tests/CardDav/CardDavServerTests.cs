using System.Net;
using System.Text;
using OrleansIM.Gateway.CardDav;
using OrleansIM.Gateway.Tests.World;

namespace OrleansIM.Gateway.Tests.CardDav;

public sealed class CardDavServerTests : IAsyncLifetime
{
    private const string Card = DavClient.Book + "bob.vcf";

    private GatewayHost _host = null!;
    private DavClient _ann = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _host.World.Add("ann").Book.Add("bob", "Bob");
        _ann = new DavClient(_host);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("GET", 301)]
    [InlineData("PROPFIND", 301)]
    [InlineData("OPTIONS", 301)]
    [InlineData("POST", 308)]
    public async Task WellKnown_LeadsToTheRootWithoutPassword(string method, int status)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_host.Http.BaseAddress!, "/.well-known/carddav"));

        using var answer = await http.SendAsync(request);

        Assert.Equal((status, "/carddav/"), ((int)answer.StatusCode, answer.Headers.Location!.OriginalString));
    }

    [Fact]
    public async Task Options_SaysWhatThereIs_ToAnybody()
    {
        var answer = await new DavClient(_host, password: null).SendAsync("OPTIONS", "/carddav/");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("1, 3, addressbook", answer.Response.Headers.GetValues("DAV").Single());
        Assert.Equal(["OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT"], answer.Response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("PUT", Card, "write-content", Card)]
    [InlineData("PUT", DavClient.Book + "new.vcf", "write-content", DavClient.Book + "new.vcf")]
    [InlineData("DELETE", Card, "unbind", DavClient.Book)]
    [InlineData("MOVE", Card, "unbind", DavClient.Book)]
    [InlineData("COPY", Card, "bind", DavClient.Book)]
    [InlineData("MKCOL", "/carddav/ann/", "bind", "/carddav/ann/")]
    [InlineData("POST", DavClient.Book, "bind", DavClient.Book)]
    [InlineData("PROPPATCH", DavClient.Book, "write-properties", DavClient.Book)]
    [InlineData("LOCK", Card, "write", Card)]
    [InlineData("UNLOCK", Card, "unlock", Card)]
    [InlineData("ACL", DavClient.Book, "write-acl", DavClient.Book)]
    public async Task Write_OfAnyKind_IsForbiddenAndSaysWhichPrivilege(string method, string path, string privilege, string about)
    {
        var answer = await _ann.SendAsync(method, path, "<x/>");

        Assert.Equal((HttpStatusCode.Forbidden, "need-privileges"), (answer.Status, answer.Condition));
        var resource = answer.Xml.Descendants(DavClient.Dav("resource")).Single();
        Assert.Equal(about, resource.Element(DavClient.Dav("href"))!.Value);
        Assert.Equal(privilege, resource.Element(DavClient.Dav("privilege"))!.Elements().Single().Name.LocalName);
    }

    [Theory]
    [InlineData("GET", DavClient.Book, false)]
    [InlineData("GET", "/carddav/", false)]
    [InlineData("BREW", Card, true)]
    public async Task Method_ThatMakesNoSense_Is405WithThoseThatDo(string method, string path, bool canGet)
    {
        var answer = await _ann.SendAsync(method, path);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.Contains("REPORT", answer.Response.Content.Headers.Allow);
        Assert.Equal(canGet, answer.Response.Content.Headers.Allow.Contains("GET"));
    }

    [Fact]
    public async Task Get_Card_HasATagThatIsGoodUntilTheCardChanges()
    {
        var first = await _ann.SendAsync("GET", Card);
        var tag = first.Response.Headers.ETag!.Tag;
        var same = await _ann.SendAsync("GET", Card, headers: ("If-None-Match", $"\"other\", {tag}"));
        _host.World["ann"].Book.Friends[0] = _host.World["ann"].Book.Friends[0] with { Status = OrleansIM.Presence.PresenceStatus.Busy };
        var changed = await _ann.SendAsync("GET", Card, headers: ("If-None-Match", tag));

        Assert.Equal("text/vcard", first.Response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("private", first.Response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.NotModified, "", tag), (same.Status, same.Text, same.Response.Headers.ETag!.Tag));
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.Contains("Status: busy", changed.Text, StringComparison.Ordinal);
        Assert.NotEqual(tag, changed.Response.Headers.ETag!.Tag);
    }

    [Fact]
    public async Task Head_Card_IsGetWithoutBody()
    {
        var get = await _ann.SendAsync("GET", Card);
        var head = await _ann.SendAsync("HEAD", Card);

        Assert.Equal((HttpStatusCode.OK, ""), (head.Status, head.Text));
        Assert.Equal(get.Response.Content.Headers.ContentLength, head.Response.Content.Headers.ContentLength);
        Assert.Equal(get.Response.Headers.ETag, head.Response.Headers.ETag);
    }

    [Theory]
    [InlineData(null, "3.0")]
    [InlineData("text/vcard", "3.0")]
    [InlineData("text/vcard; version=4.0", "4.0")]
    [InlineData("text/vcard;version=3.0;q=0.5, text/vcard;version=\"4.0\"", "4.0")]
    [InlineData("text/vcard;version=4.0;q=0.5, text/vcard;version=3.0", "3.0")]
    [InlineData("application/json, */*", "3.0")]
    [InlineData(";;;", "3.0")]
    public async Task Get_WithAccept_IsOfThatVersion(string? accept, string version)
    {
        var answer = accept is null ? await _ann.SendAsync("GET", Card) : await _ann.SendAsync("GET", Card, headers: ("Accept", accept));

        Assert.Contains($"\r\nVERSION:{version}\r\n", answer.Text, StringComparison.Ordinal);
        Assert.Equal(["Accept"], answer.Response.Headers.Vary);
    }

    [Theory]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/xml; charset=\"utf-8\"", HttpStatusCode.MultiStatus)]
    [InlineData("Application/XML", HttpStatusCode.MultiStatus)]
    public async Task Body_OfATypeThatIsNotXml_IsRefused(string type, HttpStatusCode status) => Assert.Equal(
        status, (await _ann.SendAsync("PROPFIND", Card, DavClient.Element("d:propfind", "<d:allprop/>"), "0", ("Content-Type", type))).Status);

    [Theory]
    [InlineData("PROPFIND", "<d:propfind")]
    [InlineData("PROPFIND", "<propfind/>")]
    [InlineData("PROPFIND", "<d:propfind xmlns:d=\"DAV:\"/>")]
    [InlineData("PROPFIND", "<d:prop xmlns:d=\"DAV:\"/>")]
    [InlineData("REPORT", "not xml")]
    [InlineData("REPORT", "")]
    public async Task Body_ThatIsNoneOfThese_Is400(string method, string body) => Assert.Equal(HttpStatusCode.BadRequest, (await _ann.SendAsync(method, DavClient.Book, body, "0")).Status);

    [Fact]
    public async Task Body_WithEntities_IsNeverExpanded()
    {
        var bomb = new StringBuilder("<!DOCTYPE d:propfind [<!ENTITY a0 \"ha\">");
        for (var level = 1; level < 30; level++)
        {
            bomb.Append(null, $"<!ENTITY a{level} \"&a{level - 1};&a{level - 1};\">");
        }

        bomb.Append("]><d:propfind xmlns:d=\"DAV:\"><d:prop><d:displayname>&a29;</d:displayname></d:prop></d:propfind>");

        Assert.Equal(HttpStatusCode.BadRequest, (await _ann.SendAsync("PROPFIND", DavClient.Book, bomb.ToString(), "0")).Status);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await _ann.SendAsync("PROPFIND", DavClient.Book, "<!DOCTYPE x SYSTEM \"http://127.0.0.1:1/x.dtd\"><d:propfind xmlns:d=\"DAV:\"><d:allprop/></d:propfind>", "0")).Status);
    }

    [Fact]
    public async Task Body_NestedTooDeep_Is400()
    {
        var deep = string.Concat(Enumerable.Repeat("<d:prop xmlns:d=\"DAV:\">", 10_000)) + string.Concat(Enumerable.Repeat("</d:prop>", 10_000));

        Assert.Equal(HttpStatusCode.BadRequest, (await _ann.SendAsync("PROPFIND", DavClient.Book, DavClient.Element("d:propfind", deep), "0")).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_OfTenMegabytes_IsRefused(bool isChunked)
    {
        var body = new byte[10 * 1024 * 1024];
        body.AsSpan().Fill((byte)' ');
        using var request = new HttpRequestMessage(new HttpMethod("REPORT"), DavClient.Book) { Content = new ByteArrayContent(body) };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("ann:password-1"u8));
        request.Headers.TransferEncodingChunked = isChunked;

        // The server may be done before everything is sent.
        request.Headers.ExpectContinue = true;
        using var answer = await _host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.True(body.Length > DavBody.MaxBytes);
    }

    [Fact]
    public async Task Body_WithoutPassword_IsNotRead()
    {
        var answer = await new DavClient(_host, password: null).SendAsync("REPORT", DavClient.Book, "<x");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
    }
}
