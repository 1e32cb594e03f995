using System.Globalization;
using System.Security;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace OrleansIM.Mail.Tests.CardDav;

/// <summary>An address book server that can do as little, and as badly, as a test wants.</summary>
internal sealed class MiniDav
{
    private static readonly XNamespace s_dav = "DAV:";

    private readonly Dictionary<string, (string Card, int Version)> _cards = [];
    private readonly List<(string File, bool IsGone)> _log = [];

    /// <summary>sync-collection is there.</summary>
    public bool HasChanges { get; set; }

    /// <summary>getctag is there.</summary>
    public bool HasCTag { get; set; } = true;

    /// <summary>addressbook-multiget is there.</summary>
    public bool HasMultiGet { get; set; } = true;

    /// <summary>Changes that fit into one answer.</summary>
    public int MostChanges { get; set; } = int.MaxValue;

    /// <summary>Cards that were given out.</summary>
    public List<string> Given { get; } = [];

    public void Put(string file, string name, string address, string more = "")
        => PutCard(file, $"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{file}\r\nFN:{name}\r\nEMAIL:{address}\r\n{more}END:VCARD\r\n");

    public void PutCard(string file, string card)
    {
        _cards[file] = (card, _log.Count);
        _log.Add((file, false));
    }

    public void Delete(string file)
    {
        _cards.Remove(file);
        _log.Add((file, true));
    }

    public async Task AnswerAsync(HttpContext context)
    {
        var body = await XDocument.LoadAsync(context.Request.Body, LoadOptions.None, context.RequestAborted);
        var answer = (context.Request.Method, context.Request.Path.Value, body.Root!.Name.LocalName) switch
        {
            ("PROPFIND", "/.well-known/carddav", _) => null,
            ("PROPFIND", "/", _) => Response("/", "<D:current-user-principal><D:href>/me/</D:href></D:current-user-principal>"),
            ("PROPFIND", "/me/", _) => Response("/me/", "<C:addressbook-home-set><D:href>/books/</D:href></C:addressbook-home-set>"),
            ("PROPFIND", "/books/", _) => Response("/books/", "<D:resourcetype><D:collection/></D:resourcetype>") + Book(),
            ("PROPFIND", "/books/a/", _) => Book() + string.Concat(_cards.Select(card => Response(Href(card.Key), ETag(card.Value.Version)))),
            ("REPORT", "/books/a/", "sync-collection") when HasChanges => Changes(body.Root!.Element(s_dav + "sync-token")!.Value),
            ("REPORT", "/books/a/", "addressbook-multiget") when HasMultiGet => string.Concat(body.Root!.Elements(s_dav + "href").Select(href => Card(href.Value))),
            ("REPORT", "/books/a/", "addressbook-query") => string.Concat(_cards.Keys.Select(file => Card(Href(file)))),
            _ => null,
        };
        context.Response.StatusCode = answer is null ? 404 : 207;
        if (answer is not null)
        {
            await context.Response.WriteAsync(Multistatus(answer));
        }
    }

    public static string Multistatus(string responses)
        => $"""<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav" xmlns:S="http://calendarserver.org/ns/">{responses}</D:multistatus>""";

    public static string Response(string href, string properties)
        => $"<D:response><D:href>{href}</D:href><D:propstat><D:prop>{properties}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
            + "<D:propstat><D:prop><D:displayname/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>";

    private static string Href(string file) => $"/books/a/{Uri.EscapeDataString(file)}.vcf";

    private static string ETag(int version) => $"<D:getetag>\"{version.ToString(CultureInfo.InvariantCulture)}\"</D:getetag>";

    private string Book() => Response("/books/a/", "<D:resourcetype><D:collection/><C:addressbook/></D:resourcetype>"
        + (HasCTag ? $"<S:getctag>{_log.Count}</S:getctag>" : "")
        + (HasChanges ? $"<D:sync-token>t:{_log.Count}</D:sync-token>" : ""));

    private string Card(string href)
    {
        var file = Uri.UnescapeDataString(href.Split('/')[^1][..^".vcf".Length]);
        if (!_cards.TryGetValue(file, out var card))
        {
            return $"<D:response><D:href>{href}</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>";
        }

        Given.Add(file);
        return Response(href, $"{ETag(card.Version)}<C:address-data>{SecurityElement.Escape(card.Card)}</C:address-data>");
    }

    private string? Changes(string token)
    {
        var from = token.Length == 0 ? 0 : int.Parse(token[2..], CultureInfo.InvariantCulture);
        var some = _log.Skip(from).Take(MostChanges).ToList();
        var to = from + some.Count;
        var responses = some.DistinctBy(change => change.File).Select(change => _cards.TryGetValue(change.File, out var card)
            ? Response(Href(change.File), ETag(card.Version))
            : $"<D:response><D:href>{Href(change.File)}</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>");
        var cut = to < _log.Count ? "<D:response><D:href>/books/a/</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status></D:response>" : "";
        return $"{string.Concat(responses)}{cut}<D:sync-token>t:{to}</D:sync-token>";
    }
}
