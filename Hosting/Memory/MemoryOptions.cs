namespace OrleansIM.Hosting.Memory;

/// <summary>Section <c>Memory</c>: what the process does with memory it does not use any more.</summary>
public sealed class MemoryOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Memory";

    /// <summary>
    /// Up to how many MB of managed memory a quiet server gives back what its last busy time has left. This stops the
    /// process for one collection, about 1.6 ms per MB that is in use, and for a hundredth of the time at most unless it doubles. 0: never. Default: 512.
    /// </summary>
    public int TrimUpTo { get; set; } = 512;
}
