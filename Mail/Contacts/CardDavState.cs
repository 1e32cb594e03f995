using System.Text;

namespace OrleansIM.Mail;

/// <summary>An address book server and what signs in there: Basic with a password, Bearer with a token.</summary>
/// <param name="Address">Where discovery begins: a host alone, a principal, a home of address books, or one address book.</param>
/// <param name="Credential">What signs in.</param>
public sealed record CardDavAccess(Uri Address, MailCredential Credential)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Address = ").Append(Address.IdnHost);
        return true;
    }
}

/// <summary>
/// What is known of a server's address books; made to be kept, as JSON or otherwise. Given to the next synchronization it
/// makes that one cheap: one request if nothing has changed.
/// </summary>
public sealed record CardDavState
{
    /// <summary>Where discovery began; what is known of another server is of no use.</summary>
    public string? Start { get; init; }

    /// <summary>Where the address books are.</summary>
    public IReadOnlyList<CardDavPlace> Places { get; init; } = [];

    public IReadOnlyList<CardDavBook> Books { get; init; } = [];

    /// <summary>All cards of all books.</summary>
    public IEnumerable<CardDavCard> AllCards() => Books.SelectMany(book => book.Cards);
}

/// <param name="Address">An absolute address.</param>
/// <param name="IsBook">It is one address book, and not a home of several.</param>
public sealed record CardDavPlace(string Address, bool IsBook);

/// <summary>An address book.</summary>
public sealed record CardDavBook
{
    /// <summary>Its absolute address.</summary>
    public required string Address { get; init; }

    /// <summary>What the server said of its state when it was read; null if it says nothing, or if more is to be read.</summary>
    public string? Mark { get; init; }

    /// <summary>From where changes can be asked for (RFC 6578); null where that is not to be had.</summary>
    public string? Token { get; init; }

    public IReadOnlyList<CardDavCard> Cards { get; init; } = [];

    public bool Equals(CardDavBook? other)
        => other is not null && other.Address == Address && other.Mark == Mark && other.Token == Token && other.Cards.SequenceEqual(Cards);

    public override int GetHashCode() => HashCode.Combine(Address, Mark, Token);
}

/// <summary>A card, reduced to what mail needs. Cards without an address are kept too: they need not be fetched again.</summary>
public sealed record CardDavCard
{
    /// <summary>Where it is, as the server writes it.</summary>
    public required string Href { get; init; }

    /// <summary>Changes with the card; null if the server does not say.</summary>
    public string? ETag { get; init; }

    public string? Uid { get; init; }

    /// <summary>In one line.</summary>
    public string? Name { get; init; }

    /// <summary>Mail addresses, the preferred first.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    public bool Equals(CardDavCard? other)
        => other is not null && other.Href == Href && other.ETag == ETag && other.Uid == Uid && other.Name == Name && other.Addresses.SequenceEqual(Addresses);

    public override int GetHashCode() => HashCode.Combine(Href, ETag, Uid, Name);
}

/// <param name="State">To be kept for the next time; the contacts are in it.</param>
/// <param name="IsChanged">Whether any card came, went or changed.</param>
/// <param name="IsComplete">
/// False if a limit was reached before everything was read. What is missing is read the next time, unless it is beyond
/// <see cref="MailOptions.MaxContacts"/>.
/// </param>
public sealed record CardDavSync(CardDavState State, bool IsChanged, bool IsComplete);
