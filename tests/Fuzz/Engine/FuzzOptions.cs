namespace OrleansIM.Fuzz.Engine;

/// <summary>How long, and what counts as a fault.</summary>
internal sealed record FuzzOptions
{
    /// <summary>The same seed gives the same inputs, on every machine.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How many inputs, those on file included.</summary>
    public long Inputs { get; init; } = long.MaxValue;

    /// <summary>How long.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.MaxValue;

    /// <summary>How long an input may take. One that took longer is tried twice more, and each time has to. Default: 1 s.</summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After which an input is taken for one that never ends. Default: 30 s.</summary>
    public TimeSpan Stuck { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Different faults after which a run ends. Default: 10.</summary>
    public int MostFindings { get; init; } = 10;

    /// <summary>Where the input that is being tried is kept, for when the process dies of it; null for nowhere.</summary>
    public string? LastInputFile { get; init; }

    /// <summary>Bytes that may be more in use at a run's end than in its middle. Default: 32 MiB.</summary>
    public long MostGrowth { get; init; } = 32 * 1024 * 1024;
}
