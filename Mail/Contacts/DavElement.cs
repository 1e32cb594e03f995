using System.Text;

namespace OrleansIM.Mail;

/// <summary>
/// A name in XML. Not <c>XName</c>: those of well-known namespaces are kept for the life of the process, and a server could
/// make up new ones forever.
/// </summary>
internal readonly record struct DavName(string Space, string Local)
{
    private const string Dav = "DAV:", Card = "urn:ietf:params:xml:ns:carddav", CalendarServer = "http://calendarserver.org/ns/";

    public static DavName Multistatus => new(Dav, "multistatus");
    public static DavName Response => new(Dav, "response");
    public static DavName Href => new(Dav, "href");
    public static DavName Status => new(Dav, "status");
    public static DavName PropStat => new(Dav, "propstat");
    public static DavName Prop => new(Dav, "prop");
    public static DavName SyncToken => new(Dav, "sync-token");
    public static DavName ResourceType => new(Dav, "resourcetype");
    public static DavName Collection => new(Dav, "collection");
    public static DavName ETag => new(Dav, "getetag");
    public static DavName CurrentUserPrincipal => new(Dav, "current-user-principal");
    public static DavName SyncCollection => new(Dav, "sync-collection");
    public static DavName SupportedReports => new(Dav, "supported-report-set");
    public static DavName CTag => new(CalendarServer, "getctag");
    public static DavName AddressBook => new(Card, "addressbook");
    public static DavName HomeSet => new(Card, "addressbook-home-set");
    public static DavName AddressData => new(Card, "address-data");
}

/// <summary>An element, without its attributes: WebDAV says nothing in them that is needed here.</summary>
internal sealed class DavElement(DavName name)
{
    // A text may come in a great many pieces, between comments and CDATA sections.
    private StringBuilder? _text;

    public DavName Name => name;

    public List<DavElement> Children { get; } = [];

    /// <summary>The text directly in it, cut off where it is too long.</summary>
    public string Text => _text?.ToString() ?? "";

    /// <summary>Characters of the text so far.</summary>
    public int TextLength => _text?.Length ?? 0;

    public void AddText(ReadOnlySpan<char> piece) => (_text ??= new StringBuilder()).Append(piece);

    public DavElement? this[DavName child] => Children.Find(one => one.Name == child);

    /// <summary>Whether an element of that name is anywhere below.</summary>
    public bool Holds(DavName wanted) => Children.Exists(child => child.Name == wanted || child.Holds(wanted));
}

/// <summary>What a server says about one resource.</summary>
internal sealed class DavResponse
{
    private readonly Dictionary<DavName, DavElement> _properties = [];

    private DavResponse(string href, int? status) => (Href, Status) = (href, status);

    public string Href { get; }

    /// <summary>Of the resource as a whole, where there are no properties.</summary>
    public int? Status { get; }

    /// <summary>A property that the resource has.</summary>
    public DavElement? this[DavName property] => _properties.GetValueOrDefault(property);

    /// <summary>Null if the element names no resource.</summary>
    public static DavResponse? From(DavElement element)
    {
        if (element[DavName.Href]?.Text.Trim() is not { Length: > 0 } href)
        {
            return null;
        }

        var response = new DavResponse(href, StatusOf(element));
        foreach (var group in element.Children.Where(child => child.Name == DavName.PropStat && StatusOf(child) is null or (>= 200 and < 300)))
        {
            foreach (var property in group[DavName.Prop]?.Children ?? [])
            {
                response._properties[property.Name] = property;
            }
        }

        return response;
    }

    /// <summary>The texts of the <c>href</c>s in a property.</summary>
    public IEnumerable<string> HrefsIn(DavName property)
        => (this[property]?.Children ?? []).Where(child => child.Name == DavName.Href).Select(child => child.Text.Trim()).Where(text => text.Length > 0);

    /// <summary>The text of a property, or null if it is not there or empty.</summary>
    public string? TextOf(DavName property) => this[property]?.Text.Trim() is { Length: > 0 } text ? text : null;

    /// <summary><c>HTTP/1.1 404 Not Found</c>.</summary>
    private static int? StatusOf(DavElement element)
    {
        var parts = element[DavName.Status]?.Text.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        return parts is [_, var code, ..] && int.TryParse(code, out var status) ? status : null;
    }
}
