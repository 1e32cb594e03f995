using System.Text.Json.Serialization;

namespace OrleansIM.Client;

/// <summary>A group chat with its members, as its members see it.</summary>
public sealed record Group
{
    /// <summary>Its id. To write to it, and as the peer of its messages: <see cref="Peer"/>.</summary>
    public string Id { get; init => field = value ?? ""; } = "";
    /// <summary>Its name.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
    /// <summary>Whether members may add their friends; owners and admins always may.</summary>
    public bool MemberInvites { get; init; }
    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>Its members, in the order they came.</summary>
    public IReadOnlyList<GroupMember> Members { get; init => field = value ?? []; } = [];

    /// <summary><c>group:</c> and the id.</summary>
    [JsonIgnore]
    public string Peer => "group:" + Id;
}

/// <summary>A member of a group chat.</summary>
public sealed record GroupMember
{
    /// <summary>The account.</summary>
    public string Account { get; init => field = value ?? ""; } = "";
    /// <summary><c>owner</c>, <c>admin</c> or <c>member</c>.</summary>
    public string Role { get; init => field = value ?? ""; } = "";
    /// <summary>When it came.</summary>
    public DateTimeOffset Since { get; init; }
}

/// <summary>A group chat as it is on the page of a member.</summary>
public sealed record GroupEntry
{
    /// <summary>Its id. To write to it, and as the peer of its messages: <see cref="Peer"/>.</summary>
    public string Id { get; init => field = value ?? ""; } = "";
    /// <summary>Its name.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
    /// <summary>The role of the account of the page: <c>owner</c>, <c>admin</c> or <c>member</c>.</summary>
    public string Role { get; init => field = value ?? ""; } = "";
    /// <summary>How many members there are.</summary>
    public int Members { get; init; }
    /// <summary>Unread messages that mention the account.</summary>
    public int Mentions { get; init; }

    /// <summary><c>group:</c> and the id.</summary>
    [JsonIgnore]
    public string Peer => "group:" + Id;
}

/// <summary>A group, and what became of those who were to be added.</summary>
public sealed record GroupInvitation
{
    /// <summary>The group as it is now.</summary>
    public Group Group { get; init; } = new();
    /// <summary>The accounts that were added.</summary>
    public IReadOnlyList<string> Added { get; init; } = [];
    /// <summary>The accounts that were not, and why. Who was a member before is in neither list.</summary>
    public IReadOnlyList<GroupRejection> Rejected { get; init; } = [];
}

/// <summary>An account that was not added to a group.</summary>
public sealed record GroupRejection
{
    /// <summary>The account.</summary>
    public string Account { get; init => field = value ?? ""; } = "";
    /// <summary><c>not_friends</c>, <c>unknown_account</c>, <c>limit_reached</c>.</summary>
    public string Reason { get; init => field = value ?? ""; } = "";
}
