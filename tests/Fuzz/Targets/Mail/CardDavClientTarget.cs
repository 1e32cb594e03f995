using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Fuzz.Engine;
using OrleansIM.Mail;

namespace OrleansIM.Fuzz.Targets;

/// <summary>
/// What an address book server answers: status, headers, an empty line, a body. The contacts are read twice, the second time
/// from where the first ended.
/// </summary>
internal sealed class CardDavClientTarget : FuzzTarget
{
    private static readonly CardDavAccess s_access = new(new Uri("https://dav.example/"), new MailPassword("ann", "secret"));

    private readonly Server _server = new();
    private ServiceProvider? _services;

    public override string Name => "carddav-client";

    public override string About => "an address book server that answers anything, to our CardDAV client";

    public override IReadOnlyList<string> Words { get; } =
    [
        "%%\n", "207\n\n", "301\nLocation: /x/\n\n", "404\n\n", "401\n\n", "500\n\n", "507\n\n", "429\nRetry-After: 1\n\n", "<D:multistatus xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:carddav\">", "</D:multistatus>",
        "<D:response>", "</D:response>", "<D:href>/books/a/</D:href>", "<D:href>/books/a/1.vcf</D:href>", "<D:href>https://other.example/</D:href>", "<D:propstat><D:prop>", "</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>",
        "<D:status>HTTP/1.1 404 Not Found</D:status>", "<D:resourcetype><D:collection/><C:addressbook/></D:resourcetype>", "<D:current-user-principal><D:href>/me/</D:href></D:current-user-principal>",
        "<C:addressbook-home-set><D:href>/books/</D:href></C:addressbook-home-set>", "<D:sync-token>t:1</D:sync-token>", "<D:getetag>\"1\"</D:getetag>", "<C:address-data>", "</C:address-data>",
        "BEGIN:VCARD\nFN:Bob\nEMAIL:bob@x.example\nEND:VCARD\n", "<![CDATA[", "]]>", "<!-- -->", "<?x y?>", "<!DOCTYPE x [<!ENTITY a \"b\">]>", "&amp;", "&#x0;", "&a;", "<D:x>", "</D:x>", "xmlns=\"\"", "<x/>", "%2F", "%00", "//", "..", "é",
    ];

    public override int MaxInput => 256 * 1024;

    public override int BoundedInputs => 3_000;

    public override long Allowance(int length) => 2 * 1024 * 1024 + 512L * length;

    public override async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var client = (_services ??= Create()).GetRequiredService<CardDavClient>();
        _server.Script = new Script([.. "\n%%\n"u8, .. input.Span]);
        var outcome = "";
        CardDavState? known = null;
        for (var round = 0; round < 2; round++)
        {
            try
            {
                var sync = await client.SyncAsync(s_access, known, CancellationToken.None);
                Check(sync.State);
                known = sync.State;
                outcome += $"{sync.IsChanged} {sync.IsComplete} {Math.Min(3, known.AllCards().Count())} {known.Books.Any(book => book.Token is not null)}; ";
            }
            catch (MailException failure)
            {
                ShownText.CheckLine(failure.Message, 1_000, "reason");
                outcome += $"{failure.Fault}; ";
            }
        }

        return outcome;
    }

    public override ValueTask DisposeAsync() => _services?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static void Check(CardDavState state)
    {
        foreach (var card in state.AllCards())
        {
            ShownText.CheckLine(card.Name ?? "", 200, "name");
            if (card.Href.Length > 2_000 || card.Addresses.Count > 20 || card.Uid?.Length > 200)
            {
                throw new BrokenPromiseException("a card is bounded", card.Href);
            }
        }
    }

    private ServiceProvider Create()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddMail(new ConfigurationBuilder().Build());
        services.AddHttpClient(MailKeys.Http).ConfigurePrimaryHttpMessageHandler(() => _server);
        return services.BuildServiceProvider();
    }

    /// <summary>Answers every request with the next piece of a script, and 404 when there is none.</summary>
    private sealed class Server : HttpMessageHandler
    {
        public Script Script { get; set; } = new([]);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = new HttpResponseMessage(HttpStatusCode.NotFound) { RequestMessage = request };
            if (!Script.TryNext(out var piece))
            {
                return Task.FromResult(response);
            }

            var end = piece.AsSpan().IndexOf("\n\n"u8);
            var head = Encoding.Latin1.GetString(piece, 0, end < 0 ? piece.Length : end).Split('\n');
            response.Content = new ByteArrayContent(end < 0 ? [] : piece[(end + 2)..]);
            response.StatusCode = int.TryParse(head[0], NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 200 and < 600 ? (HttpStatusCode)status : HttpStatusCode.MultiStatus;
            foreach (var header in head.Skip(1).Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2))
            {
                _ = response.Headers.TryAddWithoutValidation(header[0], header[1].Trim());
            }

            return Task.FromResult(response);
        }
    }
}
