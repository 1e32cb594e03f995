using System.Diagnostics.CodeAnalysis;
using OrleansIM.Presence;

namespace OrleansIM.Grains.Presence;

/// <summary>
/// What one silo holds at one shard, and what of it the shard has not been told yet. One call is under way at a time and
/// takes what has come up meanwhile, so a change overtaken by another never travels, and nothing overtakes anything. A
/// call that fails, or a shard that knows nothing, is told everything again.
/// </summary>
internal sealed class ShardLink(string owner)
{
    /// <summary>The most presences, and the most watches, in one call.</summary>
    public const int MaxBatch = 500;

    private static readonly PresenceNews s_nothing = new() { Epoch = 0, Friends = [] };

    private readonly Lock _gate = new();
    private readonly Dictionary<string, PresenceState> _shared = [];
    private readonly Dictionary<string, HashSet<string>> _watches = [];
    private readonly Dictionary<string, PresenceState> _sharedChanges = [];
    private readonly Dictionary<string, Change> _watchChanges = [];
    private Restore? _restore;
    private bool _mustRestore = true;
    private bool _mustRenew;
    private bool _isRunning;
    private long _number;

    /// <summary>Notes an account's presence. True if the caller has to run the link.</summary>
    public bool Share(string account, PresenceState state)
    {
        lock (_gate)
        {
            if (state.Status is PresenceStatus.Offline)
            {
                _shared.Remove(account);
            }
            else
            {
                _shared[account] = state;
            }

            _sharedChanges[account] = state;
            return Begin();
        }
    }

    /// <summary>Notes an account as offline if it was noted as anything else.</summary>
    public bool Retract(string account)
    {
        lock (_gate)
        {
            if (!_shared.Remove(account))
            {
                return false;
            }

            _sharedChanges[account] = PresenceState.Offline;
            return Begin();
        }
    }

    /// <summary>Replaces what an account watches.</summary>
    public bool Watch(string watcher, IEnumerable<string> accounts, out Task<PresenceNews> answer)
    {
        lock (_gate)
        {
            _watches[watcher] = [.. accounts];
            answer = Ask(watcher, wantsOffline: false);
            return Begin();
        }
    }

    /// <summary>Adds to what an account watches.</summary>
    public bool WatchAlso(string watcher, string account, out Task<PresenceNews> answer)
    {
        lock (_gate)
        {
            if (!_watches.TryGetValue(watcher, out var accounts))
            {
                _watches[watcher] = accounts = [];
            }

            accounts.Add(account);
            answer = Ask(watcher, wantsOffline: true);
            return Begin();
        }
    }

    /// <summary>Takes one account out of what another watches; all of them without one.</summary>
    public bool Unwatch(string watcher, string? account = null)
    {
        lock (_gate)
        {
            if (!_watches.TryGetValue(watcher, out var accounts))
            {
                return false;
            }

            if (account is null || (accounts.Remove(account) && accounts.Count == 0))
            {
                _watches.Remove(watcher);
            }

            _watchChanges.TryAdd(watcher, new Change());
            return Begin();
        }
    }

    /// <summary>The lease is due. True if the caller has to run the link.</summary>
    public bool Renew()
    {
        lock (_gate)
        {
            _mustRenew = _shared.Count > 0 || _watches.Count > 0;
            return _mustRenew && Begin();
        }
    }

    /// <summary>The next call; false when there is nothing to say, and the run is over.</summary>
    public bool TryTake([NotNullWhen(true)] out ShardCall? call)
    {
        lock (_gate)
        {
            if (_mustRestore)
            {
                // Changes are told after it, as the news they are: everything may hold what is old, of an account that has
                // moved to another silo.
                _mustRestore = false;
                _restore = new Restore([.. _shared.Keys], [.. _watches.Keys.Union(_watchChanges.Keys)]);
            }

            call = _restore is not null ? TakeRestore(_restore)
                : _sharedChanges.Count > 0 || _watchChanges.Count > 0 || _mustRenew ? TakeChanges()
                : null;
            _isRunning = call is not null;
            return _isRunning;
        }
    }

    /// <summary>The shard has answered. What is left is for watchers nobody waits for: they are shown it.</summary>
    public IEnumerable<(string Watcher, PresenceNews News)> Finish(ShardCall call, PresenceAnswer answer)
    {
        lock (_gate)
        {
            _mustRestore |= answer.IsNewOwner;
        }

        for (var i = 0; i < answer.News.Length; i++)
        {
            if (call.Waiting[i] is { } waiting)
            {
                waiting.TrySetResult(answer.News[i]);
            }
            else if (answer.News[i].Friends.Length > 0)
            {
                yield return (call.Exchange.Watches[i].Watcher, answer.News[i]);
            }
        }
    }

