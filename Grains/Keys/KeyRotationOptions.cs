namespace OrleansIM.Grains.Keys;

/// <summary>Section <c>Keys</c>, as far as it is about new keys.</summary>
public sealed class KeyRotationOptions
{
    /// <summary>
    /// How often every process looks for new keys in the database. A new key is used when all have looked twice. The same for
    /// every process of a cluster. Default: 5 minutes.
    /// </summary>
    public TimeSpan RefreshPeriod { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often it is looked whether secrets have to be sealed again. Default: 1 minute.</summary>
    public TimeSpan CheckPeriod { get; set; } = TimeSpan.FromMinutes(1);
}
