using Microsoft.Extensions.Options;

namespace OrleansIM.Mail;

/// <summary>
/// Reads the contacts of an address book server (CardDAV, RFC 6352): finds the address books, and then only what has
/// changed: by sync-collection (RFC 6578), else by the entity tags of the cards.
/// </summary>
/// <remarks>
/// Bounded in cards (<see cref="MailOptions.MaxContacts"/>), bytes (<see cref="MailOptions.MaxContactBytes"/>, each answer
/// <see cref="MailOptions.MaxAnswerBytes"/>) and time (<see cref="MailOptions.ContactsTimeout"/>, each request
/// <see cref="MailOptions.AnswerTimeout"/>).
/// </remarks>
public sealed class CardDavClient
{
    private const int MaxBooks = 50;

    private readonly MailHttp _http;
    private readonly MailOptions _options;
    private readonly TimeProvider _time;

    internal CardDavClient(MailHttp http, MailOptions options, TimeProvider time) => (_http, _options, _time) = (http, options, time);

    /// <summary>Brings what is known up to date.</summary>
    /// <param name="access">The server and what signs in there.</param>
    /// <param name="known">What the last synchronization gave; null for the first. That of another server is not used.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="MailException">What went wrong; what was known stays good.</exception>
    public async Task<CardDavSync> SyncAsync(CardDavAccess access, CardDavState? known, CancellationToken cancellation)
    {
        CheckAddress(access.Address);
        known = known?.Start == access.Address.AbsoluteUri ? known : null;
        var session = new DavSession(_http, _options, _time, access);
        var places = known?.Places is { Count: > 0 } ? known.Places : await CardDavDiscovery.FindPlacesAsync(session, cancellation);
        if (await ListAsync(session, places, cancellation) is not { } listed)
        {
            // They have moved, or it was never asked.
            places = known is null ? throw NoBooks(access) : await CardDavDiscovery.FindPlacesAsync(session, cancellation);
            listed = await ListAsync(session, places, cancellation) ?? throw NoBooks(access);
        }

        var books = new List<CardDavBook>();
        var (room, isComplete) = (_options.MaxContacts, true);
        foreach (var book in listed)
        {
            var before = known?.Books.FirstOrDefault(one => one.Address == book.Address.AbsoluteUri);
            var sync = new CardDavBookSync(session, book, before, room);
            books.Add(await sync.RunAsync(cancellation));
            room -= books[^1].Cards.Count;
            isComplete &= sync.IsComplete && room > 0;
        }

        var state = new CardDavState { Start = access.Address.AbsoluteUri, Places = places, Books = books };
        return new CardDavSync(state, IsChanged(known, books), isComplete);
    }

    private static bool IsChanged(CardDavState? known, List<CardDavBook> books)
        => known is null || known.Books.Count != books.Count
            || !known.Books.Zip(books).All(pair => pair.First.Address == pair.Second.Address && pair.First.Cards.SequenceEqual(pair.Second.Cards));

    private static MailException NoBooks(CardDavAccess access)
        => new(MailFault.Refused, $"There are no address books at {access.Address.IdnHost} any more. Give the address of one.");

    private static void CheckAddress(Uri address)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
        {
            throw new MailException(MailFault.HostNotAllowed, "The address of an address book server begins with https:// and holds no password.");
        }
    }

    /// <summary>The address books of all places; null if a place is none any more.</summary>
    private static async Task<List<ListedBook>?> ListAsync(DavSession session, IReadOnlyList<CardDavPlace> places, CancellationToken cancellation)
    {
        var books = new List<ListedBook>();
        foreach (var place in places)
        {
            var address = session.Resolve(session.Access.Address, place.Address);
            var found = new List<DavResponse>();
            var answer = await session.FindAsync(address, place.IsBook ? 0 : 1, DavRequests.ListBooks, Take, cancellation);
            if (!answer.IsMultistatus)
            {
                return (int)answer.Status is 429 or >= 500 ? throw DavSession.Refusal(answer) : null;
            }

            books.AddRange(found.Select(response => ListedBook.From(response, session.Resolve(answer.Address, response.Href))));

            bool Take(DavResponse response)
            {
                if (response[DavName.ResourceType]?[DavName.AddressBook] is not null)
                {
                    found.Add(response);
                }

                return found.Count < MaxBooks;
            }
        }

        return books;
    }
}

/// <summary>An address book as its home lists it.</summary>
internal sealed record ListedBook(Uri Address, string? Mark, bool HasChanges)
{
    public static ListedBook From(DavResponse response, Uri address)
    {
        var token = response.TextOf(DavName.SyncToken);
        return new ListedBook(
            address,
            token ?? response.TextOf(DavName.CTag),
            token is not null || response[DavName.SupportedReports]?.Holds(DavName.SyncCollection) == true);
    }
}
