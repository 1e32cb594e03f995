using System.Xml;
using System.Xml.Linq;

namespace OrleansIM.Gateway.CardDav;

/// <summary>Writes answers about several resources (RFC 4918, section 13).</summary>
internal sealed class Multistatus(XmlWriter xml, string pathBase)
{
    private const string Ok = "HTTP/1.1 200 OK";
    private const string NotFound = "HTTP/1.1 404 Not Found";

    /// <summary>The whole answer.</summary>
    public static DavAnswer Answer(string pathBase, Action<Multistatus> write) => DavAnswer.Multistatus(DavXml.Write(xml =>
    {
        xml.Start(DavNames.Dav + "multistatus");
        xml.DeclareAll();
        write(new Multistatus(xml, pathBase));
        xml.WriteEndElement();
    }));

    /// <summary>A resource with its properties: those it has, and those it does not.</summary>
    public void Resource(DavResource resource, PropertyRequest request)
    {
        var found = new List<(XName Name, PropertyValue Value)>();
        var missing = new List<XName>();
        foreach (var name in request.NamesFor(resource))
        {
            if (request.Find(name, resource, pathBase) is { } value)
            {
                found.Add((name, value));
            }
            else
            {
                missing.Add(name);
            }
        }

        xml.Start(DavNames.Dav + "response");
        xml.Href(resource.Path.ToHref(pathBase));

        // A response has one propstat at least.
        if (found.Count > 0 || missing.Count == 0)
        {
            PropStat(Ok, found.Select(property => (property.Name, request.NamesOnly ? null : property.Value)));
        }

        if (missing.Count > 0)
        {
            PropStat(NotFound, missing.Select(name => (name, (PropertyValue?)null)));
        }

        xml.WriteEndElement();
    }

    /// <summary>Nothing is there (any more).</summary>
    public void Missing(string href)
    {
        xml.Start(DavNames.Dav + "response");
        xml.Href(href);
        xml.Element(DavNames.Dav + "status", NotFound);
        xml.WriteEndElement();
    }

    public void Missing(DavPath path) => Missing(path.ToHref(pathBase));

    /// <summary>There is more than was asked for (RFC 6578, section 3.6; RFC 6352, section 8.6.2).</summary>
    public void Truncated(DavPath path)
    {
        xml.Start(DavNames.Dav + "response");
        xml.Href(path.ToHref(pathBase));
        xml.Element(DavNames.Dav + "status", "HTTP/1.1 507 Insufficient Storage");
        xml.Start(DavNames.Dav + "error");
        xml.Element(DavNames.WithinLimits);
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    public void SyncToken(string token) => xml.Element(DavNames.SyncToken, token);

    private void PropStat(string status, IEnumerable<(XName Name, PropertyValue? Value)> properties)
    {
        xml.Start(DavNames.Dav + "propstat");
        xml.Start(DavNames.Prop);
        foreach (var (name, value) in properties)
        {
            xml.Start(name);
            value?.Invoke(xml);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.Element(DavNames.Dav + "status", status);
        xml.WriteEndElement();
    }
}
