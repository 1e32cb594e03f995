using OrleansIM.Accounts;
using OrleansIM.Presence;

namespace OrleansIM.Contacts;

/// <summary>
/// The friends of an account (key: account id) as an address book, for programs without a session (mission M11). Read
/// only. Who reads it shows a grant, which the account has given for a credential and takes back by itself: with the app
/// password that is revoked, the password that is changed, the token that dies, the account that is disabled.
/// </summary>
[Alias("im.IAccountAddressBookGrain")]
public interface IAccountAddressBookGrain : IGrainWithStringKey
{
    /// <summary>
    /// Gives a grant for the account's own password or one of its app passwords. Refused: <c>bad_credentials</c> (wrong,
    /// unknown and disabled look and take the same), <c>slow_down</c>, <c>unavailable</c>.
    /// </summary>
    [Alias("SignInToBook")]
    Task<Outcome<AddressBookGrant>> SignInToBookAsync(string password, CancellationToken cancellation = default);

    /// <summary>Gives a grant for a token of this account. Refused: <c>bad_credentials</c>.</summary>
    [Alias("SignInToBookByToken")]
    Task<Outcome<AddressBookGrant>> SignInToBookByTokenAsync(TokenClaims token);

    /// <summary>What the book is called and where it stands. Refused: <c>unauthenticated</c> (no such grant, any more).</summary>
    [Alias("DescribeBook")]
    Task<Outcome<AddressBookState>> DescribeBookAsync(string grant);

    /// <summary>All friends, by account id. Refused: <c>unauthenticated</c>.</summary>
    [Alias("ReadBook")]
    Task<Outcome<AddressBook>> ReadBookAsync(string grant);

    /// <summary>
    /// What has changed since a token of <see cref="AddressBookState.Token"/>, or everybody without one; at most
    /// <paramref name="limit"/> of it. A friend may be named that has not changed, none is left out that has. Refused:
    /// <c>unauthenticated</c>, <c>invalid_argument</c> (no token of this account, or one from too long ago).
    /// </summary>
    [Alias("ReadBookChanges")]
    Task<Outcome<AddressBookChanges>> ReadBookChangesAsync(string grant, string? since, int? limit);
}

/// <summary>What a gateway shows to read an address book. Random, known to one activation of the account, good for minutes.</summary>
[GenerateSerializer, Immutable, Alias("im.AddressBookGrant")]
public sealed record AddressBookGrant
{
    [Id(0)] public required string Key { get; init; }

    /// <summary>How long it is good, unless it is taken back.</summary>
    [Id(1)] public required TimeSpan Lifetime { get; init; }

    public override string ToString() => "AddressBookGrant";
}

/// <summary>Where an address book stands.</summary>
[GenerateSerializer, Immutable, Alias("im.AddressBookState")]
public sealed record AddressBookState
{
    /// <summary>The account's own name for itself.</summary>
    [Id(0)] public required string DisplayName { get; init; }

    /// <summary>Another one when anything in the book is another. Survives restarts.</summary>
    [Id(1)] public required string Token { get; init; }
}

/// <summary>An address book with everybody in it.</summary>
[GenerateSerializer, Immutable, Alias("im.AddressBook")]
public sealed record AddressBook
{
    [Id(0)] public required AddressBookState State { get; init; }
    [Id(1)] public required AddressBookFriend[] Friends { get; init; }
}

/// <summary>What is different in an address book.</summary>
[GenerateSerializer, Immutable, Alias("im.AddressBookChanges")]
public sealed record AddressBookChanges
{
    /// <summary>Friends who came or may have changed, as they are now; by account id.</summary>
    [Id(0)] public required AddressBookFriend[] Changed { get; init; }

    /// <summary>Accounts that are no friends any more.</summary>
    [Id(1)] public required string[] Removed { get; init; }

    /// <summary>What to ask with the next time.</summary>
    [Id(2)] public required string Token { get; init; }

    /// <summary>There is more; it comes when asked with <see cref="Token"/>.</summary>
    [Id(3)] public bool IsTruncated { get; init; }
}

/// <summary>A friend in an address book.</summary>
[GenerateSerializer, Immutable, Alias("im.AddressBookFriend")]
public sealed record AddressBookFriend
{
    /// <summary>The relation with all that the account knows and notes.</summary>
    [Id(0)] public required Contact Contact { get; init; }

    /// <summary>How the friend can be reached right now.</summary>
    [Id(1)] public required PresenceStatus Status { get; init; }
    [Id(2)] public string? StatusNote { get; init; }

    /// <summary>When the contact was last changed, presence apart; null if that was before this was kept.</summary>
    [Id(3)] public DateTimeOffset? ChangedAt { get; init; }
}
