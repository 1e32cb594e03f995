namespace OrleansIM.Accounts;

/// <summary>
/// App passwords of an account (key: account id): secrets for one mail program each, so that nobody gives it the
/// account's own. They open the address book (<c>IAccountAddressBookGrain</c>) and nothing else. Every method takes a
/// session that was signed in with this account itself, and is refused with <c>forbidden</c> to a master's.
/// </summary>
[Alias("im.IAccountAppPasswordsGrain")]
public interface IAccountAppPasswordsGrain : IGrainWithStringKey
{
    /// <summary>
    /// Makes one; the secret is in the answer and never seen again. Refused: <c>limit_reached</c>
    /// (<c>Accounts:MaxAppPasswords</c>), <c>forbidden</c> (also in a session of the mailbox's password: that would make
    /// a secret which outlives it).
    /// </summary>
    [Alias("CreateAppPassword")]
    Task<Outcome<NewAppPassword>> CreateAppPasswordAsync(string session, string name);

    /// <summary>Those that are alive, the oldest first.</summary>
    [Alias("ListAppPasswords")]
    Task<Outcome<AppPasswordInfo[]>> ListAppPasswordsAsync(string session);

    /// <summary>Ends one, with everything that was opened with it. Refused: <c>invalid_argument</c> (there is no such).</summary>
    [Alias("RevokeAppPassword")]
    Task<Outcome> RevokeAppPasswordAsync(string session, string id);
}

/// <summary>An app password on its only way to its owner.</summary>
[GenerateSerializer, Immutable, Alias("im.NewAppPassword")]
public sealed record NewAppPassword
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required string Name { get; init; }

    /// <summary>In groups a person can type. Capital letters, spaces and hyphens do not matter.</summary>
    [Id(2)] public required string Password { get; init; }

    public override string ToString() => $"NewAppPassword {{ Id = {Id} }}";
}

/// <summary>An app password as its owner sees it later.</summary>
[GenerateSerializer, Immutable, Alias("im.AppPasswordInfo")]
public sealed record AppPasswordInfo
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required string Name { get; init; }
    [Id(2)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it signed in last, give or take an hour; null if it never did.</summary>
    [Id(3)] public DateTimeOffset? LastUsed { get; init; }
}
