using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Grains.Contacts;
using OrleansIM.Presence;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Accounts;

/// <summary>The friends as an address book for programs without a session (mission M11).</summary>
internal sealed partial class AccountGrain : IAccountAddressBookGrain
{
    // The requests of one visit see the same presence.
    private static readonly TimeSpan s_bookPresenceAge = TimeSpan.FromSeconds(10);

    // Made when somebody signs in to the book: most accounts have no program that reads it.
    private BookReading? _book;

    private BookReading Book => _book ??= new();

    public async Task<Outcome<AddressBookGrant>> SignInToBookAsync(string password, CancellationToken cancellation)
    {
        // Before the throttle: such a secret cannot be guessed, so who has one is let in while others guess.
        if (IsActive && AppPasswords.Find(Record.AppPasswords, password) is { } found)
        {
            await NoteUseAsync(found);
            AuditSignIn(null, "app_password");
            return IsActive && HasAppPassword(found.Id) ? GiveBookGrant(new BookCredential { AppPassword = found.Id }) : BadCredentials;
        }

        var verified = await VerifyAsync(password, Book.Throttle ??= NewThrottle(), cancellation);
        AuditSignIn(verified.Refusal, "address_book");
        return verified.Refusal is { } refusal ? refusal
            : IsActive && verified.Value == Record.CredentialVersion ? GiveBookGrant(new BookCredential { Version = verified.Value })
            : BadCredentials;
    }

    public Task<Outcome<AddressBookGrant>> SignInToBookByTokenAsync(TokenClaims token) =>
        Task.FromResult<Outcome<AddressBookGrant>>(IsGood(token) ? GiveBookGrant(new BookCredential { Token = token }) : BadCredentials);

    public async Task<Outcome<AddressBookState>> DescribeBookAsync(string grant) =>
        (await OpenBookAsync(grant)) is { } friends ? StateOfBook(friends) : UnknownGrant;

    public async Task<Outcome<AddressBook>> ReadBookAsync(string grant) =>
        (await OpenBookAsync(grant)) is { } friends ? new AddressBook { State = StateOfBook(friends), Friends = friends } : UnknownGrant;

    public async Task<Outcome<AddressBookChanges>> ReadBookChangesAsync(string grant, string? since, int? limit)
    {
        if (await OpenBookAsync(grant) is not { } friends)
        {
            return UnknownGrant;
        }

        var token = AddressBookToken.Nothing;
        return since is not null && (!AddressBookToken.TryParse(since, out token) || !AddressBookRules.Knows(_state.AddressBook, token))
            ? new Refusal(ErrorCodes.InvalidArgument, "sync-token: it is not known (any more). Synchronize anew, without one.")
            : AddressBookRules.Changes(_state.AddressBook, friends, token, limit);
    }

    /// <summary>Everybody in the book; null if the grant is not good, also if that comes about while shards are asked.</summary>
    private async Task<AddressBookFriend[]?> OpenBookAsync(string grant)
    {
        if (!IsGranted(grant))
        {
            return null;
        }

        var presence = await PresenceForBookAsync();
        return IsGranted(grant) ? AddressBookRules.Friends(_state.Contacts.Values, _state.AddressBook, presence) : null;
    }

    private AddressBookState StateOfBook(AddressBookFriend[] friends) => new()
    {
        DisplayName = _state.Profile.DisplayName,
        Token = AddressBookRules.Token(_state.AddressBook, friends).ToString(),
    };

    private AddressBookGrant GiveBookGrant(BookCredential credential) => new()
    {
        Key = Book.Grants.Give(credential, _services.Time.GetUtcNow()),
        Lifetime = AddressBookGrants<BookCredential>.Lifetime,
    };

    private bool IsGranted(string grant) => IsActive && _book?.Grants.Find(grant, _services.Time.GetUtcNow()) switch
    {
        { AppPassword: { } id } => HasAppPassword(id),
        { Version: { } version } => Record.CredentialVersion == version,
        { Token: { } token } => IsGood(token),
        _ => false,
    };

    /// <summary>
    /// What the sessions know; without sessions, what the shards answer when they are asked once. Nothing is watched for
    /// a program that comes every quarter of an hour.
    /// </summary>
    private async Task<IReadOnlyDictionary<string, PresenceState>> PresenceForBookAsync()
    {
        if (_friends is { } view && _friendsKnown.IsCompleted)
        {
            return view.Friends.Where(friend => friend.State.Status is not PresenceStatus.Offline).ToDictionary(friend => friend.Account, friend => friend.State);
        }

        var now = _services.Time.GetUtcNow();
        if (Book.Presence is { } known && now - known.At < s_bookPresenceAge)
        {
            return known.Friends;
        }

        var friends = await _services.Presence.PeekAsync(_state.Contacts.Values.Where(IsFriend).Select(contact => contact.Account).ToArray());
        Book.Presence = (now, friends);
        return friends;
    }

    private static Refusal UnknownGrant { get; } = new(ErrorCodes.Unauthenticated, "The sign-in to the address book is over. Sign in again.");

    /// <summary>What is remembered of those who read the book.</summary>
    private sealed class BookReading
    {
        public AddressBookGrants<BookCredential> Grants { get; } = new();

        /// <summary>Apart from that of people: a mail program with an outdated password does not slow them down.</summary>
        public SignInThrottle? Throttle { get; set; }

        /// <summary>What the shards have answered last.</summary>
        public (DateTimeOffset At, IReadOnlyDictionary<string, PresenceState> Friends)? Presence { get; set; }
    }

    /// <summary>What a grant was given for: one of these.</summary>
    private sealed record BookCredential
    {
        public string? AppPassword { get; init; }
        public int? Version { get; init; }
        public TokenClaims? Token { get; init; }
    }
}
