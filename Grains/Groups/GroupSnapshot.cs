using OrleansIM.Groups;

namespace OrleansIM.Grains.Groups;

/// <summary>
/// What a group's log adds up to, up to <see cref="AppliedSeq"/>. Only a shortcut: whatever is missing here is replayed
/// from the log.
/// </summary>
internal sealed record GroupSnapshot
{
    public long AppliedSeq { get; init; }
    public string Name { get; init; } = "";
    public bool MemberInvites { get; init; } = true;
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last entry that changed who is a member.</summary>
    public long MembersSeq { get; init; }

    /// <summary>In the order they came.</summary>
    public GroupMember[] Members { get; init; } = [];
}
