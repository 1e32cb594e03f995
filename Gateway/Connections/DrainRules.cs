namespace OrleansIM.Gateway.Connections;

/// <summary>How fast a gateway that goes away sends its clients elsewhere.</summary>
internal static class DrainRules
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>How many of so many streams are to be closed after this time: evenly, and the first at once.</summary>
    public static int Due(int streams, TimeSpan elapsed, TimeSpan spread) =>
        elapsed >= spread ? streams : (int)Math.Min(streams, 1 + (long)(streams * (elapsed / spread)));
}
