namespace OrleansIM.Grains.Timelines;

/// <summary>Section <c>Timelines</c>: how logs are written and how much of them is kept near.</summary>
public sealed class TimelineOptions
{
    /// <summary>The most entries in one commit. Default: 1,000.</summary>
    public int MaxBatchEntries { get; set; } = 1_000;

    /// <summary>The most bytes of entries in one commit. Default: 4 MiB.</summary>
    public int MaxBatchBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How many commits are under way at a time, each of other logs; one with SQLite. Default: 2.</summary>
    public int Writers { get; set; } = 2;

    /// <summary>The most entries that wait for a commit in a silo; over it, writers are refused. Default: 50,000.</summary>
    public int MaxQueuedEntries { get; set; } = 50_000;

    /// <summary>The most bytes that wait for a commit in a silo; over it, writers are refused. Default: 64 MiB.</summary>
    public long MaxQueuedBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>
    /// How long a write may wait: for its turn, and then for the store. A store that takes longer hangs; until it answers
    /// writers are refused at once. Default: 10 seconds.
    /// </summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many of the newest entries a page shows, and an account keeps in memory. Default: 50.</summary>
    public int RecentEntries { get; set; } = 50;

    /// <summary>The most bytes of them; of large messages a page shows fewer. Default: 64 KiB.</summary>
    public int RecentBytes { get; set; } = 64 * 1024;

    /// <summary>How far behind a client may be and still resume instead of reloading its page. Default: 10,000 entries.</summary>
    public int ResumeLimit { get; set; } = 10_000;

    /// <summary>After how many entries an account's snapshot is written again. Default: 1,024.</summary>
    public int SnapshotEvery { get; set; } = 1_024;

    /// <summary>
    /// How long entries are kept. Older ones are removed in the background once the account's snapshot covers them, up to
    /// <see cref="SnapshotEvery"/> entries later than they might be, the newest never. Null keeps them. Default: null.
    /// </summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>How many entries of an account are kept, in the same way. Null keeps all. Default: null.</summary>
    public int? MaxEntries { get; set; }
}
