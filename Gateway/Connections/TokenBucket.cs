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
        if (!Has(1, out wait))
        {
            return false;
        }

        _taken++;
        return true;
    }

    /// <summary>Takes so many, whether they are there or not.</summary>
    public void Take(int tokens) => _taken += tokens;

    /// <summary>Puts so many back.</summary>
    public void GiveBack(double tokens) => _taken = Math.Max(0, _taken - tokens);

    /// <summary>Whether more were taken than there were. The clock is asked only if it looks like it.</summary>
    /// <param name="wait">If so: how long until they are back.</param>
    public bool IsOverdrawn(out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        return _taken > burst && !Has(0, out wait);
    }

    private bool Has(int tokens, out TimeSpan wait)
    {
        var now = time.GetTimestamp();
        GiveBack(time.GetElapsedTime(_at, now).TotalSeconds * perSecond);
        _at = now;
        wait = TimeSpan.FromSeconds(Math.Max(0, (_taken - (burst - tokens)) / perSecond));
        return _taken <= burst - tokens;
    }
}
