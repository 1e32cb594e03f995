using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using OrleansIM.Contacts;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.CardDav;

/// <summary>REPORT of an address book: addressbook-multiget, addressbook-query (RFC 6352), sync-collection (RFC 6578).</summary>
internal static class BookReports
{
    public static Task<DavAnswer> AnswerAsync(HttpContext http, BookVisit visit, DavPath path, XElement report)
    {
        // All of the reports here are about a book; of anything else there are none.
        if (path is not { IsBook: true, IsCard: false })
        {
            return Task.FromResult(DavAnswer.Failed(DavNames.SupportedReport));
        }

        var (request, fault) = PropertyRequest.Read(report);
        return fault is not null ? Task.FromResult(fault)
            : report.Name == DavNames.Multiget ? MultigetAsync(http, visit, path, report, request)
            : report.Name == DavNames.Query ? QueryAsync(http, visit, path, report, request)
            : report.Name == DavNames.SyncCollection ? SyncAsync(http, visit, path, report, request)
            : Task.FromResult(DavAnswer.Failed(DavNames.SupportedReport));
    }

    private static async Task<DavAnswer> MultigetAsync(HttpContext http, BookVisit visit, DavPath path, XElement report, PropertyRequest request)
    {
        var read = await visit.AskAsync(static (book, grant) => book.ReadBookAsync(grant));
        if (read.Refusal is { } refusal)
        {
            return DavAnswer.Refused(refusal);
        }

        var pathBase = http.Request.PathBase.Value ?? "";
        var friends = read.Get().Friends.ToDictionary(friend => friend.Contact.Account);
        return Multistatus.Answer(pathBase, answer =>
        {
            foreach (var href in report.Elements(DavNames.Href).Select(href => href.Value.Trim()).Distinct())
            {
                if (DavPath.TryParseHref(href, pathBase, out var card) && card.Account == path.Account && card.Friend is { } account && friends.TryGetValue(account, out var friend))
                {
                    answer.Resource(Resource(path, friend), request);
                }
                else
                {
                    answer.Missing(href);
                }
            }
        });
    }

    private static async Task<DavAnswer> QueryAsync(HttpContext http, BookVisit visit, DavPath path, XElement report, PropertyRequest request)
    {
        var (filter, fault) = CardFilter.Read(report.Element(DavNames.Filter));
        if (fault is not null)
        {
            return fault;
        }

        if (!TryReadLimit(report.Element(DavNames.CardLimit)?.Element(DavNames.CardResults), out var limit))
        {
            return BadLimit;
        }

        var read = await visit.AskAsync(static (book, grant) => book.ReadBookAsync(grant));
        if (read.Refusal is { } refusal)
        {
            return DavAnswer.Refused(refusal);
        }

        return Multistatus.Answer(http.Request.PathBase.Value ?? "", answer =>
        {
            var told = 0;
            foreach (var found in read.Get().Friends.Select(friend => Resource(path, friend)).Where(card => filter.Matches(card.Card!)))
            {
                if (told++ == limit)
                {
                    answer.Truncated(path);
                    break;
                }

                answer.Resource(found, request);
            }
        });
    }

    private static async Task<DavAnswer> SyncAsync(HttpContext http, BookVisit visit, DavPath path, XElement report, PropertyRequest request)
    {
        // Without a level: what its draft left to the header Depth. There is nothing deeper here, but to promise that is another matter.
        if (report.Element(DavNames.SyncLevel)?.Value.Trim() is not (null or "1"))
        {
            return DavAnswer.Failed(DavNames.SyncTraversal);
        }

        if (!TryReadLimit(report.Element(DavNames.DavLimit)?.Element(DavNames.DavResults), out var limit))
        {
            return BadLimit;
        }

        var since = report.Element(DavNames.SyncToken)?.Value.Trim();
        var changes = await visit.AskAsync((book, grant) => book.ReadBookChangesAsync(grant, string.IsNullOrEmpty(since) ? null : since, limit));
        if (changes.Refusal is { } refusal)
        {
            return refusal.Code == ErrorCodes.InvalidArgument ? DavAnswer.Failed(DavNames.ValidSyncToken) : DavAnswer.Refused(refusal);
        }

        return Multistatus.Answer(http.Request.PathBase.Value ?? "", answer =>
        {
            foreach (var friend in changes.Get().Changed)
            {
                answer.Resource(Resource(path, friend), request);
            }

            foreach (var gone in changes.Get().Removed)
            {
                answer.Missing(path.Card(gone));
            }

            if (changes.Get().IsTruncated)
            {
                answer.Truncated(path);
            }

            answer.SyncToken(changes.Get().Token);
        });
    }

    private static DavResource Resource(DavPath book, AddressBookFriend friend) =>
        new(book.Card(friend.Contact.Account), book.Account!) { Card = new FriendCard(friend) };

    private static bool TryReadLimit(XElement? element, out int? limit)
    {
        limit = null;
        if (element is null)
        {
            return true;
        }

        var isNumber = int.TryParse(element.Value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0;
        limit = number;
        return isNumber;
    }

    private static DavAnswer BadLimit => DavAnswer.Plain(StatusCodes.Status400BadRequest, "nresults: a number above 0.");
}
