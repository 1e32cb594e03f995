using System.Xml;
using OrleansIM.Fuzz.Engine;

namespace OrleansIM.Fuzz.Targets;

/// <summary>A WebDAV request to the friends' address book. It is never a fault of the server, and an answer that says it is XML is XML.</summary>
internal sealed class CardDavTarget : ServerTarget
{
    public override string Name => "carddav";

    public override string About => "WebDAV requests to the friends' address book of a server";

    public override IReadOnlyList<string> Words { get; } =
    [
        "PROPFIND ", "REPORT ", "GET ", "HEAD ", "OPTIONS ", "PUT ", "DELETE ", "PROPPATCH ", "MKCOL ", "MOVE ", "COPY ", "LOCK ", "ACL ", "/carddav/", "/carddav/@me/", "/carddav/@me/friends/", "/carddav/@me/friends/bob.vcf",
        "/carddav/bob/", "%2F", "%00", "%C3%A9", "..", " HTTP/1.1\n", "Authorization: Basic @basic\n", "Authorization: Basic AAAA\n", "Depth: 0\n", "Depth: 1\n", "Depth: infinity\n", "If-Match: \"x\"\n", "If-None-Match: *\n",
        "If-None-Match: \"a\", W/\"b\"\n", "Accept: text/vcard; version=4.0\n", "Accept: text/vcard;q=0.5, */*\n", "Content-Type: application/xml\n", "Content-Type: text/xml; charset=utf-16\n", "Content-Type: text/plain\n", "Destination: /x\n",
        "\n\n", "<d:propfind xmlns:d=\"DAV:\" xmlns:card=\"urn:ietf:params:xml:ns:carddav\" xmlns:cs=\"http://calendarserver.org/ns/\">", "</d:propfind>", "<d:allprop/>", "<d:propname/>", "<d:prop>", "</d:prop>", "<d:include>", "<d:getetag/>", "<d:resourcetype/>",
        "<card:address-data/>", "<card:address-data content-type=\"text/vcard\" version=\"4.0\"/>", "<card:address-data><card:prop name=\"FN\"/></card:address-data>", "<d:sync-collection xmlns:d=\"DAV:\">", "</d:sync-collection>",
        "<d:sync-token>", "</d:sync-token>", "<d:sync-level>1</d:sync-level>", "<d:limit><d:nresults>1</d:nresults></d:limit>", "<card:limit><card:nresults>99999999999</card:nresults></card:limit>",
        "<card:addressbook-query xmlns:card=\"urn:ietf:params:xml:ns:carddav\" xmlns:d=\"DAV:\">", "<card:addressbook-multiget xmlns:card=\"urn:ietf:params:xml:ns:carddav\" xmlns:d=\"DAV:\">", "<d:href>/carddav/@me/friends/bob.vcf</d:href>",
        "<card:filter test=\"allof\">", "<card:prop-filter name=\"FN\">", "</card:prop-filter>", "</card:filter>", "<card:text-match collation=\"i;unicode-casemap\" match-type=\"contains\" negate-condition=\"yes\">", "</card:text-match>", "<card:is-not-defined/>",
        "<!DOCTYPE x [<!ENTITY a \"b\">]>", "&a;", "&#0;", "&#xD800;", "<![CDATA[", "]]>", "<!--", "-->", "<?xml version=\"1.0\" encoding=\"utf-16\"?>", "xmlns:x=\"y\"", "xmlns=\"\"", "<x:y/>", "\uD83D\uDE00", "\u0130", "\u00e9", "\0", "\u00ff",
    ];

    public override int BoundedInputs => 1_000;

    public override async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var answer = await RawHttp.SendAsync(Server.Address, FillIn(input.Span));
        CheckErrors();
        return answer is null ? "cut" : $"{answer.Status} {Check(answer)}";
    }

    private static string Check(RawAnswer answer)
    {
        if (answer.Status is < 100 or >= 500 and not (501 or 503 or 505))
        {
            throw new BrokenPromiseException($"no answer has status {answer.Status}", $"{answer.Head}\n\n{answer.Body}");
        }

        if (answer.Body.Length == 0 || !answer.Says("xml") || answer.Says("Transfer-Encoding"))
        {
            return "";
        }

        using var reader = XmlReader.Create(new StringReader(answer.Body));
        var elements = 0;
        while (reader.Read())
        {
            elements += reader.NodeType == XmlNodeType.Element ? 1 : 0;
        }

        return $"{Math.Min(elements, 20)}";
    }
}