    /// <summary>Nobody knows whether the shard has heard it. Who waits goes on with nothing; the news come with the restore.</summary>
    public void Fail(ShardCall call)
    {
        lock (_gate)
        {
            _mustRestore = true;
            _restore = null;
            foreach (var change in call.IsRestore ? [] : call.Exchange.Shared)
            {
                _sharedChanges.TryAdd(change.Account, change.State);
            }
        }

        foreach (var waiting in call.Waiting)
        {
            waiting?.TrySetResult(s_nothing);
        }
    }

    private bool Begin()
    {
        var begins = !_isRunning;
        _isRunning = true;
        return begins;
    }

    private Task<PresenceNews> Ask(string watcher, bool wantsOffline)
    {
        _watchChanges.TryGetValue(watcher, out var change);
        var waiting = change?.Waiting ?? new TaskCompletionSource<PresenceNews>(TaskCreationOptions.RunContinuationsAsynchronously);
        _watchChanges[watcher] = new Change { WantsOffline = wantsOffline || change?.WantsOffline == true, Waiting = waiting };
        return waiting.Task;
    }

    private ShardCall TakeChanges()
    {
        var shared = _sharedChanges.Take(MaxBatch).ToArray();
        foreach (var (account, _) in shared)
        {
            _sharedChanges.Remove(account);
        }

        return TakeWatches([.. _watchChanges.Keys.Take(MaxBatch)], [.. shared.Select(Shared)], isRestore: false);
    }

    private ShardCall TakeRestore(Restore restore)
    {
        var begins = !restore.HasBegun;
        restore.HasBegun = true;
        var shared = restore.Accounts.Dequeue(MaxBatch)
            .Where(_shared.ContainsKey).Select(account => Shared(KeyValuePair.Create(account, _shared[account]))).ToArray();
        var call = TakeWatches(restore.Watchers.Dequeue(MaxBatch), shared, isRestore: true);
        var ends = restore.Accounts.Count == 0 && restore.Watchers.Count == 0;
        _restore = ends ? null : restore;
        return call with { IsRestore = true, Exchange = call.Exchange with { BeginsRestore = begins, EndsRestore = ends } };
    }

    private ShardCall TakeWatches(List<string> watchers, SharedPresence[] shared, bool isRestore)
    {
        _mustRenew = false;
        var waiting = new TaskCompletionSource<PresenceNews>?[watchers.Count];
        var watches = new PresenceWatch[watchers.Count];
        for (var i = 0; i < watchers.Count; i++)
        {
            _watchChanges.Remove(watchers[i], out var change);
            waiting[i] = change?.Waiting;
            watches[i] = new PresenceWatch
            {
                Watcher = watchers[i],
                Accounts = _watches.TryGetValue(watchers[i], out var accounts) ? [.. accounts] : [],
                WantsOffline = change?.WantsOffline ?? isRestore,
            };
        }

        return new ShardCall(new PresenceExchange { Owner = owner, Shared = shared, Watches = watches, Number = ++_number }, waiting);
    }

    private static SharedPresence Shared(KeyValuePair<string, PresenceState> shared) => new() { Account = shared.Key, State = shared.Value };

    /// <summary>A watch the shard has not been told of, and who waits for the answer.</summary>
    private sealed class Change
    {
        public bool WantsOffline { get; init; }
        public TaskCompletionSource<PresenceNews>? Waiting { get; init; }
    }

    /// <summary>What of everything is still to be told.</summary>
    private sealed class Restore(IEnumerable<string> accounts, IEnumerable<string> watchers)
    {
        public Queue<string> Accounts { get; } = new(accounts);
        public Queue<string> Watchers { get; } = new(watchers);
        public bool HasBegun { get; set; }
    }
}

/// <summary>A call to a shard, and who waits for the answer to each of its watches.</summary>
internal sealed record ShardCall(PresenceExchange Exchange, TaskCompletionSource<PresenceNews>?[] Waiting)
{
    /// <summary>Whether it is a part of everything, not news.</summary>
    public bool IsRestore { get; init; }
}

file static class QueueParts
{
    public static List<string> Dequeue(this Queue<string> queue, int most)
    {
        var part = new List<string>(Math.Min(most, queue.Count));
        while (part.Count < most && queue.TryDequeue(out var item))
        {
            part.Add(item);
        }

        return part;
    }
}
