using OrleansIM.Sessions;

namespace OrleansIM.Links;

/// <summary>
/// An account as its link group sees it. The account's own record is the authority on which group it is in; the group's
/// list follows it. Only grains call this.
/// </summary>
[Alias("im.IAccountLinkGrain")]
public interface IAccountLinkGrain : IGrainWithStringKey
{
    /// <summary>Checks a password for a link. Refused: <c>bad_credentials</c>, <c>unknown_account</c>, <c>disabled</c>, <c>already_linked</c>, <c>slow_down</c>, <c>unavailable</c>.</summary>
    [Alias("VerifyForLink")]
    Task<Outcome<LinkProof>> VerifyForLinkAsync(string password, CancellationToken cancellation = default);

    /// <summary>
    /// Checks a token of a configured issuer for a link; an account that is seen for the first time is made. Refused:
    /// <c>bad_credentials</c>, <c>disabled</c>, <c>already_linked</c>, <c>unavailable</c>.
    /// </summary>
    [Alias("VerifyJwtForLink")]
    Task<Outcome<LinkProof>> VerifyJwtForLinkAsync(string jwt, CancellationToken cancellation = default);

    /// <summary>Where the account stands now.</summary>
    [Alias("GetLinkState")]
    Task<AccountLinkState> GetLinkStateAsync();

    /// <summary>Joins the group if the account is in none and its credentials are still those that were verified.</summary>
    [Alias("JoinGroup")]
    Task<Outcome> JoinGroupAsync(string group, int credentialVersion);

    /// <summary>Leaves the group if the account is in it; sessions that saw the account through it end.</summary>
    [Alias("LeaveGroup")]
    Task LeaveGroupAsync(string group, SessionEnd reason);

    /// <summary>Ends the sessions here that another account signed in: it is no master of this group any more.</summary>
    [Alias("EndSessionsOf")]
    Task EndSessionsOfAsync(string master, SessionEnd reason);

    /// <summary>Writes the group's news to the account's log. Every notice has an id; the same one is written once.</summary>
    [Alias("Notify")]
    Task NotifyAsync(LinkNotice notice);

    /// <summary>Whether the session was signed in with this account and is open; it may see accounts that are linked then.</summary>
    [Alias("CheckOwnSession")]
    Task<SessionRight> CheckOwnSessionAsync(string session);
}

/// <summary>A verified password or token: the version of the credentials it was checked against, never what was checked.</summary>
[GenerateSerializer, Immutable, Alias("im.LinkProof")]
public sealed record LinkProof
{
    [Id(0)] public required int CredentialVersion { get; init; }
}

/// <summary>What a link group checks about a member.</summary>
[GenerateSerializer, Immutable, Alias("im.AccountLinkState")]
public sealed record AccountLinkState
{
    [Id(0)] public required bool Exists { get; init; }
    [Id(1)] public required bool Disabled { get; init; }
    [Id(2)] public required int CredentialVersion { get; init; }
    [Id(3)] public string? Group { get; init; }
}

/// <summary>What has become of a link group.</summary>
[GenerateSerializer, Immutable, Alias("im.LinkNotice")]
public sealed record LinkNotice
{
    [Id(0)] public required string NoticeId { get; init; }
    [Id(1)] public required LinkMember[] Members { get; init; }
    [Id(2)] public required LinkRejection[] Rejected { get; init; }
}
