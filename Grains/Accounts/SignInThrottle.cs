namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Slows down guessing (mission L13): after a few failures in a row the next attempt has to wait, 1 s at first and twice
/// as long each time, up to a limit. Slower, never locked: who knows the password gets in after the pause. Pure.
/// </summary>
internal sealed class SignInThrottle(int after, TimeSpan max)
{
    // Attempts at once: enough for every device of a person, few as soon as something was wrong.
    private const int MaxAtOnce = 64;

    private int _failures;
    private int _underWay;
    private DateTimeOffset _until;
    private DateTimeOffset _last;

    /// <summary>Whether an attempt may be made now; if not, how long to wait. One that may is ended with <see cref="End"/>.</summary>
    public bool TryBegin(DateTimeOffset now, out TimeSpan pause)
    {
        pause = _until > now ? _until - now : TimeSpan.Zero;
        var atOnce = _failures == 0 ? MaxAtOnce : Math.Max(1, after - _failures);
        if (pause == TimeSpan.Zero && _underWay >= atOnce)
        {
            // Guesses that are made at once must not all slip through before the first is found wrong.
            pause = TimeSpan.FromSeconds(1);
        }

        if (pause > TimeSpan.Zero)
        {
            return false;
        }

        _underWay++;
        return true;
    }

    public void End() => _underWay--;

    /// <summary>A wrong password. True if the next attempt has to wait.</summary>
    public bool Failed(DateTimeOffset now)
    {
        // Failures of another day say nothing about now.
        if (now - _last > TimeSpan.FromMinutes(15))
        {
            _failures = 0;
        }

        _last = now;
        _failures++;
        if (_failures < after)
        {
            return false;
        }

        var doublings = Math.Min(_failures - after, 20);
        var pause = TimeSpan.FromSeconds(1L << doublings);
        _until = now + (pause < max ? pause : max);
        return true;
    }

    public void Succeeded() => (_failures, _until) = (0, default);
}
