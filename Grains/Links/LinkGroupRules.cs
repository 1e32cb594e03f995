using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Links;

/// <summary>
/// What may be done to a link group (mission L5 to L9). Pure: state in, decision out.
/// </summary>
internal static class LinkGroupRules
{
    public const string CredentialsChanged = "credentials_changed";
    public const string Deleted = "deleted";
    public const string Unlinked = "unlinked";

    /// <summary>A batch of verified accounts: who joins, who is rejected and why. A new group takes its founder in first.</summary>
    public static Outcome<(LinkGroupChange Change, LinkRejection[] Rejected)> Add(
        LinkGroupState state, LinkCandidate by, IReadOnlyList<LinkCandidate> candidates, int maxMembers, DateTimeOffset now)
    {
        var joining = new List<GroupMember>();
        if (state.Members.Length == 0)
        {
            joining.Add(Join(by with { Role = LinkRole.Master }, now));
        }
        else if (!IsMaster(state, by.Account))
        {
            return NotMaster;
        }

        var rejected = new List<LinkRejection>();
        foreach (var candidate in candidates)
        {
            var reason = candidate.Account == by.Account ? ErrorCodes.Self
                : Find(state, candidate.Account) is not null || joining.Any(member => member.Account == candidate.Account) ? ErrorCodes.AlreadyLinked
                : state.Members.Length + joining.Count >= maxMembers ? ErrorCodes.LimitReached
                : null;
            if (reason is null)
            {
                joining.Add(Join(candidate, now));
            }
            else
            {
                rejected.Add(new LinkRejection { Account = candidate.Account, Reason = reason });
            }
        }

        return (new LinkGroupChange { Joining = [.. joining] }, rejected.ToArray());
    }

    /// <summary>A member goes: by a master's hand, or by its own.</summary>
    public static Outcome<LinkGroupChange> Remove(LinkGroupState state, string by, string account, SessionEnd reason)
    {
        if (by != account && !IsMaster(state, by))
        {
            return NotMaster;
        }

        if (Find(state, account) is null)
        {
            return NotMember(account);
        }

        // Two members make no group without one of them, so then nobody is left to be a master for.
        if (state.Members.Length > 2 && IsLastMaster(state, account))
        {
            // An account that is deleted goes in any case, and a group that nobody may edit ends with it.
            return reason is SessionEnd.Deleted
                ? new LinkGroupChange { Leaving = [.. state.Members.Select(member => new GroupLeaver(member.Account, member.Account == account ? reason : SessionEnd.Unlinked))] }
                : LastMaster(account);
        }

        return Leave(state, [new GroupLeaver(account, reason)]);
    }

    /// <summary>A member's role changes.</summary>
    public static Outcome<LinkGroupChange> SetRole(LinkGroupState state, string by, string account, LinkRole role)
    {
        if (!IsMaster(state, by))
        {
            return NotMaster;
        }

        if (Find(state, account) is not { } member)
        {
            return NotMember(account);
        }

        if (member.Role == role)
        {
            return new LinkGroupChange();
        }

        if (role == LinkRole.Secondary && IsLastMaster(state, account))
        {
            return LastMaster(account);
        }

        return new LinkGroupChange { Roles = { [account] = role } };
    }

    /// <summary>
    /// Which members a check drops. The account that checks has just proved itself and stays; so a master is left.
    /// </summary>
    public static GroupLeaver[] Check(LinkGroupState state, string group, string by, IReadOnlyDictionary<string, AccountLinkState> found) =>
    [
        .. state.Members
            .Where(member => member.Account != by && found.ContainsKey(member.Account))
            .Select(member => (member.Account, Fault: Fault(member, group, found[member.Account])))
            .Where(member => member.Fault is not null)
            .Select(member => new GroupLeaver(member.Account, member.Fault!.Value)),
    ];

