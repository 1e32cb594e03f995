using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace OrleansIM.Gateway.CardDav;

/// <summary>Writes the content of a property.</summary>
internal delegate void PropertyValue(XmlWriter xml);

/// <summary>Every property there is, and which resource has it.</summary>
internal static class DavProperties
{
    /// <summary>The largest card there can be, in bytes: what a friend and its owner may say of each other is bounded.</summary>
    private const string MaxResourceSize = "102400";

    private static readonly XNamespace s_dav = DavNames.Dav;
    private static readonly XNamespace s_card = DavNames.Card;

    private static readonly FrozenDictionary<XName, Func<DavResource, string, PropertyValue?>> s_all = new Dictionary<XName, Func<DavResource, string, PropertyValue?>>
    {
        [s_dav + "resourcetype"] = (resource, _) => xml => WriteType(xml, resource),
        [s_dav + "displayname"] = (resource, _) => DisplayName(resource) is { } name ? Text(name) : null,
        [s_dav + "current-user-principal"] = (resource, pathBase) => Link(Home(resource), pathBase),
        [s_dav + "principal-URL"] = (resource, pathBase) => resource.IsHome ? Link(Home(resource), pathBase) : null,
        [s_dav + "principal-collection-set"] = (_, pathBase) => Link(new DavPath(null), pathBase),
        [s_dav + "owner"] = (resource, pathBase) => resource.IsRoot ? null : Link(Home(resource), pathBase),
        [s_dav + "current-user-privilege-set"] = (_, _) => WritePrivileges,
        [s_dav + "supported-report-set"] = (resource, _) => xml => WriteReports(xml, resource),
        [s_dav + "sync-token"] = (resource, _) => resource is { IsBook: true, Book: { } book } ? Text(book.Token) : null,
        [DavNames.CalendarServer + "getctag"] = (resource, _) => resource is { IsBook: true, Book: { } book } ? Text(book.Token) : null,
        [s_dav + "getetag"] = (resource, _) => resource.Card is { } card ? Text(card.ETag) : null,
        [s_dav + "getcontenttype"] = (resource, _) => resource.Card is null ? null : Text("text/vcard; charset=utf-8"),
        [s_dav + "getcontentlength"] = (resource, _) =>
            resource.Card is { } card ? Text(Encoding.UTF8.GetByteCount(card.Text).ToString(CultureInfo.InvariantCulture)) : null,
        [s_card + "addressbook-home-set"] = (resource, pathBase) => resource.IsHome ? Link(Home(resource), pathBase) : null,
        [s_card + "addressbook-description"] = (resource, _) => resource.IsBook ? Text("Friends on OrleansIM, read only") : null,
        [s_card + "supported-address-data"] = (resource, _) => resource.IsBook ? WriteAddressData : null,
        [s_card + "supported-collation-set"] = (resource, _) => resource.IsBook ? WriteCollations : null,
        [s_card + "max-resource-size"] = (resource, _) => resource.IsBook ? Text(MaxResourceSize) : null,
    }.ToFrozenDictionary();

    /// <summary>What <c>allprop</c> means: those of RFC 4918 alone; the others say of themselves that they are not in it.</summary>
    private static readonly XName[] s_inAllProp =
        [s_dav + "resourcetype", s_dav + "displayname", s_dav + "getetag", s_dav + "getcontenttype", s_dav + "getcontentlength"];

    public static IEnumerable<XName> InAllProp(DavResource resource) => s_inAllProp.Where(name => Find(name, resource, "") is not null);

    public static IEnumerable<XName> NamesOf(DavResource resource) => s_all.Keys.Where(name => Find(name, resource, "") is not null);

    /// <summary>The property of a resource; null if it does not have it.</summary>
    public static PropertyValue? Find(XName name, DavResource resource, string pathBase) =>
        s_all.TryGetValue(name, out var property) ? property(resource, pathBase) : null;

    private static DavPath Home(DavResource resource) => new(resource.Owner);

    private static string? DisplayName(DavResource resource) => resource switch
    {
        { Card: { } card } => card.Card.FormattedName,
        { IsRoot: true } => "OrleansIM",
        { IsHome: true, Book: { } book } => FriendCard.Clean(book.DisplayName),
        { IsBook: true, Book: { } book } => $"Friends of {FriendCard.Clean(book.DisplayName)}",
        _ => null,
    };

    private static PropertyValue Text(string text) => xml => xml.WriteString(text);

    private static PropertyValue Link(DavPath path, string pathBase) => xml => xml.Href(path.ToHref(pathBase));

    private static void WriteType(XmlWriter xml, DavResource resource)
    {
        if (resource.Card is null)
        {
            xml.Element(s_dav + "collection");
        }

        if (resource.IsHome)
        {
            xml.Element(s_dav + "principal");
        }

        if (resource.IsBook)
        {
            xml.Element(s_card + "addressbook");
        }
    }

    private static void WritePrivileges(XmlWriter xml)
    {
        foreach (var name in (string[])["read", "read-current-user-privilege-set"])
        {
            xml.Start(s_dav + "privilege");
            xml.Element(s_dav + name);
            xml.WriteEndElement();
        }
    }

    private static void WriteReports(XmlWriter xml, DavResource resource)
    {
        foreach (var name in resource.IsBook ? (XName[])[DavNames.Multiget, DavNames.Query, DavNames.SyncCollection] : [])
        {
            xml.Start(s_dav + "supported-report");
            xml.Start(s_dav + "report");
            xml.Element(name);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
    }

    private static void WriteAddressData(XmlWriter xml)
    {
        foreach (var version in (string[])["3.0", "4.0"])
        {
            xml.Start(s_card + "address-data-type");
            xml.WriteAttributeString("content-type", "text/vcard");
            xml.WriteAttributeString("version", version);
            xml.WriteEndElement();
        }
    }

    private static void WriteCollations(XmlWriter xml)
    {
        foreach (var collation in (string[])["i;ascii-casemap", "i;unicode-casemap"])
        {
            xml.Element(s_card + "supported-collation", collation);
        }
    }
}
