using System.Net;
using System.Text;
using System.Xml.Linq;
using OrleansIM.Gateway.Tests.World;

namespace OrleansIM.Gateway.Tests.CardDav;

/// <summary>Requests of a CardDAV client, by hand.</summary>
internal sealed class DavClient(GatewayHost host, string login = "ann", string? password = "password-1")
{
    public const string Book = "/carddav/ann/friends/";

    private static readonly XNamespace s_dav = "DAV:";

    public async Task<DavReply> SendAsync(string method, string path, string? body = null, string? depth = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (password is not null)
        {
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login}:{password}")));
        }

        if (depth is not null)
        {
            request.Headers.Add("Depth", depth);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/xml");
        }

        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type")
            {
                request.Content!.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        var response = await host.Http.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        return new DavReply(response, Encoding.UTF8.GetString(bytes));
    }

    /// <summary>A PROPFIND of properties like <c>d:getetag</c>.</summary>
    public Task<DavReply> FindAsync(string path, string depth, params string[] properties) =>
        SendAsync("PROPFIND", path, Element("d:propfind", $"<d:prop>{string.Concat(properties.Select(name => $"<{name}/>"))}</d:prop>"), depth);

    public Task<DavReply> ReportAsync(string name, string content, string path = Book) => SendAsync("REPORT", path, Element(name, content), "1");

    public static string Element(string name, string content) =>
        $"""<{name} xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav" xmlns:cs="http://calendarserver.org/ns/" xmlns:x="urn:x">{content}</{name}>""";

    public static XName Dav(string name) => s_dav + name;
}

/// <summary>An answer.</summary>
internal sealed record DavReply(HttpResponseMessage Response, string Text)
{
    private static readonly XNamespace s_dav = "DAV:";
    private static readonly XNamespace s_card = "urn:ietf:params:xml:ns:carddav";
    private static readonly XNamespace s_cs = "http://calendarserver.org/ns/";

    public HttpStatusCode Status => Response.StatusCode;

    public XElement Xml => XDocument.Parse(Text).Root!;

    /// <summary>The paths of a multistatus, in order.</summary>
    public string[] Hrefs
    {
        get
        {
            Assert.Equal(HttpStatusCode.MultiStatus, Status);
            return [.. Xml.Elements(s_dav + "response").Select(response => response.Element(s_dav + "href")!.Value)];
        }
    }

    /// <summary>The content of a property that a resource has; null if it does not.</summary>
    public XElement? Find(string href, string property) => Stats(href, "200").SelectMany(stat => stat.Element(s_dav + "prop")!.Elements()).FirstOrDefault(element => element.Name == Name(property));

    /// <summary>The names of the properties with a status.</summary>
    public string[] Names(string href, string status) =>
        [.. Stats(href, status).SelectMany(stat => stat.Element(s_dav + "prop")!.Elements()).Select(element => element.Name.LocalName).Order()];

    /// <summary>The status of a resource that has no properties to tell.</summary>
    public string? StatusOf(string href) => Of(href).Element(s_dav + "status")?.Value;

    /// <summary>The name of the condition that was not met.</summary>
    public string Condition => Xml.Name == s_dav + "error" ? Xml.Elements().Single().Name.LocalName : throw new InvalidOperationException(Text);

    private XElement Of(string href) => Xml.Elements(s_dav + "response").Single(response => response.Element(s_dav + "href")!.Value == href);

    private IEnumerable<XElement> Stats(string href, string status) =>
        Of(href).Elements(s_dav + "propstat").Where(stat => stat.Element(s_dav + "status")!.Value.Split(' ')[1] == status);

    private static XName Name(string property) => property.Split(':') switch
    {
        ["c", var name] => s_card + name,
        ["cs", var name] => s_cs + name,
        [_, var name] => s_dav + name,
        _ => throw new ArgumentException(property, nameof(property)),
    };
}
