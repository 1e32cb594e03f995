using System.Net;
using OrleansIM.Protocol;

namespace OrleansIM.Mail;

/// <summary>Brings one address book up to date.</summary>
internal sealed class CardDavBookSync(DavSession session, ListedBook book, CardDavBook? known, int room)
{
    private const int CardsPerRequest = 50;
    private const int MaxRounds = 1_000;
    private const int MaxAddresses = 20;
    private const int MaxName = 200;
    private const int MaxHref = 2_000;

    /// <summary>By <see cref="KeyOf"/>.</summary>
    private readonly Dictionary<string, CardDavCard> _cards = [];

    /// <summary>Cards that are new or have changed: what to ask for, and their entity tags.</summary>
    private readonly Dictionary<string, (string Href, string? ETag)> _wanted = [];

    /// <summary>The keys of both.</summary>
    private readonly HashSet<string> _present = [];

    private readonly Dictionary<string, CardDavCard> _known =
        (known?.Cards ?? []).GroupBy(card => KeyOf(card.Href)).ToDictionary(same => same.Key, same => same.First());

    private string? _token;
    private bool _isFull;

    /// <summary>Whether everything was read, and there was room for it.</summary>
    public bool IsComplete { get; private set; } = true;

    public async Task<CardDavBook> RunAsync(CancellationToken cancellation)
    {
        if (known is not null && book.Mark is not null && book.Mark == known.Mark && known.Cards.Count <= room)
        {
            return known;
        }

        if (!await ReadChangesAsync(cancellation))
        {
            await ListAllAsync(cancellation);
        }

        var isRead = await FetchAsync(cancellation);
        IsComplete = isRead && !_isFull;
        return new CardDavBook
        {
            Address = book.Address.AbsoluteUri,

            // With neither the next time lists everything again, and finds what is missing.
            Mark = isRead ? book.Mark : null,
            Token = IsComplete ? _token : null,
            Cards = [.. _cards.Values.OrderBy(card => card.Href, StringComparer.Ordinal)],
        };
    }

    /// <summary>What has changed since the last time. False: that is not to be had.</summary>
    private async Task<bool> ReadChangesAsync(CancellationToken cancellation)
    {
        if (known?.Token is not { } token || !book.HasChanges)
        {
            return false;
        }

        if (_known.Count <= room)
        {
            foreach (var (key, card) in _known)
            {
                _cards.Add(key, card);
                _present.Add(key);
            }

            if (await CollectAsync(token, cancellation))
            {
                return true;
            }
        }

        // The token has expired (RFC 6578, 3.2), or there is less room than before.
        Clear();
        return false;
    }

    /// <summary>Everything that is there. What is known and has the same entity tag is not fetched again.</summary>
    private async Task ListAllAsync(CancellationToken cancellation)
    {
        if (book.HasChanges && await CollectAsync("", cancellation))
        {
            return;
        }

        Clear();
        var answer = await session.FindAsync(book.Address, 1, DavRequests.ListCards, Note, cancellation);
        if (!answer.IsMultistatus)
        {
            throw DavSession.Refusal(answer);
        }
    }

    /// <summary>sync-collection, as often as the server cuts it off (RFC 6578, 3.6). False: it will not.</summary>
    private async Task<bool> CollectAsync(string token, CancellationToken cancellation)
    {
        for (var round = 0; round < MaxRounds && !session.IsExhausted; round++)
        {
            var isPart = false;
            var answer = await session.ReportAsync(book.Address, 0, DavRequests.Changes(token), Take, cancellation);
            if (!answer.IsMultistatus)
            {
                return (int)answer.Status is 429 or >= 500 && answer.Status is not HttpStatusCode.NotImplemented and not HttpStatusCode.InsufficientStorage
                    ? throw DavSession.Refusal(answer)
                    : false;
            }

            _token = answer.SyncToken is { Length: > 0 } next ? next : null;
            if (!isPart || _isFull || _token is null || _token == token)
            {
                return true;
            }

            token = _token;

            bool Take(DavResponse response)
            {
                isPart |= response.Status == (int)HttpStatusCode.InsufficientStorage;
                return response.Status == (int)HttpStatusCode.InsufficientStorage || Note(response);
            }
        }

        _token = null;
        return true;
    }

