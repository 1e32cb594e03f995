using Microsoft.Extensions.Logging;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Sessions;

/// <summary>
/// Renews the sessions of this gateway, all those of one account in one call. The accounts are spread over the period,
/// one part per tick of <see cref="GatewayClock"/>, so that no session needs a timer and no moment gets all the calls.
/// </summary>
internal sealed partial class SessionRenewals(
    SessionRegistry registry, IAccountDirectory directory, GatewayOptions options, TimeProvider time, ILogger<SessionRenewals> logger)
    : ISessionRenewals, IDisposable
{
    /// <summary>Sessions in one call; an account with more gets several.</summary>
    private const int MaxBatch = 500;

    /// <summary>Calls that are under way at the same time.</summary>
    private const int MaxCalls = 64;

    // Whoever asks at once may still be led to the process that is gone, by somebody who was not told yet. One that was
    // killed refuses; one that stands still takes the call, and nobody answers.
    private static readonly TimeSpan s_settling = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _calls = new(MaxCalls);
    private int _wanted;

    public void RenewNow()
    {
        // Several at the same moment are one: the round that is under way is followed by another.
        if (Interlocked.Increment(ref _wanted) == 1)
        {
            _ = RenewAllAsync();
        }
    }

    /// <summary>Renews the accounts of one part out of so many. Answers those that could not be reached.</summary>
    public async Task<IReadOnlyCollection<string>> RenewAsync(int part, int parts, IReadOnlySet<string>? only = null)
    {
        var renewals = new List<Task<string?>>();
        foreach (var (account, sessions) in Collect(part, parts, only))
        {
            foreach (var batch in sessions.Chunk(MaxBatch))
            {
                await _calls.WaitAsync();
                renewals.Add(RenewAsync(account, batch));
            }
        }

        return [.. (await Task.WhenAll(renewals)).OfType<string>()];
    }

    /// <summary>
    /// All accounts, and those that could not be reached again after growing pauses: a cluster that has just lost a silo
    /// may take a moment to know where they belong. What is left after a period is due anyway.
    /// </summary>
    private async Task RenewAllAsync()
    {
        int taken;
        do
        {
            taken = Volatile.Read(ref _wanted);
            var begin = time.GetTimestamp();
            await Task.Delay(s_settling, time);
            var failed = await RenewAsync(part: 0, parts: 1);
            for (var failures = 1; failed.Count > 0 && time.GetElapsedTime(begin) < options.RenewalPeriod; failures++)
            {
                await Task.Delay(Faults.Pause(failures), time);
                failed = await RenewAsync(part: 0, parts: 1, failed.ToHashSet());
            }
        }
        while (Interlocked.Add(ref _wanted, -taken) > 0);
    }

    public void Dispose() => _calls.Dispose();

    private Dictionary<string, List<Session>> Collect(int part, int parts, IReadOnlySet<string>? only)
    {
        var byAccount = new Dictionary<string, List<Session>>();
        var accounts = new List<string>();
        foreach (var session in registry.Sessions)
        {
            accounts.Clear();
            session.CollectOpened(accounts);
            foreach (var account in accounts)
            {
                if ((uint)account.GetHashCode(StringComparison.Ordinal) % (uint)parts != part || only?.Contains(account) == false)
                {
                    continue;
                }

                if (!byAccount.TryGetValue(account, out var sessions))
                {
                    byAccount.Add(account, sessions = []);
                }

                sessions.Add(session);
            }
        }

        return byAccount;
    }

    /// <summary>Answers the account if it could not be reached.</summary>
    private async Task<string?> RenewAsync(string account, Session[] sessions)
    {
        try
        {
            var ids = Array.ConvertAll(sessions, session => session.Id);
            var renewed = await directory.Account(account).RenewSessionsAsync(new RenewSessions { Sessions = ids }).WaitAsync(s_patience, time);
            foreach (var session in sessions)
            {
                if (Array.IndexOf(renewed.Unknown, session.Id) >= 0)
                {
                    session.OnUnknown(account);
                }
                else
                {
                    session.OnHead(account, renewed.Head);
                }
            }

            return null;
        }
        catch (Exception e)
        {
            // The next period tries again; a lease outlives more than one.
            RenewalFailed(logger, e, sessions.Length);
            return account;
        }
        finally
        {
            _calls.Release();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A renewal of {Sessions} session(s) has failed; it is tried again when it is next due.")]
    private static partial void RenewalFailed(ILogger logger, Exception exception, int sessions);
}
