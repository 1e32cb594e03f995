namespace OrleansIM.Groups;

/// <summary>What a member may do. The numbers are stored.</summary>
public enum GroupRole
{
    /// <summary>Reads and writes, and adds friends where the group lets members do so.</summary>
    Member = 0,
    /// <summary>Also renames, adds friends and removes members.</summary>
    Admin = 1,
    /// <summary>Everything. A group has at least one owner.</summary>
    Owner = 2,
}

/// <summary>A member of a group.</summary>
[GenerateSerializer, Immutable, Alias("im.GroupMember")]
public sealed record GroupMember
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required GroupRole Role { get; init; }
    [Id(2)] public required DateTimeOffset Since { get; init; }
}

/// <summary>A group as its members see it.</summary>
[GenerateSerializer, Immutable, Alias("im.GroupDetails")]
public sealed record GroupDetails
{
    /// <summary>Without the prefix <c>group:</c>.</summary>
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required string Name { get; init; }

    /// <summary>Whether members may add their friends; owners and admins always may.</summary>
    [Id(2)] public required bool MemberInvites { get; init; }
    [Id(3)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>In the order they came.</summary>
    [Id(4)] public required GroupMember[] Members { get; init; }
}

/// <summary>A group as it is on a member's page.</summary>
[GenerateSerializer, Immutable, Alias("im.GroupSummary")]
public sealed record GroupSummary
{
    /// <summary>Without the prefix <c>group:</c>.</summary>
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required string Name { get; init; }

    /// <summary>The role of the account whose page it is.</summary>
    [Id(2)] public required GroupRole Role { get; init; }

    /// <summary>How many members there are.</summary>
    [Id(3)] public required int Members { get; init; }

    /// <summary>Unread messages that mention the account.</summary>
    [Id(4)] public required int Mentions { get; init; }
}

/// <summary>A group to be made.</summary>
[GenerateSerializer, Immutable, Alias("im.CreateGroup")]
public sealed record CreateGroup
{
    [Id(0)] public required string Name { get; init; }

    /// <summary>Friends of the account that makes it.</summary>
    [Id(1)] public required string[] Members { get; init; }
}

/// <summary>Friends to be added to a group.</summary>
[GenerateSerializer, Immutable, Alias("im.InviteToGroup")]
public sealed record InviteToGroup
{
    /// <summary><c>group:</c> and the id.</summary>
    [Id(0)] public required string Group { get; init; }
    [Id(1)] public required string[] Accounts { get; init; }
}

/// <summary>What else is done to a group.</summary>
public enum GroupAction
{
    Leave = 1,
    Kick = 2,
    SetRole = 3,
    Set = 4,
}

/// <summary>A change of a group.</summary>
[GenerateSerializer, Immutable, Alias("im.ChangeGroup")]
public sealed record ChangeGroup
{
    /// <summary><c>group:</c> and the id.</summary>
    [Id(0)] public required string Group { get; init; }
    [Id(1)] public required GroupAction Action { get; init; }

    /// <summary>Whom <see cref="GroupAction.Kick"/> and <see cref="GroupAction.SetRole"/> are about.</summary>
    [Id(2)] public string? Account { get; init; }
    [Id(3)] public GroupRole? Role { get; init; }

    /// <summary>Null leaves it as it is.</summary>
    [Id(4)] public string? Name { get; init; }

    /// <summary>Null leaves it as it is.</summary>
    [Id(5)] public bool? MemberInvites { get; init; }
}

/// <summary>What became of a group and of those who were to be added to it.</summary>
[GenerateSerializer, Immutable, Alias("im.GroupInvited")]
public sealed record GroupInvited
{
    [Id(0)] public required GroupDetails Group { get; init; }
    [Id(1)] public required string[] Added { get; init; }
    [Id(2)] public required GroupRejection[] Rejected { get; init; }
}

/// <summary>An account that was not added, and why: a code of <c>OrleansIM.Protocol.ErrorCodes</c>.</summary>
[GenerateSerializer, Immutable, Alias("im.GroupRejection")]
public sealed record GroupRejection
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required string Reason { get; init; }
}
