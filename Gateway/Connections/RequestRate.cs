namespace OrleansIM.Gateway.Connections;

/// <summary>What may be done with the next frame of a stream.</summary>
internal enum FrameVerdict
{
    /// <summary>Look at it.</summary>
    Serve,
    /// <summary>Refuse it with <c>slow_down</c>.</summary>
    Refuse,
    /// <summary>Refusals did not help: close the stream (4008).</summary>
    Close,
}

/// <summary>How often a stream, and the account it is signed in as, may ask. For the stream's receive loop alone.</summary>
internal sealed class RequestRate(GatewayOptions options, AccountRates accounts, TimeProvider time)
{
    private readonly TokenBucket _own = new(options.RequestsPerSecond, options.RequestBurst, time);
    // Made when the first is refused: nearly nobody is.
    private TokenBucket? _refusals;
    private AccountRates.Shared? _account;

    /// <summary>From now on it counts for the account too.</summary>
    public void SignIn(string account) => _account = accounts.Join(account);

    /// <summary>The stream has ended.</summary>
    public void End()
    {
        if (_account is { } account)
        {
            accounts.Leave(account);
            _account = null;
        }
    }

    /// <param name="wait">If it is refused: how long to wait.</param>
    public FrameVerdict Judge(out TimeSpan wait)
    {
        if (_own.TryTake(out wait) && (_account is null || _account.TryTake(out wait)))
        {
            return FrameVerdict.Serve;
        }

        _refusals ??= new TokenBucket(options.RequestsPerSecond, options.RequestBurst, time);
        return _refusals.TryTake(out _) ? FrameVerdict.Refuse : FrameVerdict.Close;
    }
}
