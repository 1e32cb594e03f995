namespace OrleansIM.Grains.Keys;

/// <summary>How far the sealing of secrets is; written after each batch, so that whoever comes next goes on there.</summary>
internal sealed record KeyRotationState
{
    /// <summary>The key everything is sealed with, or is to be.</summary>
    public Guid? KeyId { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset ActiveAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Everything is looked at twice: what was sealed with the old key while the first went by is found by the second.</summary>
    public int Round { get; init; }

    /// <summary>The last mailbox that was looked at.</summary>
    public string After { get; init; } = "";
    public int Done { get; init; }
    public int Unreadable { get; init; }

    public bool IsUnderWay => KeyId is not null && FinishedAt is null;
}
