using OrleansIM.Presence;

namespace OrleansIM.Grains.Presence;

/// <summary>
/// What a shard knows and whom it has to tell. Pure: it gets the time, and others send what it has to say. It begins
/// empty, and until <paramref name="settlesAt"/> it does not take who it does not know for offline: the silos have not
/// told it again yet.
/// </summary>
internal sealed class PresenceShard(long epoch, DateTimeOffset settlesAt, PresenceOptions options)
{
    private readonly Dictionary<string, Claim<Online>> _online = [];
    private readonly Dictionary<string, Claim<Watch>> _watches = [];
    private readonly Dictionary<string, HashSet<string>> _watchers = [];
    private readonly Dictionary<string, ShardOwner> _owners = [];
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
        if (owner is not null && exchange.Number > 0 && exchange.Number <= owner.Number)
        {
            // Its silo has given it up for lost, and told everything again since.
            return new PresenceAnswer { IsNewOwner = false, News = Array.ConvertAll(exchange.Watches, _ => Nothing) };
        }

        owner ??= _owners[exchange.Owner] = new ShardOwner();
        (owner.LeaseUntil, owner.Number) = (now + (2 * options.RenewEvery), exchange.Number);
        if (exchange.BeginsRestore)
        {
            owner.Restores++;
            owner.IsRestoring = true;
        }

        foreach (var shared in exchange.Shared)
        {
            Set(owner, shared.Account, shared.State);
        }

        var news = Array.ConvertAll(exchange.Watches, watch => Take(owner, watch));
        if (exchange.EndsRestore)
        {
            owner.IsRestoring = false;
            Drop(owner, restoredBefore: owner.Restores);
        }

        return new PresenceAnswer { IsNewOwner = isNew && !exchange.BeginsRestore, News = news };
    }

    /// <summary>Those of some accounts that are not offline.</summary>
    public FriendPresence[] Peek(string[] accounts) =>
    [
        .. accounts.Where(_online.ContainsKey).Select(account =>
            new FriendPresence { Account = account, State = _online[account].What.State, Version = _online[account].What.Version }),
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
        foreach (var (watcher, watches) in _watches)
        {
            foreach (var account in watches.All().Where(watch => watch.What.AwaitsSettling).SelectMany(watch => watch.What.Accounts).Where(account => !_online.ContainsKey(account)))
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
            SetWatches(watcher, null);
        }
    }

    private void Set(ShardOwner owner, string account, PresenceState state)
    {
        var before = _online.GetValueOrDefault(account);
        if (state.Status is PresenceStatus.Offline)
        {
            Withdraw(owner, account, before, state.LastSeen);
            return;
        }

        _lastSeen.Set(account, null);
        var others = before?.Without(owner);
        if (others is not null && owner.IsRestoring && before!.Owner != owner)
        {
            // What this silo holds may be of an activation before that of the other silo, so it takes nothing over.
            _online[account] = others.Above(new Claim<Online>(owner, owner.Restores, new Online(state, 0), null));
            return;
        }

        Show(account, before, new Claim<Online>(owner, owner.Restores, new Online(state, 0), others));
    }

    /// <summary>An owner says nothing of the account any more. Others may: this one does not know, then.</summary>
    private void Withdraw(ShardOwner owner, string account, Claim<Online>? before, DateTimeOffset? lastSeen)
    {
        if (before?.Without(owner) is { } others)
        {
            Show(account, before, others);
        }
        else
        {
            SetOffline(account, before is not null, lastSeen);
        }
    }

    private void Show(string account, Claim<Online>? before, Claim<Online> now)
    {
        var isNews = before?.What.State != now.What.State;
        var shown = now.What with { Version = isNews ? ++_version : before!.What.Version };
        _online[account] = now with { What = shown };
        if (isNews)
        {
            Tell(account, new FriendPresence { Account = account, State = shown.State, Version = shown.Version });
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

    private PresenceNews Take(ShardOwner owner, PresenceWatch watch)
    {
        var before = _watches.GetValueOrDefault(watch.Watcher);
        var others = before?.Without(owner);
        if (watch.Accounts.Length == 0)
        {
            SetWatches(watch.Watcher, others);
            return Nothing;
        }

        var mustSettle = !_isSettled && (watch.WantsOffline || before?.Of(owner)?.What.AwaitsSettling == true);
        SetWatches(watch.Watcher, new Claim<Watch>(owner, owner.Restores, new Watch(watch.Accounts, mustSettle), others));
        var friends = new List<FriendPresence>();
        foreach (var account in watch.Accounts)
        {
            if (_online.TryGetValue(account, out var online))
            {
                friends.Add(new FriendPresence { Account = account, State = online.What.State, Version = _version });
            }
            else if ((watch.WantsOffline && _isSettled) || _lastSeen.Find(account) is not null)
            {
                friends.Add(Offline(account));
            }
        }

        return new PresenceNews { Epoch = epoch, Friends = [.. friends] };
    }

    private void Drop(ShardOwner owner, int restoredBefore)
    {
        foreach (var (account, claims) in _online.Where(online => online.Value.Of(owner)?.Restore < restoredBefore).ToArray())
        {
            Withdraw(owner, account, claims, lastSeen: null);
        }

        foreach (var (watcher, claims) in _watches.Where(watch => watch.Value.Of(owner)?.Restore < restoredBefore).ToArray())
        {
            SetWatches(watcher, claims.Without(owner));
        }
    }

    /// <summary>Replaces what is watched for a watcher, by whichever silo: it is told of all of it.</summary>
    private void SetWatches(string watcher, Claim<Watch>? claims)
    {
        _watches.Remove(watcher, out var before);
        foreach (var account in before?.All().SelectMany(watch => watch.What.Accounts) ?? [])
        {
            if (_watchers.TryGetValue(account, out var watchers) && watchers.Remove(watcher) && watchers.Count == 0)
            {
                _watchers.Remove(account);
            }
        }

        if (claims is null)
        {
            _news.Remove(watcher);
            return;
        }

        _watches[watcher] = claims;
        foreach (var account in claims.All().SelectMany(watch => watch.What.Accounts))
        {
            Watchers(account).Add(watcher);
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

    private PresenceNews Nothing => new() { Epoch = epoch, Friends = [] };

    /// <summary>What is shown of an account, and its version if it is the one that is believed.</summary>
    private readonly record struct Online(PresenceState State, long Version);

    /// <summary>What is watched. While it awaits settling, the watcher may believe somebody online who is not.</summary>
    private readonly record struct Watch(string[] Accounts, bool AwaitsSettling);
}
