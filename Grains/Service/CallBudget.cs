namespace OrleansIM.Grains.Service;

/// <summary>
/// How many calls a credential has left: as many as a minute brings, at once if it has rested, and then as they come back.
/// Pure.
/// </summary>
internal sealed class CallBudget(int perMinute, DateTimeOffset now)
{
    private double _left = perMinute;
    private DateTimeOffset _at = now;

    /// <summary>Takes so many calls. False if they are not there, and how long it takes until they are.</summary>
    public bool TryTake(int calls, DateTimeOffset now, out TimeSpan pause)
    {
        if (now > _at)
        {
            _left = Math.Min(perMinute, _left + ((now - _at).TotalMinutes * perMinute));
            _at = now;
        }

        // More than there ever are at once is let go when all are there; what is owed then has to come back first.
        var least = Math.Min(calls, perMinute);
        pause = _left >= least ? TimeSpan.Zero : TimeSpan.FromMinutes((least - _left) / perMinute);
        if (pause > TimeSpan.Zero)
        {
            return false;
        }

        _left -= calls;
        return true;
    }
}
