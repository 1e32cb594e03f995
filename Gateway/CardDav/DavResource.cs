using OrleansIM.Contacts;

namespace OrleansIM.Gateway.CardDav;

/// <summary>Something that has properties: the root, an account's home, its book, a card.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Owner">The account that asks, which owns all it can see.</param>
internal sealed record DavResource(DavPath Path, string Owner)
{
    /// <summary>Where the book stands; of everything but a card.</summary>
    public AddressBookState? Book { get; init; }

    /// <summary>The card; of nothing else.</summary>
    public FriendCard? Card { get; init; }

    public bool IsRoot => Path.Account is null;

    public bool IsHome => Path is { Account: not null, IsBook: false };

    public bool IsBook => Path is { IsBook: true, IsCard: false };
}
