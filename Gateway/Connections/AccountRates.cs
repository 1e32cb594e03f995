namespace OrleansIM.Gateway.Connections;

/// <summary>The requests of each account that has sessions here, however many those are.</summary>
internal sealed class AccountRates(GatewayOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Shared> _accounts = new(StringComparer.Ordinal);

    /// <summary>What the sessions of an account share; given back with <see cref="Leave"/>.</summary>
    public Shared Join(string account)
    {
        lock (_gate)
        {
            if (!_accounts.TryGetValue(account, out var shared))
            {
                _accounts[account] = shared = new(account, new TokenBucket(options.AccountRequestsPerSecond, options.AccountRequestBurst, time));
            }

            shared.Sessions++;
            return shared;
        }
    }

    /// <summary>A session of the account has ended.</summary>
    public void Leave(Shared shared)
    {
        lock (_gate)
        {
            if (--shared.Sessions == 0)
            {
                _accounts.Remove(shared.Account);
            }
        }
    }

    /// <summary>One account's.</summary>
    internal sealed class Shared(string account, TokenBucket bucket)
    {
        public string Account { get; } = account;

        public int Sessions { get; set; }

        public bool TryTake(out TimeSpan wait)
        {
            lock (bucket)
            {
                return bucket.TryTake(out wait);
            }
        }
    }
}
