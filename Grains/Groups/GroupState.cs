using OrleansIM.Groups;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Groups;

/// <summary>What a group's log adds up to. Pure: the same entries give the same state, live and replayed.</summary>
internal sealed class GroupState
{
    private readonly OrderedDictionary<string, GroupMember> _members = [];

    public GroupState(GroupSnapshot snapshot)
    {
        (AppliedSeq, MembersSeq) = (snapshot.AppliedSeq, snapshot.MembersSeq);
        (Name, MemberInvites, CreatedAt) = (snapshot.Name, snapshot.MemberInvites, snapshot.CreatedAt);
        foreach (var member in snapshot.Members)
        {
            _members.Add(member.Account, member);
        }
    }

    public long AppliedSeq { get; private set; }

    /// <summary>The last entry that changed who is a member.</summary>
    public long MembersSeq { get; private set; }
    public string Name { get; private set; }
    public bool MemberInvites { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>In the order they came.</summary>
    public IReadOnlyList<GroupMember> Members => _members.Values;

    public int Count => _members.Count;

    public GroupMember? Find(string account) => _members.GetValueOrDefault(account);

    public void Apply(TimelineEntry entry)
    {
        if (entry.Seq <= AppliedSeq)
        {
            return;
        }

        AppliedSeq = entry.Seq;
        if (entry.Kind is EntryKind.Group && GroupEvent.Read(entry.Data) is { } happened)
        {
            Apply(happened, entry.Seq, DateTimeOffset.FromUnixTimeMilliseconds(entry.At));
        }
    }

    public GroupSnapshot ToSnapshot() => new()
    {
        AppliedSeq = AppliedSeq,
        MembersSeq = MembersSeq,
        Name = Name,
        MemberInvites = MemberInvites,
        CreatedAt = CreatedAt,
        Members = [.. _members.Values],
    };

    public GroupDetails ToDetails(string id) => new()
    {
        Id = id,
        Name = Name,
        MemberInvites = MemberInvites,
        CreatedAt = CreatedAt,
        Members = [.. _members.Values],
    };

    private void Apply(GroupEvent happened, long seq, DateTimeOffset at)
    {
        (Name, MemberInvites) = (happened.Name, happened.MemberInvites);
        switch (happened.What)
        {
            case GroupEvent.Created or GroupEvent.Joined:
                CreatedAt = happened.What is GroupEvent.Created ? at : CreatedAt;
                MembersSeq = seq;
                foreach (var account in happened.Accounts)
                {
                    var role = happened.What is GroupEvent.Created && account == happened.By ? GroupRole.Owner : GroupRole.Member;
                    _members[account] = new GroupMember { Account = account, Role = role, Since = at };
                }

                break;
            case GroupEvent.Left or GroupEvent.Kicked:
                MembersSeq = seq;
                foreach (var account in happened.Accounts)
                {
                    _members.Remove(account);
                }

                SetRole(happened.Owner, GroupRole.Owner);
                break;
            case GroupEvent.Role:
                SetRole(happened.Accounts.FirstOrDefault(), happened.NewRole ?? GroupRole.Member);
                break;
        }
    }

    private void SetRole(string? account, GroupRole role)
    {
        if (account is not null && _members.TryGetValue(account, out var member))
        {
            _members[account] = member with { Role = role };
        }
    }
}
