namespace OrleansIM.Gateway.Connections;

/// <summary>
/// So many a second, and a burst of more: each takes a token, which comes back at the rate. Not for several threads at once.
/// </summary>
/// <param name="perSecond">How many come back in a second.</param>
/// <param name="burst">How many there are at most, and at first.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(double perSecond, double burst, TimeProvider time)
{
    // Counted from the full bucket down, so that nothing has to be done to begin.
    private double _taken;
    private long _at = time.GetTimestamp();

    /// <summary>Takes one.</summary>
    /// <param name="wait">If there is none: how long until there is.</param>
    public bool TryTake(out TimeSpan wait)
    {
        var now = time.GetTimestamp();
        _taken = Math.Max(0, _taken - (time.GetElapsedTime(_at, now).TotalSeconds * perSecond));
        _at = now;
        if (_taken > burst - 1)
        {
            wait = TimeSpan.FromSeconds((_taken - (burst - 1)) / perSecond);
            return false;
        }

        _taken++;
        wait = TimeSpan.Zero;
        return true;
    }
}
