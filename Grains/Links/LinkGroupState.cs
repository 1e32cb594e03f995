using OrleansIM.Links;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Links;

/// <summary>A link group as it is stored.</summary>
internal sealed record LinkGroupState
{
    public GroupMember[] Members { get; init; } = [];

    /// <summary>
    /// A change that was decided and may be half done. It is written before anything is done and finished by whoever
    /// comes next, should this process die in between.
    /// </summary>
    public LinkGroupChange? Pending { get; init; }

    /// <summary>News that not every account has in its log yet.</summary>
    public PendingNotice[] Notices { get; init; } = [];
}

internal sealed record GroupMember
{
    public required string Account { get; init; }
    public required LinkRole Role { get; init; }
    public required DateTimeOffset Since { get; init; }

    /// <summary>Which credentials were verified when the account was linked.</summary>
    public required int CredentialVersion { get; init; }

    public LinkMember ToMember() => new() { Account = Account, Role = Role, Since = Since };
}

/// <summary>A decided change of a group.</summary>
internal sealed record LinkGroupChange
{
    public GroupMember[] Joining { get; init; } = [];
    public GroupLeaver[] Leaving { get; init; } = [];

    /// <summary>New roles of members that stay.</summary>
    public Dictionary<string, LinkRole> Roles { get; init; } = [];
}

internal sealed record GroupLeaver(string Account, SessionEnd Reason);

/// <summary>News for one account's log.</summary>
internal sealed record PendingNotice(string Account, string NoticeId, LinkMember[] Members, LinkRejection[] Rejected);
