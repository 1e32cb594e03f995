using System.Security;
using System.Text;

namespace OrleansIM.Mail;

/// <summary>The bodies of requests to an address book server.</summary>
internal static class DavRequests
{
    private const string Spaces = """xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav" xmlns:S="http://calendarserver.org/ns/" """;

    /// <summary>
    /// What is wanted of a card. A server that can (RFC 6352, 10.4.2) leaves photos out; others send the whole card.
    /// </summary>
    private const string Card = """
        <prop><getetag/><C:address-data><C:prop name="VERSION"/><C:prop name="UID"/><C:prop name="FN"/><C:prop name="N"/>
        <C:prop name="NICKNAME"/><C:prop name="ORG"/><C:prop name="EMAIL"/><C:prop name="KIND"/>
        <C:prop name="X-ADDRESSBOOKSERVER-KIND"/></C:address-data></prop>
        """;

    /// <summary>Who am I, where are my address books, or is this one?</summary>
    public static byte[] Discover { get; } = PropFind("<resourcetype/><current-user-principal/><C:addressbook-home-set/>");

    /// <summary>Which address books are there, and has anything changed?</summary>
    public static byte[] ListBooks { get; } = PropFind("<resourcetype/><sync-token/><S:getctag/><supported-report-set/>");

    /// <summary>Which cards are there?</summary>
    public static byte[] ListCards { get; } = PropFind("<resourcetype/><getetag/>");

    /// <summary>All cards (RFC 6352, 8.6), for servers that do not give some.</summary>
    public static byte[] AllCards { get; } = Encode(
        $"""<C:addressbook-query {Spaces}>{Card}<C:filter><C:prop-filter name="FN"/></C:filter></C:addressbook-query>""");

    /// <summary>What has changed since a token (RFC 6578); with an empty one everything that is there.</summary>
    public static byte[] Changes(string token) => Encode(
        $"<sync-collection {Spaces}><sync-token>{SecurityElement.Escape(token)}</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>");

    /// <summary>Some cards (RFC 6352, 8.7).</summary>
    public static byte[] Cards(IEnumerable<string> hrefs) => Encode(
        $"<C:addressbook-multiget {Spaces}>{Card}{string.Concat(hrefs.Select(href => $"<href>{SecurityElement.Escape(href)}</href>"))}</C:addressbook-multiget>");

    private static byte[] PropFind(string properties) => Encode($"<propfind {Spaces}><prop>{properties}</prop></propfind>");

    private static byte[] Encode(string xml) => Encoding.UTF8.GetBytes("""<?xml version="1.0" encoding="utf-8"?>""" + xml);
}
