namespace OrleansIM.Grains.Invites;

/// <summary>The invites, as they are stored.</summary>
internal sealed record InvitesState
{
    public Invite[] Invites { get; init; } = [];
}

/// <summary>An invite. The code itself is in no store: only its hash is.</summary>
internal sealed record Invite
{
    public required string Id { get; init; }

    /// <summary>See <see cref="Secrets.SpokenSecret.Hash"/>.</summary>
    public required string Hash { get; init; }

    /// <summary>How many accounts it makes.</summary>
    public required int Uses { get; init; }

    /// <summary>How many it has made.</summary>
    public int Spent { get; init; }

    /// <summary>Uses of accounts that are being made, or were when something died.</summary>
    public InviteUse[] Open { get; init; } = [];
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset EndsAt { get; init; }
    public string? Note { get; init; }

    /// <summary>The service credential it was made with; null for an operator's.</summary>
    public string? MadeBy { get; init; }
    public string Prefix { get; init; } = "";
}

/// <summary>A use that was taken.</summary>
internal sealed record InviteUse(string Id, string Account);
