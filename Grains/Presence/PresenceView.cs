using OrleansIM.Grains.Collections;
using OrleansIM.Presence;

namespace OrleansIM.Grains.Presence;

/// <summary>The presence of an account's friends as its shards have told it. What is told late does not undo what is newer.</summary>
internal sealed class PresenceView(IEnumerable<string> watched)
{
    // Null without friends, as a good part of the accounts are.
    private HashSet<string>? _watched = watched.ToHashSet() is { Count: > 0 } some ? some : null;
    private SparseMap<string, (long Epoch, long Version, PresenceState State)> _friends = new();

    /// <summary>Those of whom there is something to say.</summary>
    public IEnumerable<(string Account, PresenceState State)> Friends =>
        _friends.Items.Where(friend => friend.Value.State != PresenceState.Offline).Select(friend => (friend.Key, friend.Value.State));

    public IReadOnlyCollection<string> Watched => _watched ?? (IReadOnlyCollection<string>)[];

    /// <summary>One more friend. False if it was one before.</summary>
    public bool Watch(string account) => (_watched ??= []).Add(account);

    /// <summary>Takes news. True if the friend is seen differently now.</summary>
    public bool Take(long epoch, FriendPresence news)
    {
        var isKnown = _friends.TryGetValue(news.Account, out var known);
        if (isKnown && known.Epoch == epoch && known.Version > news.Version)
        {
            return false;
        }

        _friends[news.Account] = (epoch, news.Version, news.State);
        return news.State != (isKnown ? known.State : PresenceState.Offline);
    }

    /// <summary>A friend is none any more. False if it was none before.</summary>
    public bool Unwatch(string account, out bool wasSeen)
    {
        wasSeen = _friends.Remove(account, out var known) && known.State != PresenceState.Offline;
        return _watched?.Remove(account) == true;
    }
}
