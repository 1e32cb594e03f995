namespace OrleansIM.Mail;

/// <summary>Finds the places where a user's address books are (RFC 6764, 6; RFC 6352, 7.1).</summary>
internal static class CardDavDiscovery
{
    private const string WellKnown = "/.well-known/carddav";
    private const int MaxPlaces = 10;

    /// <exception cref="MailException"><see cref="MailFault.Refused"/>: there are none.</exception>
    public static async Task<IReadOnlyList<CardDavPlace>> FindPlacesAsync(DavSession session, CancellationToken cancellation)
    {
        var start = session.Access.Address;
        var wellKnown = new Uri(start, WellKnown);
        Uri[] candidates = start.AbsolutePath == "/" ? [wellKnown, start] : [start, wellKnown];
        DavAnswer? refusal = null;
        foreach (var candidate in candidates)
        {
            var (answer, found) = await AskAsync(session, candidate, cancellation);
            if (found is null)
            {
                refusal ??= (int)answer.Status >= 500 ? answer : null;
                continue;
            }

            if (await FindPlacesAsync(session, answer.Address, found, cancellation) is { Count: > 0 } places)
            {
                return places;
            }
        }

        throw refusal is not null
            ? DavSession.Refusal(refusal)
            : new MailException(MailFault.Refused, $"No address book is found at {start.IdnHost}. Give the address of one.");
    }

    private static async Task<IReadOnlyList<CardDavPlace>> FindPlacesAsync(
        DavSession session, Uri address, DavResponse found, CancellationToken cancellation)
    {
        if (found[DavName.ResourceType]?[DavName.AddressBook] is not null)
        {
            return [new CardDavPlace(address.AbsoluteUri, IsBook: true)];
        }

        if (Homes(session, address, found) is { Count: > 0 } homes)
        {
            return homes;
        }

        if (found.HrefsIn(DavName.CurrentUserPrincipal).FirstOrDefault() is not { } href)
        {
            return [];
        }

        var (answer, principal) = await AskAsync(session, session.Resolve(address, href), cancellation);
        return principal is null ? [] : Homes(session, answer.Address, principal);
    }

    private static List<CardDavPlace> Homes(DavSession session, Uri address, DavResponse found)
        => [.. found.HrefsIn(DavName.HomeSet).Take(MaxPlaces).Select(href => new CardDavPlace(session.Resolve(address, href).AbsoluteUri, IsBook: false))];

    private static async Task<(DavAnswer Answer, DavResponse? Found)> AskAsync(DavSession session, Uri address, CancellationToken cancellation)
    {
        DavResponse? first = null;
        var answer = await session.FindAsync(address, 0, DavRequests.Discover, response => (first = response) is null, cancellation);
        return (answer, first);
    }
}
