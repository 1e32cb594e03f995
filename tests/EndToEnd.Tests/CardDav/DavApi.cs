using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;

namespace OrleansIM.EndToEnd.Tests.CardDav;

/// <summary>CardDAV requests by hand.</summary>
internal static class DavApi
{
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(30) };

    public static async Task<DavAnswer> SendAsync(Uri server, string method, string path, string login, string password, string? depth = null, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(server, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login}:{password}")));
        if (depth is not null)
        {
            request.Headers.Add("Depth", depth);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/xml");
        }

        using var response = await s_http.SendAsync(request);
        return new DavAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>A sync-collection of an account's book.</summary>
    public static Task<DavAnswer> SyncAsync(Uri server, string account, string password, string? token) => SendAsync(
        server, "REPORT", $"carddav/{account}/friends/", account, password, body:
        $"""<d:sync-collection xmlns:d="DAV:"><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>""");
}

internal sealed record DavAnswer(int Status, string Text)
{
    private static readonly XNamespace s_dav = "DAV:";

    public XElement Xml => XDocument.Parse(Text).Root!;

    public string Token => Xml.Element(s_dav + "sync-token")!.Value;

    /// <summary>The cards of a report, those that are gone with a minus.</summary>
    public string[] Cards =>
    [
        .. Xml.Elements(s_dav + "response").Select(response =>
            (response.Element(s_dav + "status") is null ? "" : "-") + response.Element(s_dav + "href")!.Value.Split('/')[^1]),
    ];
}
