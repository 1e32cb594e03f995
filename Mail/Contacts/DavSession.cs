using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Xml;

namespace OrleansIM.Mail;

/// <summary>One synchronization's requests to a server: signed in, and together bounded in time and bytes.</summary>
internal sealed class DavSession
{
    /// <summary>Characters of a card; what is beyond is not read. Photos stand at the end of cards.</summary>
    private const int MaxCard = 1024 * 1024;

    private static readonly HttpMethod s_propFind = new("PROPFIND");
    private static readonly HttpMethod s_report = new("REPORT");

    private readonly MailHttp _http;
    private readonly MailOptions _options;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly AuthenticationHeaderValue _authorization;
    private long _bytesLeft;

    public DavSession(MailHttp http, MailOptions options, TimeProvider time, CardDavAccess access)
    {
        (_http, _options, _time, Access) = (http, options, time, access);
        _started = time.GetTimestamp();
        _bytesLeft = options.MaxContactBytes;
        _authorization = access.Credential switch
        {
            MailToken token => new AuthenticationHeaderValue("Bearer", token.AccessToken),
            MailPassword password => new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{password.User}:{password.Password}"))),
            _ => throw new ArgumentException("The credential is of no known kind.", nameof(access)),
        };
    }

    public CardDavAccess Access { get; }

    /// <summary>Whether it is time to come to an end with what there is.</summary>
    public bool IsExhausted => _bytesLeft <= 0 || _time.GetElapsedTime(_started) > _options.ContactsTimeout;

    /// <summary>Asks for properties.</summary>
    public Task<DavAnswer> FindAsync(Uri address, int depth, byte[] body, Func<DavResponse, bool> take, CancellationToken cancellation)
        => WholeAsync(SendAsync(s_propFind, address, depth, body, take, cancellation));

    /// <summary>Asks for a report. One that says too much comes as far as it was read.</summary>
    public Task<DavAnswer> ReportAsync(Uri address, int depth, byte[] body, Func<DavResponse, bool> take, CancellationToken cancellation)
        => SendAsync(s_report, address, depth, body, take, cancellation);

    /// <summary>An address that the server names; it has to be one where secrets may go.</summary>
    public Uri Resolve(Uri at, string href)
    {
        if (!Uri.TryCreate(at, href, out var address))
        {
            throw new MailException(MailFault.Garbage, $"{at.IdnHost} names something that is no address.");
        }

        return RedirectRules.Refuse(Access.Address, address) is { } refusal ? throw refusal : address;
    }

    /// <summary>What it means that a server does not do what it is asked.</summary>
    public static MailException Refusal(DavAnswer answer)
    {
        var (host, status) = (answer.Address.IdnHost, (int)answer.Status);
        return status is 429 or >= 500
            ? new MailException(MailFault.Unreachable, $"The address book server {host} cannot answer now (status {status}).")
            : new MailException(MailFault.Refused, $"The address book server {host} refuses (status {status}).");
    }

    private static async Task<DavAnswer> WholeAsync(Task<DavAnswer> asked)
    {
        var answer = await asked;
        return answer.IsExceeded ? throw new MailException(MailFault.Garbage, $"The address book server {answer.Address.IdnHost} says too much.") : answer;
    }

    private Task<DavAnswer> SendAsync(
        HttpMethod method, Uri address, int depth, byte[] body, Func<DavResponse, bool> take, CancellationToken cancellation)
    {
        var most = Math.Clamp(_bytesLeft, 1, _options.MaxAnswerBytes);
        var request = new MailHttpRequest(method, address)
        {
            Authorization = _authorization,
            Headers = new Dictionary<string, string> { ["Depth"] = depth == 0 ? "0" : "1", ["Accept"] = "application/xml, text/xml" },
            Body = body,
            MaxBytes = most,
        };
        return _http.SendAsync(request, (answer, limited) => ReadAsync(answer, take, limited), cancellation);
    }

    /// <summary>Statuses other than 207 are an answer too: what is missing there is looked for elsewhere.</summary>
    private async Task<DavAnswer> ReadAsync(MailHttpAnswer answer, Func<DavResponse, bool> take, CancellationToken cancellation)
    {
        var host = answer.Address.IdnHost;
        switch (answer.Status)
        {
            case HttpStatusCode.Unauthorized:
                throw new MailException(MailFault.AuthenticationFailed, $"The address book server {host} does not accept the user or the secret.");
            case HttpStatusCode.MultiStatus:
                break;
            case HttpStatusCode.OK:
                throw new MailException(MailFault.Garbage, $"{host} is no address book server at this address: it answers with a page.");
            default:
                return new DavAnswer(answer.Status, answer.Address, null);
        }

        var budget = ((BoundedStream)answer.Body).Budget;
        using var reader = new DavReader(answer.Body, MaxCard);
        try
        {
            while (await reader.ReadAsync(cancellation) is { } response)
            {
                if (!take(response))
                {
                    return new DavAnswer(answer.Status, answer.Address, null);
                }
            }

            return new DavAnswer(answer.Status, answer.Address, reader.SyncToken);
        }
        catch (Exception) when (budget.IsExceeded)
        {
            return new DavAnswer(answer.Status, answer.Address, null, IsExceeded: true);
        }
        catch (XmlException failure)
        {
            throw new MailException(MailFault.Garbage, $"What the address book server {host} says is not WebDAV.", failure);
        }
        finally
        {
            _bytesLeft -= budget.Spent;
        }
    }
}

/// <param name="Status">The status.</param>
/// <param name="Address">Who answered, after redirects.</param>
/// <param name="SyncToken">From where changes can be asked for.</param>
/// <param name="IsExceeded">It was more than anybody wants to read, and so not read to the end.</param>
internal sealed record DavAnswer(HttpStatusCode Status, Uri Address, string? SyncToken, bool IsExceeded = false)
{
    public bool IsMultistatus => Status == HttpStatusCode.MultiStatus;
}
