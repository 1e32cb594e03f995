namespace OrleansIM.Grains.Presence;

/// <summary>Section <c>Presence</c>.</summary>
public sealed class PresenceOptions
{
    /// <summary>Shards that accounts are spread over; the same in every silo of a cluster. Default: 64.</summary>
    public int Shards { get; set; } = 64;

    /// <summary>How long after its last session has ended an account is shown as offline. Default: 5 s.</summary>
    public TimeSpan OfflineDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The least time between two changes of an account that are told; what is overtaken meanwhile is not. Default: 200 ms.</summary>
    public TimeSpan MinInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How often a silo renews what it holds at a shard; a shard that was lost is right again after that time, and what
    /// a lost silo held is gone after two of it. Default: 30 s.
    /// </summary>
    public TimeSpan RenewEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a page waits for the presence of friends; what is late follows as events. Default: 1 s.</summary>
    public TimeSpan PageTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Accounts per shard whose time of being seen last is remembered, the newest. Default: 10,000.</summary>
    public int MaxLastSeen { get; set; } = 10_000;
}
