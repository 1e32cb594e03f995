namespace OrleansIM.Links;

/// <summary>A member's role in its link group. The numbers are stored.</summary>
public enum LinkRole
{
    /// <summary>Its session sees itself only.</summary>
    Secondary = 0,
    /// <summary>Its session sees every member and edits the group.</summary>
    Master = 1,
}

/// <summary>An account to link, with the password, or the token of its issuer, that proves it.</summary>
[GenerateSerializer, Immutable, Alias("im.LinkRequest")]
public sealed record LinkRequest
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public string? Password { get; init; }
    [Id(2)] public required LinkRole Role { get; init; }
    [Id(3)] public string? Jwt { get; init; }

    // Not the record's own text: a secret must not reach a log by way of it.
    public override string ToString() => $"{nameof(LinkRequest)} {{ {Account}, {Role} }}";
}

/// <summary>A member of a link group.</summary>
[GenerateSerializer, Immutable, Alias("im.LinkMember")]
public sealed record LinkMember
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required LinkRole Role { get; init; }
    [Id(2)] public required DateTimeOffset Since { get; init; }
}

/// <summary>An account that was not linked, or is not any more, and why.</summary>
[GenerateSerializer, Immutable, Alias("im.LinkRejection")]
public sealed record LinkRejection
{
    [Id(0)] public required string Account { get; init; }

    /// <summary>An error code, or <c>credentials_changed</c> or <c>deleted</c> at a later check.</summary>
    [Id(1)] public required string Reason { get; init; }
}

/// <summary>The answer to a batch of links.</summary>
[GenerateSerializer, Immutable, Alias("im.LinksAdded")]
public sealed record LinksAdded
{
    [Id(0)] public required LinkMember[] Linked { get; init; }
    [Id(1)] public required LinkRejection[] Rejected { get; init; }
}

/// <summary>A link group as one of its members may see it.</summary>
[GenerateSerializer, Immutable, Alias("im.GroupView")]
public sealed record GroupView
{
    /// <summary>Null if the account is not linked.</summary>
    [Id(0)] public string? Group { get; init; }

    /// <summary>The role of the account that asked; an account without links is its own master.</summary>
    [Id(1)] public required LinkRole Role { get; init; }

    /// <summary>A master's view has every member, a secondary's only itself; empty without links.</summary>
    [Id(2)] public required LinkMember[] Members { get; init; }

    /// <summary>Who was dropped by the check at this sign-in.</summary>
    [Id(3)] public LinkRejection[] Rejected { get; init; } = [];
}
