using OrleansIM.Grains.Collections;
using OrleansIM.Groups;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Groups;

/// <summary>The groups of an account, as its own log tells them: what it has of each group's log, and what mentions it.</summary>
internal sealed class AccountGroups
{
    /// <summary>Mentions are counted up to here per group; the oldest drop out of the count first.</summary>
    public const int MaxMentions = 999;

    private readonly string _account;
    private SparseMap<string, AccountGroup> _groups;

    public AccountGroups(string account, AccountGroup[] snapshot)
    {
        _account = account;
        _groups = new(snapshot.Select(group => KeyValuePair.Create(group.Group, group)));
    }

    public int Count => _groups.Count;

    /// <summary>The names of all groups, with the prefix.</summary>
    public IReadOnlyCollection<string> Names => _groups.Keys;

    public AccountGroup? Find(string group) => _groups.GetValueOrDefault(group);

    public AccountGroup[] ToSnapshot() => [.. _groups.Values];

    /// <summary>The groups for a page; mentions are those of the entries up to a seq.</summary>
    public GroupSummary[] Summaries(long cursor = long.MaxValue) =>
    [
        .. _groups.Values.Select(group => new GroupSummary
        {
            Id = GroupIds.IdOf(group.Group),
            Name = group.Name,
            Role = group.Role,
            Members = group.Members,
            Mentions = group.Mentions.Count(seq => seq <= cursor),
        }),
    ];

    /// <summary>Applies an entry that came out of a group's log. False if the account is not a member after it.</summary>
    public bool Apply(string name, TimelineEntry entry)
    {
        if (entry.Kind is EntryKind.Group)
        {
            return ApplyEvent(name, entry);
        }

        if (_groups.TryGetValue(name, out var group))
        {
            var mentioned = GroupEvent.ReadMessage(entry.Data, _account) is { Mentions: true, From: var from } && from != _account;
            _groups[name] = group with
            {
                Merged = entry.PeerSeq ?? group.Merged,
                Mentions = mentioned ? [.. group.Mentions.TakeLast(MaxMentions - 1), entry.Seq] : group.Mentions,
            };
        }

        return true;
    }

    /// <summary>The account has read a group's messages up to a seq of its own log.</summary>
    public void Read(string name, long upTo)
    {
        if (_groups.TryGetValue(name, out var group) && group.Mentions.Length > 0)
        {
            _groups[name] = group with { Mentions = [.. group.Mentions.Where(seq => seq > upTo)] };
        }
    }

    private bool ApplyEvent(string name, TimelineEntry entry)
    {
        var known = _groups.GetValueOrDefault(name);
        if (GroupEvent.ReadOrNull(entry.Data) is not { } happened)
        {
            // The group does not keep this entry any more.
            if (known is not null)
            {
                _groups[name] = known with { Merged = entry.PeerSeq ?? known.Merged };
            }

            return true;
        }

        if (happened.Removes(_account))
        {
            _groups.Remove(name);
            return false;
        }

        if (known is not null || happened.Adds(_account))
        {
            _groups[name] = new AccountGroup
            {
                Group = name,
                Name = happened.Name,
                Members = happened.Members,
                Role = RoleAfter(happened, known),
                Merged = entry.PeerSeq ?? known?.Merged ?? 0,
                Mentions = known?.Mentions ?? [],
            };
        }

        return true;
    }

    private GroupRole RoleAfter(GroupEvent happened, AccountGroup? before) => happened switch
    {
        { What: GroupEvent.Created } => happened.By == _account ? GroupRole.Owner : GroupRole.Member,
        { What: GroupEvent.Role, NewRole: { } role } when happened.Accounts.Contains(_account) => role,
        { Owner: { } owner } when owner == _account => GroupRole.Owner,
        _ => before?.Role ?? GroupRole.Member,
    };
}

/// <summary>A group as one of its members keeps it. Stored in snapshots.</summary>
internal sealed record AccountGroup
{
    /// <summary><c>group:</c> and the id.</summary>
    public required string Group { get; init; }
    public required string Name { get; init; }
    public required GroupRole Role { get; init; }
    public required int Members { get; init; }

    /// <summary>Everything up to this seq of the group's log is in the account's.</summary>
    public required long Merged { get; init; }

    /// <summary>The seqs, in the account's log, of unread messages that mention it.</summary>
    public long[] Mentions { get; init; } = [];
}
