using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using OrleansIM.Contacts;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Mail;

namespace OrleansIM.Gateway.CardDav;

/// <summary>
/// Friends as a read-only CardDAV address book (mission M11; RFC 6352, 6578, 6764, 4918). An account sees its own and
/// nothing else.
/// </summary>
internal sealed partial class CardDavServer(BookSignIns signIns, ILogger<CardDavServer> logger)
{
    private const string CollectionMethods = "OPTIONS, PROPFIND, REPORT";
    private const string Methods = "OPTIONS, GET, HEAD, PROPFIND, REPORT";

    public async Task ServeAsync(HttpContext http)
    {
        DavAnswer answer;
        try
        {
            answer = await AnswerAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException e)
        {
            answer = DavAnswer.Plain(e.StatusCode, "The request could not be read.");
        }
        catch (Exception e)
        {
            answer = DavAnswer.Refused(Faults.ToRefusal(e));
            if (Faults.IsInfrastructure(e))
            {
                Unavailable(logger, e, http.Request.Method);
            }
            else
            {
                Failed(logger, e, http.Request.Method);
            }
        }

        await answer.WriteAsync(http);
    }

    /// <summary>
    /// <c>/.well-known/carddav</c> leads to the root (RFC 6764, section 5). 301 is what clients expect; a POST would become
    /// a GET by it, by 308 it does not.
    /// </summary>
    public static Task RedirectAsync(HttpContext http)
    {
        http.Response.StatusCode = HttpMethods.IsPost(http.Request.Method) ? StatusCodes.Status308PermanentRedirect : StatusCodes.Status301MovedPermanently;
        http.Response.Headers.Location = new DavPath(null).ToHref(http.Request.PathBase.Value ?? "");
        return Task.CompletedTask;
    }

    private async Task<DavAnswer> AnswerAsync(HttpContext http)
    {
        if (HttpMethods.IsOptions(http.Request.Method))
        {
            // Says nothing about anybody, so it asks for no password.
            return new DavAnswer(StatusCodes.Status200OK) { Allow = Methods };
        }

        var signedIn = await signIns.VisitAsync(http);
        if (signedIn.Refusal is { } refusal)
        {
            return DavAnswer.Refused(refusal);
        }

        var visit = signedIn.Get();
        if (!DavPath.TryParse(http.Request.Path.Value ?? "", out var path))
        {
            return NotFound;
        }

        if (path.Account is not null && path.Account != visit.Account)
        {
            // Whether there is such an account or not.
            return DavPrivileges.Missing(http, path, "read");
        }

        return http.Request.Method.ToUpperInvariant() switch
        {
            "PROPFIND" => await PropFindAsync(http, visit, path),
            "REPORT" => await ReportAsync(http, visit, path),
            "GET" or "HEAD" => await GetAsync(http, visit, path),
            var method when DavPrivileges.OfWriting(method) is { } privilege => DavPrivileges.Missing(http, path, privilege),
            _ => NotAllowed,
        };
    }

    private static async Task<DavAnswer> PropFindAsync(HttpContext http, BookVisit visit, DavPath path)
    {
        var (root, fault) = await DavBody.ReadAsync(http);
        if (fault is not null || (root is not null && root.Name != DavNames.PropFind))
        {
            return fault ?? DavAnswer.Plain(StatusCodes.Status400BadRequest, "The body has to be a propfind.");
        }

        // Without a body, all of them.
        var request = PropertyRequest.All;
        if (root is not null)
        {
            (request, fault) = PropertyRequest.Read(root);
        }

        bool? isDeep = http.Request.Headers["Depth"].ToString().Trim() switch { "0" => false, "1" => true, _ => null };
        if (fault is not null || (isDeep is null && !path.IsCard))
        {
            return fault ?? DavAnswer.Failed(DavNames.FiniteDepth);
        }

        var needsFriends = path.IsCard || (path.IsBook && isDeep == true);
        var read = needsFriends ? await visit.AskAsync(static (book, grant) => book.ReadBookAsync(grant)) : await DescribeAsync(visit);
        if (read.Refusal is { } refusal)
        {
            return DavAnswer.Refused(refusal);
        }

        var resources = Resources(path, visit.Account, read.Get(), isDeep == true).ToArray();
        return resources.Length == 0 ? NotFound : Multistatus.Answer(http.Request.PathBase.Value ?? "", answer =>
        {
            foreach (var resource in resources)
            {
                answer.Resource(resource, request);
            }
        });
    }

