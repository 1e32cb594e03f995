using OrleansIM.Accounts;
using OrleansIM.Invites;

namespace OrleansIM.Service;

/// <summary>
/// The door for an app's own servers; one grain (<see cref="Key"/>). Every method takes the secret of a service credential
/// and does what its scopes, its prefix and its limit allow. Refused, all of them: <c>unauthenticated</c> (no such secret, or
/// not any more), <c>forbidden</c> (not the scope, or not an account of the prefix), <c>slow_down</c>.
/// </summary>
[Alias("im.IServiceGrain")]
public interface IServiceGrain : IGrainWithStringKey
{
    /// <summary>The key of the only one.</summary>
    const string Key = "service";

    /// <summary>Whether a secret is good for anything; costs no call. For requests that are at fault before they are anybody's call.</summary>
    [Alias("CheckSecret")]
    Task<Outcome> CheckSecretAsync(string secret);

    /// <summary>Makes an account. Refused: <c>account_taken</c>, <c>invalid_argument</c> (the issuer makes another id of that subject), <c>unavailable</c>.</summary>
    [Alias("CreateAccount")]
    Task<Outcome> CreateAccountAsync(string secret, string account, CreateAccount request, CancellationToken cancellation = default);

    /// <summary>What an operator sees of an account. Refused: <c>unknown_account</c>.</summary>
    [Alias("DescribeAccount")]
    Task<Outcome<AccountDescription>> DescribeAccountAsync(string secret, string account);

    /// <summary>Disables or enables an account. Refused: <c>unknown_account</c>.</summary>
    [Alias("SetDisabled")]
    Task<Outcome> SetDisabledAsync(string secret, string account, bool disabled);

    /// <summary>Deletes an account for good. Refused: <c>unknown_account</c>, <c>unavailable</c>.</summary>
    [Alias("DeleteAccount")]
    Task<Outcome> DeleteAccountAsync(string secret, string account);

    /// <summary>Sets the password of an account and signs it out everywhere. Refused: <c>unknown_account</c>, <c>unavailable</c>.</summary>
    [Alias("SetPassword")]
    Task<Outcome> SetPasswordAsync(string secret, string account, string password, CancellationToken cancellation = default);

    /// <summary>The sessions that see an account. Refused: <c>unknown_account</c>.</summary>
    [Alias("ListSessions")]
    Task<Outcome<SeenSession[]>> ListSessionsAsync(string secret, string account);

    /// <summary>Signs a session out; without one, every token of the account. Refused: <c>unknown_account</c>, <c>invalid_argument</c> (no such session).</summary>
    [Alias("SignOut")]
    Task<Outcome> SignOutAsync(string secret, string account, string? session);

    /// <summary>
    /// Puts a message of the service into the log of each of these accounts, and answers after the commits. The same
    /// <c>cid</c> of the same credential again gives the same answer, so whoever failed for the moment gets it that way. An
    /// account counts as a call. Reasons: <c>unknown_account</c>, <c>disabled</c>, <c>unavailable</c>.
    /// </summary>
    [Alias("Send")]
    Task<Outcome<ServiceMessagesSent>> SendAsync(string secret, string[] to, ServiceMessage message);

    /// <summary>Makes an invite, bound to the credential's prefix. Refused: <c>limit_reached</c>.</summary>
    [Alias("CreateInvite")]
    Task<Outcome<NewInvite>> CreateInviteAsync(string secret, CreateInvite request);

    /// <summary>The invites of this credential.</summary>
    [Alias("ListInvites")]
    Task<Outcome<InviteInfo[]>> ListInvitesAsync(string secret);

    /// <summary>Ends an invite of this credential. Refused: <c>invalid_argument</c> (there is none).</summary>
    [Alias("RevokeInvite")]
    Task<Outcome> RevokeInviteAsync(string secret, string invite);
}

/// <summary>A request of an app's server for an account; shape was checked by the gateway.</summary>
[GenerateSerializer, Immutable, Alias("im.CreateAccount")]
public sealed record CreateAccount
{
    /// <summary>Null: nobody signs in with one until it is set.</summary>
    [Id(0)] public string? Password { get; init; }
    [Id(1)] public string? DisplayName { get; init; }
    [Id(2)] public string? Email { get; init; }

    /// <summary>The issuer (<c>iss</c>) whose tokens open it, with <see cref="Subject"/>; null for none.</summary>
    [Id(3)] public string? Issuer { get; init; }

    /// <summary>The <c>sub</c> of those tokens.</summary>
    [Id(4)] public string? Subject { get; init; }
}
