namespace OrleansIM.Grains.Accounts;

/// <summary>
/// What must be right even if the log is not read: credentials, standing, and which link group the account is in.
/// Written at once, with an etag.
/// </summary>
internal sealed record AccountRecord
{
    private static readonly Dictionary<string, DateTimeOffset> s_none = [];

    /// <summary>What it looks like is the business of <see cref="PasswordHashing"/>; bytes, since every account that is awake keeps it.</summary>
    public byte[]? PasswordHash { get; init; }

    /// <summary>Raised by every change of password. Link groups remember it in place of a password.</summary>
    public int CredentialVersion { get; init; }

    /// <summary>Tokens of an older generation are dead.</summary>
    public int TokenGeneration { get; init; }

    /// <summary>Tokens without a place in <see cref="Devices"/> that were signed out one by one, until they would have expired anyway.</summary>
    public Dictionary<string, DateTimeOffset> RevokedTokens { get; init => field = value.Count == 0 ? s_none : value; } = s_none;

    /// <summary>The token with which the password was changed: it lives on although its generation is over.</summary>
    public string? KeptToken { get; init; }

    /// <summary>
    /// Who is signed in, by the tokens that are still good (<c>Accounts:MaxDevices</c> at most). A token whose id begins with
    /// <see cref="OrleansIM.Accounts.TokenClaims.ListedMark"/> is dead when it is not among them.
    /// </summary>
    public DeviceRecord[] Devices { get; init; } = [];

    /// <summary>Those that were not revoked. They outlive a change of password and "sign out everywhere".</summary>
    public AppPasswordRecord[] AppPasswords { get; init; } = [];

    /// <summary>Who the account belongs to at its issuer, if it was made by a token. Only that subject's tokens open it.</summary>
    public OwnerIdentity? Owner { get; init; }

    /// <summary>The invite it was made with; null if there was none.</summary>
    public UsedInvite? Invite { get; init; }

    public bool IsDisabled { get; init; }

    /// <summary>A deleted account leaves this behind, so that its id is never given out again.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>
    /// Deleted, and something of it is left elsewhere: <see cref="LinkGroup"/> and <see cref="Mailboxes"/> say what still has
    /// to be told. Whoever activates the account goes on with that.
    /// </summary>
    public bool IsBeingErased { get; init; }

    /// <summary>The link group. This is the authority; the group's own list follows it.</summary>
    public string? LinkGroup { get; init; }

    /// <summary>
    /// The mailboxes, in the order they were bound. Each is bound for good by its bridge; it stands here first, so that
    /// whatever dies in between, the account asks the bridge.
    /// </summary>
    public BoundMailbox[] Mailboxes { get; init; } = [];

    /// <summary>The profile the account was registered with, until its log says otherwise.</summary>
    public string? DisplayName { get; init; }
    public string? Email { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A device that is signed in. Its token is in no store: only that token's id is, which opens nothing.</summary>
internal sealed record DeviceRecord
{
    public required string Token { get; init; }
    public required string Name { get; init; }
    public required string Via { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was heard of last, give or take a day.</summary>
    public required DateTimeOffset LastUsed { get; init; }

    /// <summary>From where that was: an IPv4 address or IPv6 /64, if it is known.</summary>
    public string? LastFrom { get; init; }
}

/// <summary>Who somebody is for good at an issuer of tokens.</summary>
internal sealed record OwnerIdentity(string Issuer, string Subject);

/// <summary>One use of an invite.</summary>
internal sealed record UsedInvite(string Invite, string Use);

/// <summary>A mailbox of an account.</summary>
/// <param name="Address">Its address, in normal form and lower case.</param>
/// <param name="IsBound">False until the bridge has said so.</param>
internal sealed record BoundMailbox(string Address, bool IsBound);

/// <summary>An app password. What it opens is in no store: only its hash is.</summary>
internal sealed record AppPasswordRecord
{
    public required string Id { get; init; }
    public required string Name { get; init; }

    /// <summary>See <see cref="Secrets.SpokenSecret.Hash"/>.</summary>
    public required string Hash { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>From where that was: an IPv4 address or IPv6 /64, if it is known.</summary>
    public string? LastFrom { get; init; }
}
