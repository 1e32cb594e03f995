namespace OrleansIM.Grains.Groups;

/// <summary>Section <c>Groups</c>: group chats.</summary>
public sealed class GroupOptions
{
    /// <summary>The most members of a group. Default: 1,000.</summary>
    public int MaxMembers { get; set; } = 1_000;

    /// <summary>The most groups an account is a member of. Default: 200.</summary>
    public int MaxPerAccount { get; set; } = 200;
}