    /// <summary>Something about a card: it is gone, or has an entity tag. False if there are too many.</summary>
    private bool Note(DavResponse response)
    {
        var key = KeyOf(response.Href);
        if (response.Href.Length > MaxHref || key == KeyOf(book.Address.AbsolutePath) || response[DavName.ResourceType]?[DavName.Collection] is not null)
        {
            return true;
        }

        if (response.Status is >= 400)
        {
            Remove(key);
            return true;
        }

        if (!_present.Contains(key) && _present.Count >= room)
        {
            _isFull = true;
            return false;
        }

        _present.Add(key);
        var etag = response.TextOf(DavName.ETag);
        if (etag is not null && _known.TryGetValue(key, out var card) && card.ETag == etag)
        {
            _cards[key] = card;
        }
        else
        {
            _wanted[key] = (response.Href, etag);
        }

        return true;
    }

    /// <summary>Reads the cards that are wanted. False: not all, because a limit was reached.</summary>
    private async Task<bool> FetchAsync(CancellationToken cancellation)
    {
        var (size, isWilling) = (CardsPerRequest, true);
        while (_wanted.Count > 0 && isWilling)
        {
            if (session.IsExhausted)
            {
                return false;
            }

            var asked = _wanted.Take(size).ToList();
            var answer = await session.ReportAsync(book.Address, 0, DavRequests.Cards(asked.Select(one => one.Value.Href)), Take, cancellation);
            isWilling = answer.IsMultistatus;
            if (answer.IsExceeded && size > 1)
            {
                // One of them is a giant. It is found by asking for one at a time.
                size = 1;
            }
            else if (isWilling)
            {
                size = Math.Min(size * 2, CardsPerRequest);
                asked.ForEach(one => Settle(one.Key, one.Value, answer.IsExceeded));
            }
        }

        return isWilling || await FetchAllAsync(cancellation);
    }

    /// <summary>For servers that do not give some cards, but give all.</summary>
    private async Task<bool> FetchAllAsync(CancellationToken cancellation)
    {
        var answer = await session.ReportAsync(book.Address, 1, DavRequests.AllCards, Take, cancellation);
        return !answer.IsMultistatus ? throw DavSession.Refusal(answer)
            : answer.IsExceeded ? throw new MailException(MailFault.Garbage, $"The address book at {book.Address.IdnHost} is too big to be read at once.")
            : true;
    }

    private bool Take(DavResponse response)
    {
        var key = KeyOf(response.Href);
        if (_wanted.TryGetValue(key, out var wanted) && response.TextOf(DavName.AddressData) is { } text)
        {
            _wanted.Remove(key);
            _cards[key] = ToCard(wanted.Href, response.TextOf(DavName.ETag) ?? wanted.ETag, VCardReader.Read(text, most: 1, decode: Charsets.Decode) is [var card, ..] ? card : null);
        }

        return true;
    }

    /// <summary>A card that was asked for and did not come: it has gone since, or is nothing that can be read.</summary>
    private void Settle(string key, (string Href, string? ETag) wanted, bool isGiant)
    {
        if (!_wanted.Remove(key))
        {
            return;
        }

        if (isGiant)
        {
            _cards[key] = ToCard(wanted.Href, wanted.ETag, null);
        }
        else
        {
            Remove(key);
        }
    }

    private static CardDavCard ToCard(string href, string? etag, VCard? card)
    {
        var contact = new CardDavCard { Href = href, ETag = etag, Uid = card?.Uid is { Length: > 0 and <= MaxName } uid ? uid : null };
        if (card is null || card.IsGroup)
        {
            return contact;
        }

        var addresses = new List<string>();
        foreach (var email in card.Emails)
        {
            if (addresses.Count < MaxAddresses && MailAddresses.TryNormalize(email.Address, out var address))
            {
                addresses.Add(address);
            }
        }

        var name = MailText.Line(card.DisplayName, MaxName);
        return contact with { Name = name.Length > 0 ? name : null, Addresses = addresses.DistinctBy(MailAddresses.KeyOf).ToArray() };
    }

    private void Remove(string key)
    {
        _cards.Remove(key);
        _wanted.Remove(key);
        _present.Remove(key);
    }

    private void Clear()
    {
        _cards.Clear();
        _wanted.Clear();
        _present.Clear();
        (_token, _isFull) = (null, false);
    }

    /// <summary>Servers write the same address in several ways: with or without the host, escaped or not.</summary>
    private static string KeyOf(string href)
    {
        var path = Uri.TryCreate(href, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address.AbsolutePath : href;
        return Uri.UnescapeDataString(path).TrimEnd('/');
    }
}