    /// <summary>What is at a path, and with <paramref name="isDeep"/> what is in it; nothing if it is a card that is not there.</summary>
    private static IEnumerable<DavResource> Resources(DavPath path, string account, AddressBook book, bool isDeep)
    {
        if (path.Friend is { } friend)
        {
            return book.Friends.Where(one => one.Contact.Account == friend).Select(Card);
        }

        DavResource[] self = [new(path, account) { Book = book.State }];
        IEnumerable<DavResource> children = path switch
        {
            { Account: null } => [new(new DavPath(account), account) { Book = book.State }],
            { IsBook: false } => [new(path.BookOf(), account) { Book = book.State }],
            _ => book.Friends.Select(Card),
        };
        return isDeep ? self.Concat(children) : self;

        DavResource Card(AddressBookFriend one) => new(path.Card(one.Contact.Account), account) { Card = new FriendCard(one) };
    }

    private static async Task<Outcome<AddressBook>> DescribeAsync(BookVisit visit)
    {
        var state = await visit.AskAsync(static (book, grant) => book.DescribeBookAsync(grant));
        return state.Refusal is { } refusal ? refusal : new AddressBook { State = state.Get(), Friends = [] };
    }

    private static async Task<DavAnswer> ReportAsync(HttpContext http, BookVisit visit, DavPath path)
    {
        var (root, fault) = await DavBody.ReadAsync(http);
        return fault ?? (root is null
            ? DavAnswer.Plain(StatusCodes.Status400BadRequest, "The body has to be a report.")
            : await BookReports.AnswerAsync(http, visit, path, root));
    }

    private static async Task<DavAnswer> GetAsync(HttpContext http, BookVisit visit, DavPath path)
    {
        if (path.Friend is not { } account)
        {
            return DavAnswer.Plain(StatusCodes.Status405MethodNotAllowed, $"Only cards can be read with GET; here, use one of {CollectionMethods}.") with { Allow = CollectionMethods };
        }

        var read = await visit.AskAsync(static (book, grant) => book.ReadBookAsync(grant));
        if (read.Refusal is { } refusal)
        {
            return DavAnswer.Refused(refusal);
        }

        if (Array.Find(read.Get().Friends, friend => friend.Contact.Account == account) is not { } found)
        {
            return NotFound;
        }

        var card = new FriendCard(found);
        if (HasCurrent(http, card.ETag))
        {
            return new DavAnswer(StatusCodes.Status304NotModified) { ETag = card.ETag, VariesByAccept = true };
        }

        var version = VersionFor(http.Request.Headers.Accept.ToString());
        return new DavAnswer(StatusCodes.Status200OK)
        {
            ContentType = $"text/vcard; charset=utf-8; version={(version == VCardVersion.V4 ? "4.0" : "3.0")}",
            Body = Encoding.UTF8.GetBytes(card.Write(version)),
            ETag = card.ETag,
            VariesByAccept = true,
        };
    }

    private static bool HasCurrent(HttpContext http, string etag) =>
        EntityTagHeaderValue.TryParseList(http.Request.Headers.IfNoneMatch, out var known)
        && known.Any(tag => tag == EntityTagHeaderValue.Any || tag.Tag == etag);

    /// <summary>4.0 for who prefers it by name, 3.0 for everybody else: every client reads that.</summary>
    private static VCardVersion VersionFor(string accept) =>
        MediaTypeHeaderValue.TryParseList(accept.Split(','), out var types)
        && types.Where(type => type.MediaType.Equals("text/vcard", StringComparison.OrdinalIgnoreCase)).MaxBy(type => type.Quality ?? 1) is { } best
        && best.Parameters.Any(parameter => parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase) && parameter.GetUnescapedValue() == "4.0")
            ? VCardVersion.V4
            : VCardVersion.V3;

    private static DavAnswer NotFound => DavAnswer.Plain(StatusCodes.Status404NotFound, "There is nothing at this path.");

    private static DavAnswer NotAllowed => DavAnswer.Plain(StatusCodes.Status405MethodNotAllowed, $"Use one of {Methods}.") with { Allow = Methods };

    [LoggerMessage(1, LogLevel.Warning, "{Method} could not reach an address book.")]
    private static partial void Unavailable(ILogger logger, Exception exception, string method);

    [LoggerMessage(2, LogLevel.Error, "{Method} of an address book has failed.")]
    private static partial void Failed(ILogger logger, Exception exception, string method);
}
