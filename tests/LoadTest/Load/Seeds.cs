namespace OrleansIM.LoadTest.Load;

/// <summary>Seeds from seeds: the same on every machine and in every process.</summary>
internal static class Seeds
{
    /// <summary>A seed for the part of a run that has this number.</summary>
    public static int Of(int seed, int part)
    {
        // SplitMix64's finish: neighbours become strangers.
        var mixed = ((ulong)(uint)seed << 32) | (uint)part;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)((mixed ^ (mixed >> 31)) & int.MaxValue);
    }
}
