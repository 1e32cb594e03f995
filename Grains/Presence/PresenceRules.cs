using OrleansIM.Presence;

namespace OrleansIM.Grains.Presence;

/// <summary>What an account's sessions add up to, and what friends see of it.</summary>
internal static class PresenceRules
{
    /// <summary>The shard an account belongs to. The same in every process: no randomized hash.</summary>
    public static int ShardOf(string account, int shards)
    {
        // FNV-1a; account ids are ASCII.
        var hash = 2166136261u;
        foreach (var c in account)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return (int)(hash % (uint)shards);
    }

    /// <summary>
    /// The presence of an account: hidden if any session is; else the most available one's, of equals the one that was
    /// set last. Null without sessions.
    /// </summary>
    /// <param name="sessions">What each session has said, and when in the order of saying.</param>
    public static SessionPresence? Aggregate(IEnumerable<(SessionPresence Presence, long Order)> sessions)
    {
        SessionPresence? winner = null;
        var order = 0L;
        foreach (var (presence, at) in sessions)
        {
            var better = winner is null ? 1 : Rank(presence.Status).CompareTo(Rank(winner.Status));
            if (better > 0 || (better == 0 && at > order))
            {
                (winner, order) = (presence, at);
            }
        }

        return winner;
    }

    /// <summary>What friends see. A time of being seen last only of who is not shown as online.</summary>
    public static PresenceState Share(SessionPresence? own, bool sharesPresence, DateTimeOffset? lastSeen) =>
        own == SessionPresence.Online && sharesPresence ? PresenceState.Online
        : IsVisible(own) && sharesPresence ? new PresenceState { Status = own!.Status, Note = own.Note }
        : sharesPresence && lastSeen is not null ? new PresenceState { Status = PresenceStatus.Offline, LastSeen = lastSeen }
        : PresenceState.Offline;

    public static bool IsVisible(SessionPresence? own) => own is not null and not { Status: PresenceStatus.Invisible or PresenceStatus.Offline };

    private static int Rank(PresenceStatus status) => status switch
    {
        PresenceStatus.Invisible => 4,
        PresenceStatus.Online => 3,
        PresenceStatus.Busy => 2,
        PresenceStatus.Away => 1,
        _ => 0,
    };
}