    /// <summary>Members go; if one alone would be left, the group ends and that one goes too.</summary>
    public static LinkGroupChange Leave(LinkGroupState state, IReadOnlyList<GroupLeaver> leaving)
    {
        var left = state.Members.Where(member => leaving.All(leaver => leaver.Account != member.Account)).ToArray();
        return new LinkGroupChange
        {
            Leaving = left.Length == 1 ? [.. leaving, new GroupLeaver(left[0].Account, SessionEnd.Unlinked)] : [.. leaving],
        };
    }

    /// <summary>
    /// The group after a change, given which of the joining accounts did join: a founder who is left alone makes no group.
    /// </summary>
    public static GroupMember[] Apply(GroupMember[] members, LinkGroupChange change, IReadOnlySet<string> joined) =>
    [
        .. members
            .Where(member => change.Leaving.All(leaver => leaver.Account != member.Account))
            .Select(member => change.Roles.TryGetValue(member.Account, out var role) ? member with { Role = role } : member),
        .. change.Joining.Where(member => joined.Contains(member.Account) && members.All(old => old.Account != member.Account)),
    ];

    /// <summary>Who has just lost the right to see the others.</summary>
    public static IEnumerable<(string Account, SessionEnd Reason)> LostSight(GroupMember[] before, LinkGroupChange change) =>
    [
        .. from leaver in change.Leaving
           where before.Any(member => member.Account == leaver.Account && member.Role == LinkRole.Master)
           select (leaver.Account, SessionEnd.Unlinked),
        .. from role in change.Roles
           where role.Value == LinkRole.Secondary
           select (role.Key, SessionEnd.Role),
    ];

    /// <summary>What a member may see of the group: a master all of it, a secondary only itself (mission L6).</summary>
    public static LinkMember[] Visible(GroupMember[] members, string account)
    {
        var own = members.FirstOrDefault(member => member.Account == account);
        return own switch
        {
            null => [],
            { Role: LinkRole.Master } => [.. members.Select(member => member.ToMember())],
            _ => [own.ToMember()],
        };
    }

    /// <summary>Whether a session of <paramref name="master"/> may see <paramref name="member"/>. Whoever is on the way out may not.</summary>
    public static bool MaySee(LinkGroupState state, string master, string member) =>
        IsMaster(state, master)
        && Find(state, member) is not null
        && (state.Pending is not { } pending
            || (pending.Leaving.All(leaver => leaver.Account != master && leaver.Account != member)
                && !(pending.Roles.TryGetValue(master, out var role) && role == LinkRole.Secondary)));

    public static string ReasonCode(SessionEnd reason) => reason switch
    {
        SessionEnd.CredentialsChanged => CredentialsChanged,
        SessionEnd.Disabled => ErrorCodes.Disabled,
        SessionEnd.Deleted => Deleted,
        _ => Unlinked,
    };

    private static SessionEnd? Fault(GroupMember member, string group, AccountLinkState now) =>
        !now.Exists ? SessionEnd.Deleted
        : now.Disabled ? SessionEnd.Disabled
        : now.Group != group ? SessionEnd.Unlinked
        : now.CredentialVersion != member.CredentialVersion ? SessionEnd.CredentialsChanged
        : null;

    public static GroupMember? Find(LinkGroupState state, string account) =>
        state.Members.FirstOrDefault(member => member.Account == account);

    private static bool IsMaster(LinkGroupState state, string account) => Find(state, account)?.Role == LinkRole.Master;

    private static bool IsLastMaster(LinkGroupState state, string account) =>
        IsMaster(state, account) && state.Members.Count(member => member.Role == LinkRole.Master) == 1;

    private static GroupMember Join(LinkCandidate candidate, DateTimeOffset now) => new()
    {
        Account = candidate.Account,
        Role = candidate.Role,
        Since = now,
        CredentialVersion = candidate.CredentialVersion,
    };

    private static Refusal NotMaster { get; } =
        new(ErrorCodes.Forbidden, "Only a master of the link group may do this. A secondary may remove itself.");

    private static Refusal NotMember(string account) =>
        new(ErrorCodes.UnknownAccount, $"account: {account} is not in your link group.");

    private static Refusal LastMaster(string account) =>
        new(ErrorCodes.LastMaster, $"account: {account} is the group's last master. Make another member a master first.");
}
