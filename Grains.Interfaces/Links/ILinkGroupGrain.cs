using OrleansIM.Sessions;

namespace OrleansIM.Links;

/// <summary>
/// A link group (key: group id): who is linked with whom, and as what. Only account grains call this, each for itself.
/// </summary>
[Alias("im.ILinkGroupGrain")]
public interface ILinkGroupGrain : IGrainWithStringKey
{
    /// <summary>
    /// Links verified accounts; the first call makes the group with <paramref name="by"/> as a master. Accounts that
    /// cannot join are rejected one by one. Refused: <c>forbidden</c>, <c>conflict</c>.
    /// </summary>
    [Alias("Add")]
    Task<Outcome<LinksAdded>> AddAsync(LinkCandidate by, LinkCandidate[] candidates);

    /// <summary>Takes a member out. Refused: <c>forbidden</c>, <c>unknown_account</c>, <c>last_master</c>.</summary>
    [Alias("Remove")]
    Task<Outcome> RemoveAsync(string by, string account, SessionEnd reason);

    /// <summary>Changes a role. Refused: <c>forbidden</c>, <c>unknown_account</c>, <c>last_master</c>.</summary>
    [Alias("SetRole")]
    Task<Outcome> SetRoleAsync(string by, string account, LinkRole role);

    /// <summary>The group as a member may see it, after the check at sign-in if it is one and the operator wants it.</summary>
    [Alias("Enter")]
    Task<GroupView> EnterAsync(string account, bool atSignIn);

    /// <summary>Whether a session signed in by <paramref name="master"/> may see <paramref name="member"/> right now.</summary>
    [Alias("CheckRight")]
    Task<SessionRight> CheckRightAsync(string session, string master, string member);

    /// <summary>Sessions of a master were signed out: no member shows them anything any more.</summary>
    [Alias("CloseSessions")]
    Task CloseSessionsAsync(string master, string[] sessions);
}

/// <summary>An account that may join, with what was verified.</summary>
[GenerateSerializer, Immutable, Alias("im.LinkCandidate")]
public sealed record LinkCandidate
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required LinkRole Role { get; init; }
    [Id(2)] public required int CredentialVersion { get; init; }
}
