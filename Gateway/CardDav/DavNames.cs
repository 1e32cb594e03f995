using System.Xml.Linq;

namespace OrleansIM.Gateway.CardDav;

/// <summary>Names of WebDAV (RFC 4918, 3744, 5397, 6578) and CardDAV (RFC 6352), and the one of CalendarServer that every client asks for.</summary>
internal static class DavNames
{
    public static readonly XNamespace Dav = "DAV:";
    public static readonly XNamespace Card = "urn:ietf:params:xml:ns:carddav";
    public static readonly XNamespace CalendarServer = "http://calendarserver.org/ns/";

    public static readonly XName PropFind = Dav + "propfind";
    public static readonly XName Prop = Dav + "prop";
    public static readonly XName AllProp = Dav + "allprop";
    public static readonly XName PropName = Dav + "propname";
    public static readonly XName Include = Dav + "include";
    public static readonly XName Href = Dav + "href";

    public static readonly XName SyncCollection = Dav + "sync-collection";
    public static readonly XName SyncToken = Dav + "sync-token";
    public static readonly XName SyncLevel = Dav + "sync-level";
    public static readonly XName DavLimit = Dav + "limit";
    public static readonly XName DavResults = Dav + "nresults";

    public static readonly XName Multiget = Card + "addressbook-multiget";
    public static readonly XName Query = Card + "addressbook-query";
    public static readonly XName AddressData = Card + "address-data";
    public static readonly XName CardLimit = Card + "limit";
    public static readonly XName CardResults = Card + "nresults";
    public static readonly XName Filter = Card + "filter";
    public static readonly XName PropFilter = Card + "prop-filter";
    public static readonly XName ParamFilter = Card + "param-filter";
    public static readonly XName TextMatch = Card + "text-match";
    public static readonly XName IsNotDefined = Card + "is-not-defined";
    public static readonly XName CardProp = Card + "prop";

    // Preconditions and postconditions.
    public static readonly XName FiniteDepth = Dav + "propfind-finite-depth";
    public static readonly XName SupportedReport = Dav + "supported-report";
    public static readonly XName ValidSyncToken = Dav + "valid-sync-token";
    public static readonly XName SyncTraversal = Dav + "sync-traversal-supported";
    public static readonly XName WithinLimits = Dav + "number-of-matches-within-limits";
    public static readonly XName SupportedFilter = Card + "supported-filter";
    public static readonly XName SupportedCollation = Card + "supported-collation";
    public static readonly XName SupportedAddressData = Card + "supported-address-data";
}
