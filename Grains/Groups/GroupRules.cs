using OrleansIM.Groups;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Groups;

/// <summary>
/// Who may do what in a group (mission P6), decided on what is stored. A decision without an event changes nothing:
/// what was asked for is so already.
/// </summary>
internal static class GroupRules
{
    public static Refusal NotAMember { get; } = new(ErrorCodes.Forbidden, "group: you are not a member of such a group.");

    public static Outcome<GroupEvent?> Create(GroupState group, string by, string name, string[] members, int maxMembers)
    {
        if (group.AppliedSeq > 0)
        {
            return new Refusal(ErrorCodes.Conflict, "A group of this id exists. Try again.");
        }

        string[] all = [by, .. members.Where(account => account != by).Distinct()];
        return all.Length > maxMembers ? Full(maxMembers) : new GroupEvent
        {
            What = GroupEvent.Created,
            By = by,
            Accounts = all,
            Name = name,
            MemberInvites = true,
            Members = all.Length,
        };
    }

    public static Outcome<GroupEvent?> Invite(GroupState group, string by, string[] accounts, int maxMembers)
    {
        if (MayInvite(group, by) is { } refusal)
        {
            return refusal;
        }

        string[] fresh = [.. accounts.Where(account => group.Find(account) is null).Distinct()];
        return fresh.Length == 0 ? default(Outcome<GroupEvent?>)
            : group.Count + fresh.Length > maxMembers ? Full(maxMembers)
            : After(group, GroupEvent.Joined, by, group.Count + fresh.Length) with { Accounts = fresh };
    }

    /// <summary>Null if a member may add its friends.</summary>
    public static Refusal? MayInvite(GroupState group, string by) => group.Find(by) switch
    {
        null => NotAMember,
        { Role: GroupRole.Member } when !group.MemberInvites => new Refusal(ErrorCodes.Forbidden, "In this group owners and admins add members."),
        _ => null,
    };

    public static Outcome<GroupEvent?> Change(GroupState group, string by, ChangeGroup change)
    {
        if (group.Find(by) is not { } actor)
        {
            return NotAMember;
        }

        return change.Action switch
        {
            GroupAction.Leave => Leave(group, actor),
            GroupAction.Kick => Kick(group, actor, change.Account ?? ""),
            GroupAction.SetRole => SetRole(group, actor, change.Account ?? "", change.Role ?? GroupRole.Member),
            GroupAction.Set => Set(group, actor, change),
            _ => throw new ArgumentOutOfRangeException(nameof(change)),
        };
    }

    /// <summary>The longest-standing admin follows the last owner, or the longest-standing member if there is no admin.</summary>
    private static Outcome<GroupEvent?> Leave(GroupState group, GroupMember actor)
    {
        var others = group.Members.Where(member => member.Account != actor.Account).ToArray();
        var heir = others.Any(member => member.Role is GroupRole.Owner)
            ? null
            : others.FirstOrDefault(member => member.Role is GroupRole.Admin) ?? others.FirstOrDefault();
        return After(group, GroupEvent.Left, actor.Account, others.Length) with { Accounts = [actor.Account], Owner = heir?.Account };
    }

    private static Outcome<GroupEvent?> Kick(GroupState group, GroupMember actor, string account)
    {
        if (actor.Role is GroupRole.Member)
        {
            return new Refusal(ErrorCodes.Forbidden, "Only owners and admins remove members.");
        }

        if (account == actor.Account)
        {
            return new Refusal(ErrorCodes.Self, "account: use groups.leave to leave.");
        }

        return group.Find(account) switch
        {
            null => Unknown,
            { Role: not GroupRole.Member } when actor.Role is not GroupRole.Owner => new Refusal(ErrorCodes.Forbidden, "account: only an owner removes owners and admins."),
            _ => After(group, GroupEvent.Kicked, actor.Account, group.Count - 1) with { Accounts = [account] },
        };
    }

    private static Outcome<GroupEvent?> SetRole(GroupState group, GroupMember actor, string account, GroupRole role)
    {
        if (actor.Role is not GroupRole.Owner)
        {
            return new Refusal(ErrorCodes.Forbidden, "Only an owner changes roles.");
        }

        if (group.Find(account) is not { } member)
        {
            return Unknown;
        }

        if (member.Role == role)
        {
            return default(Outcome<GroupEvent?>);
        }

        return member.Role is GroupRole.Owner && group.Members.Count(other => other.Role is GroupRole.Owner) == 1
            ? new Refusal(ErrorCodes.InvalidArgument, "role: a group keeps at least one owner. Make somebody else owner first.")
            : After(group, GroupEvent.Role, actor.Account, group.Count) with { Accounts = [account], NewRole = role };
    }

    private static Outcome<GroupEvent?> Set(GroupState group, GroupMember actor, ChangeGroup change)
    {
        if (actor.Role is GroupRole.Member)
        {
            return new Refusal(ErrorCodes.Forbidden, "Only owners and admins rename the group.");
        }

        if (change.MemberInvites is not null && actor.Role is not GroupRole.Owner)
        {
            return new Refusal(ErrorCodes.Forbidden, "memberInvites: only an owner changes it.");
        }

        var name = change.Name ?? group.Name;
        var memberInvites = change.MemberInvites ?? group.MemberInvites;
        return name == group.Name && memberInvites == group.MemberInvites
            ? default(Outcome<GroupEvent?>)
            : After(group, GroupEvent.Set, actor.Account, group.Count) with { Name = name, MemberInvites = memberInvites };
    }

    private static GroupEvent After(GroupState group, string what, string by, int members) =>
        new() { What = what, By = by, Name = group.Name, MemberInvites = group.MemberInvites, Members = members };

    private static Refusal Unknown { get; } = new(ErrorCodes.UnknownAccount, "account: this is no member of the group.");

    private static Refusal Full(int maxMembers) =>
        new(ErrorCodes.LimitReached, $"A group has at most {maxMembers} members.");
}
