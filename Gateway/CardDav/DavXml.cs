using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace OrleansIM.Gateway.CardDav;

/// <summary>Writing XML under the prefixes that everybody uses: some clients know nothing else.</summary>
internal static class DavXml
{
    private static readonly XmlWriterSettings s_writing = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),

        // A carriage return of a vCard would else be lost in the reader.
        NewLineHandling = NewLineHandling.Entitize,
    };

    /// <summary>A document whose one element <paramref name="write"/> writes.</summary>
    public static byte[] Write(Action<XmlWriter> write)
    {
        using var body = new MemoryStream();
        using (var xml = XmlWriter.Create(body, s_writing))
        {
            write(xml);
        }

        return body.ToArray();
    }

    public static void Start(this XmlWriter xml, XName name) => xml.WriteStartElement(PrefixOf(name), name.LocalName, name.NamespaceName);

    public static void Element(this XmlWriter xml, XName name, string? text = null)
    {
        xml.Start(name);
        if (text is not null)
        {
            xml.WriteString(text);
        }

        xml.WriteEndElement();
    }

    public static void Href(this XmlWriter xml, string href) => xml.Element(DavNames.Href, href);

    /// <summary>Declares the prefixes once, at the root.</summary>
    public static void DeclareAll(this XmlWriter xml)
    {
        xml.WriteAttributeString("xmlns", "card", null, DavNames.Card.NamespaceName);
        xml.WriteAttributeString("xmlns", "cs", null, DavNames.CalendarServer.NamespaceName);
    }

    private static string? PrefixOf(XName name) =>
        name.Namespace == DavNames.Dav ? "d" : name.Namespace == DavNames.Card ? "card" : name.Namespace == DavNames.CalendarServer ? "cs" : null;
}
