using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>Whether and when to connect again. Pure.</summary>
internal static class ReconnectRules
{
    /// <summary>Whether a session goes on after this end.</summary>
    public static bool GoesOn(ConnectionEnd end)
    {
        if (end.Bye is { } bye)
        {
            return bye.Reconnect;
        }

        if (end.CloseCode is { } code && CloseCodes.Reconnect.TryGetValue(code, out var reconnect))
        {
            return reconnect;
        }

        // A refusal that only a person can mend ends the session; so does a frame over the limit of this client, which
        // would come again. A code that is not known may be anything: go on.
        var hopeless = ErrorCodes.All.TryGetValue(end.Error.Code, out var row) && row.Retry == Retry.Never;
        return !hopeless || (!end.Refused && end.Error.Code != ErrorCodes.TooLarge);
    }

    /// <param name="end">How the connection ended.</param>
    /// <param name="attempt">How many attempts there were since the last stable connection.</param>
    /// <param name="policy">The pauses.</param>
    /// <param name="chance">At least 0 and below 1.</param>
    public static TimeSpan Pause(ConnectionEnd end, int attempt, ReconnectPolicy policy, double chance)
    {
        var asked = end.Error.RetryAfter ?? TimeSpan.Zero;
        if (attempt == 0 && end.CloseCode == CloseCodes.GoingAway)
        {
            return asked;
        }

        var pause = Growing(attempt, policy, chance);
        return pause > asked ? pause : asked;
    }

    /// <summary>The pause before an attempt, whatever was asked for.</summary>
    /// <param name="attempt">How many attempts there were.</param>
    /// <param name="policy">The pauses.</param>
    /// <param name="chance">At least 0 and below 1.</param>
    public static TimeSpan Growing(int attempt, ReconnectPolicy policy, double chance)
    {
        var growing = policy.Initial.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 30));
        return TimeSpan.FromMilliseconds(Math.Min(growing, policy.Max.TotalMilliseconds) * (1 - (policy.Jitter * chance)));
    }
}
