
namespace OrleansIM.Accounts;

/// <summary>The front door of an account (key: account id): what can be asked without a session.</summary>
[Alias("im.IAccountCredentialsGrain")]
public interface IAccountCredentialsGrain : IGrainWithStringKey
{
    /// <summary>Creates the account. Refused: <c>forbidden</c> (<c>Accounts:Registration</c> is closed), <c>bad_invite</c>, <c>account_taken</c>, <c>unavailable</c> (too many hashes wait).</summary>
    [Alias("Register")]
    Task<Outcome> RegisterAsync(RegisterAccount request, CancellationToken cancellation = default);

    /// <summary>
    /// Checks the password and answers what a token needs. Refused: <c>bad_credentials</c> (wrong, unknown and disabled
    /// look and take the same), <c>slow_down</c> after repeated failures, <c>unavailable</c>.
    /// </summary>
    [Alias("LogIn")]
    Task<Outcome<TokenGrant>> LogInAsync(string password, CancellationToken cancellation = default);

    /// <summary>
    /// Checks a token of a configured issuer (section <c>Identity</c>), which has to be for this account, and answers what a
    /// token of ours needs; an account that is seen for the first time is made. Refused: <c>bad_credentials</c> (whatever is
    /// wrong with it, the log says what), <c>unavailable</c> (the issuer's keys cannot be had).
    /// </summary>
    [Alias("LogInByJwt")]
    Task<Outcome<TokenGrant>> LogInByJwtAsync(string jwt, CancellationToken cancellation = default);

    /// <summary>
    /// Sets a new password; every token but the presented one dies, linked groups notice at their next check.
    /// Refused: <c>unauthenticated</c>, <c>bad_credentials</c>, <c>slow_down</c>, <c>unavailable</c>.
    /// </summary>
    [Alias("ChangePassword")]
    Task<Outcome> ChangePasswordAsync(ChangePassword request, CancellationToken cancellation = default);

    /// <summary>Kills the token, or every token of the account; their sessions end. Refused: <c>unauthenticated</c>.</summary>
    [Alias("LogOut")]
    Task<Outcome> LogOutAsync(TokenClaims token, bool everywhere);

    /// <summary>An operator disables or enables the account. Its sessions end, it shows nowhere while disabled.</summary>
    [Alias("SetDisabled")]
    Task<Outcome> SetDisabledAsync(bool disabled);

    /// <summary>
    /// Deletes the account: at once for whoever signs in or writes to it, its sessions end; and then everything of it, here
    /// and at others (docs/security.md, "Deletion"). That is under way or done when this returns, and is finished by itself
    /// whatever dies in between. Its id is never given out again. Refused: <c>unknown_account</c>.
    /// </summary>
    [Alias("Delete")]
    Task<Outcome> DeleteAsync();

    /// <summary>
    /// Its owner deletes the account. Refused: <c>unauthenticated</c>, <c>bad_credentials</c>, <c>slow_down</c>,
    /// <c>forbidden</c> (signed in with a mailbox's password, where that is good for mail alone), <c>unavailable</c>.
    /// </summary>
    [Alias("Close")]
    Task<Outcome> CloseAsync(OwnerProof proof, CancellationToken cancellation = default);
}

/// <summary>
/// What shows once more that it is the owner who asks: a token of ours, and with it the password or a fresh token of the
/// account's issuer.
/// </summary>
[GenerateSerializer, Immutable, Alias("im.OwnerProof")]
public sealed record OwnerProof
{
    [Id(0)] public required TokenClaims Token { get; init; }
    [Id(1)] public string? Password { get; init; }
    [Id(2)] public string? Jwt { get; init; }

    public override string ToString() => $"OwnerProof {{ Account = {Token.Account} }}";
}

/// <summary>A request to create an account; shape was checked by the gateway.</summary>
[GenerateSerializer, Immutable, Alias("im.RegisterAccount")]
public sealed record RegisterAccount
{
    [Id(0)] public required string Password { get; init; }
    [Id(1)] public string? DisplayName { get; init; }
    [Id(2)] public string? Email { get; init; }

    /// <summary>The code of an invite; looked at only where <c>Accounts:Registration</c> wants one.</summary>
    [Id(3)] public string? Invite { get; init; }
}

/// <summary>A request to change the password.</summary>
[GenerateSerializer, Immutable, Alias("im.ChangePassword")]
public sealed record ChangePassword
{
    [Id(0)] public required TokenClaims Token { get; init; }
    [Id(1)] public required string Old { get; init; }
    [Id(2)] public required string New { get; init; }
}

/// <summary>What a successful sign-in puts into a token.</summary>
[GenerateSerializer, Immutable, Alias("im.TokenGrant")]
public sealed record TokenGrant
{
    /// <summary>Raised by "sign out everywhere" and a change of password: tokens of an older generation are dead.</summary>
    [Id(0)] public required int Generation { get; init; }

    /// <summary>
    /// What the token has to be called: it is in the account's list of devices by that. Null where no device was said
    /// (<see cref="SigningIn"/>).
    /// </summary>
    [Id(1)] public string? TokenId { get; init; }
}

/// <summary>The content of a token, which the gateway has unsealed. The account decides whether it is still good.</summary>
[GenerateSerializer, Immutable, Alias("im.TokenClaims")]
public sealed record TokenClaims
{
    /// <summary>
    /// Begins the id of a token that is good only while its account has it in the list of devices. Those of before there was a list
    /// have other ids; they are good until they are signed out or end. It is said by the id, since every version hands that on as it is.
    /// </summary>
    public const char ListedMark = '.';

    [Id(0)] public required string TokenId { get; init; }
    [Id(1)] public required string Account { get; init; }
    [Id(2)] public required int Generation { get; init; }
    [Id(3)] public required DateTimeOffset IssuedAt { get; init; }
    [Id(4)] public required DateTimeOffset ExpiresAt { get; init; }
    [Id(5)] public required string Device { get; init; }

    /// <summary><c>account</c>, <c>mailbox</c> or <c>jwt</c>: which credential was presented.</summary>
    [Id(6)] public required string Via { get; init; }
}
