using OrleansIM.Presence;

namespace OrleansIM.Grains.Presence;

/// <summary>
/// What a shard knows and whom it has to tell. Pure: it gets the time, and others send what it has to say. It begins
/// empty, and until <paramref name="settlesAt"/> it does not take who it does not know for offline: the silos have not
/// told it again yet.
/// </summary>
internal sealed class PresenceShard(long epoch, DateTimeOffset settlesAt, PresenceOptions options)
{
    private readonly Dictionary<string, Online> _online = [];
    private readonly Dictionary<string, Watch> _watches = [];
    private readonly Dictionary<string, HashSet<string>> _watchers = [];
    private readonly Dictionary<string, Owner> _owners = [];
    private readonly LastSeenBook _lastSeen = new(options.MaxLastSeen);
    private readonly Dictionary<string, Dictionary<string, FriendPresence>> _news = [];
    private long _version;
    private bool _isSettled;

    /// <summary>Whether there is nothing to keep in memory.</summary>
    public bool IsEmpty => _owners.Count == 0 && _lastSeen.Count == 0;

    /// <summary>Watchers something has to be told to.</summary>
    public IReadOnlyCollection<string> WatchersWithNews => _news.Keys;

    public PresenceAnswer Exchange(PresenceExchange exchange, DateTimeOffset now)
    {
        var isNew = !_owners.TryGetValue(exchange.Owner, out var owner);
        owner ??= _owners[exchange.Owner] = new Owner();
        owner.LeaseUntil = now + (2 * options.RenewEvery);
        if (exchange.BeginsRestore)
        {
            owner.Restores++;
        }

        foreach (var shared in exchange.Shared)
        {
            Set(owner, shared.Account, shared.State);
        }

        var news = Array.ConvertAll(exchange.Watches, watch => Take(owner, watch));
        if (exchange.EndsRestore)
        {
            Drop(owner, restoredBefore: owner.Restores);
        }

        return new PresenceAnswer { IsNewOwner = isNew && !exchange.BeginsRestore, News = news };
    }

    /// <summary>Those of some accounts that are not offline.</summary>
    public FriendPresence[] Peek(string[] accounts) =>
    [
        .. accounts.Where(_online.ContainsKey).Select(account =>
            new FriendPresence { Account = account, State = _online[account].State, Version = _online[account].Version }),
    ];

    /// <summary>Lets go of what nobody has renewed, and says who did not come back.</summary>
    public void Sweep(DateTimeOffset now)
    {
        foreach (var (id, owner) in _owners.Where(owner => owner.Value.LeaseUntil < now).ToArray())
        {
            _owners.Remove(id);
            Drop(owner, restoredBefore: int.MaxValue);
        }

        if (_isSettled || now < settlesAt)
        {
            return;
        }

        _isSettled = true;
        foreach (var (watcher, watch) in _watches.Where(watch => watch.Value.AwaitsSettling))
        {
            foreach (var account in watch.Accounts.Where(account => !_online.ContainsKey(account)))
            {
                AddNews(watcher, Offline(account));
            }
        }
    }

    /// <summary>Takes what has to be told to a watcher, the last about each account; null if there is nothing.</summary>
    public PresenceNews? TakeNews(string watcher, out object? watch)
    {
        watch = _watches.GetValueOrDefault(watcher);
        return _news.Remove(watcher, out var news) ? new PresenceNews { Epoch = epoch, Friends = [.. news.Values] } : null;
    }

    /// <summary>What could not be told is told later, unless there is something newer to tell.</summary>
    public void GiveBack(string watcher, PresenceNews news)
    {
        if (!_watches.ContainsKey(watcher))
        {
            return;
        }

        foreach (var friend in news.Friends)
        {
            if (!_news.TryGetValue(watcher, out var waiting) || !waiting.ContainsKey(friend.Account))
            {
                AddNews(watcher, friend);
            }
        }
    }

    /// <summary>The watcher is gone, unless it has come anew since.</summary>
    public void DropWatch(string watcher, object? watch)
    {
        if (watch is not null && ReferenceEquals(_watches.GetValueOrDefault(watcher), watch))
        {
            Unwatch(watcher);
        }
    }

    private void Set(Owner owner, string account, PresenceState state)
    {
        var before = _online.GetValueOrDefault(account);
        if (state.Status is PresenceStatus.Offline)
        {
            // Another silo speaks for the account by now: this one does not know.
            if (before is null || before.Owner == owner)
            {
                SetOffline(account, before is not null, state.LastSeen);
            }

            return;
        }

        _lastSeen.Set(account, null);
        var version = before?.State == state ? before.Version : ++_version;
        _online[account] = new Online(owner, owner.Restores, state, version);
        if (before?.State != state)
        {
            Tell(account, new FriendPresence { Account = account, State = state, Version = version });
        }
    }

    private void SetOffline(string account, bool wasOnline, DateTimeOffset? lastSeen)
    {
        _online.Remove(account);
        var isNews = _lastSeen.Set(account, lastSeen) || wasOnline || !_isSettled;
        if (isNews)
        {
            _version++;
            Tell(account, Offline(account));
        }
    }

    private PresenceNews Take(Owner owner, PresenceWatch watch)
    {
        var before = _watches.GetValueOrDefault(watch.Watcher);
        if (watch.Accounts.Length == 0)
        {
            if (before?.Owner == owner)
            {
                Unwatch(watch.Watcher);
            }

            return new PresenceNews { Epoch = epoch, Friends = [] };
        }

        Unindex(watch.Watcher, before);
        var mustSettle = !_isSettled && (watch.WantsOffline || before?.AwaitsSettling == true);
        _watches[watch.Watcher] = new Watch(owner, owner.Restores, watch.Accounts, mustSettle);
        var friends = new List<FriendPresence>();
        foreach (var account in watch.Accounts)
        {
            Watchers(account).Add(watch.Watcher);
            if (_online.TryGetValue(account, out var online))
            {
                friends.Add(new FriendPresence { Account = account, State = online.State, Version = _version });
            }
            else if ((watch.WantsOffline && _isSettled) || _lastSeen.Find(account) is not null)
            {
                friends.Add(Offline(account));
            }
        }

        return new PresenceNews { Epoch = epoch, Friends = [.. friends] };
    }

    private void Drop(Owner owner, int restoredBefore)
    {
        foreach (var (account, _) in _online.Where(online => online.Value.Owner == owner && online.Value.Restore < restoredBefore).ToArray())
        {
            SetOffline(account, wasOnline: true, lastSeen: null);
        }

        foreach (var (watcher, _) in _watches.Where(watch => watch.Value.Owner == owner && watch.Value.Restore < restoredBefore).ToArray())
        {
            Unwatch(watcher);
        }
    }

    private void Unwatch(string watcher)
    {
        _watches.Remove(watcher, out var watch);
        Unindex(watcher, watch);
        _news.Remove(watcher);
    }

    private void Unindex(string watcher, Watch? watch)
    {
        foreach (var account in watch?.Accounts ?? [])
        {
            if (_watchers.TryGetValue(account, out var watchers) && watchers.Remove(watcher) && watchers.Count == 0)
            {
                _watchers.Remove(account);
            }
        }
    }

    private HashSet<string> Watchers(string account) =>
        _watchers.TryGetValue(account, out var watchers) ? watchers : _watchers[account] = [];

    private void Tell(string account, FriendPresence news)
    {
        if (_watchers.TryGetValue(account, out var watchers))
        {
            foreach (var watcher in watchers)
            {
                AddNews(watcher, news);
            }
        }
    }

    private void AddNews(string watcher, FriendPresence news)
    {
        if (!_news.TryGetValue(watcher, out var waiting))
        {
            _news[watcher] = waiting = [];
        }

        waiting[news.Account] = news;
    }

    private FriendPresence Offline(string account) => new()
    {
        Account = account,
        State = _lastSeen.Find(account) is { } at ? PresenceState.Offline with { LastSeen = at } : PresenceState.Offline,
        Version = _version,
    };

    /// <summary>A silo. What it has told carries the number of the restore it came with, or after.</summary>
    private sealed class Owner
    {
        public DateTimeOffset LeaseUntil { get; set; }
        public int Restores { get; set; }
    }

    private sealed record Online(Owner Owner, int Restore, PresenceState State, long Version);

    private sealed record Watch(Owner Owner, int Restore, string[] Accounts, bool AwaitsSettling);
}
