namespace OrleansIM.Presence;

/// <summary>An account as a watcher. Only presence shards and the account's own silo call this.</summary>
[Alias("im.IAccountPresenceGrain")]
public interface IAccountPresenceGrain : IGrainWithStringKey
{
    /// <summary>
    /// Shows presence of friends to the sessions of this account; of those who are no friends (any more) nothing is
    /// shown. False if the account has no sessions and watches nobody.
    /// </summary>
    [Alias("ShowPresence")]
    Task<bool> ShowPresenceAsync(PresenceNews news);

    /// <summary>Drops sessions whose lease has run out. False if nothing of this account is held by that silo.</summary>
    [Alias("CheckPresence")]
    Task<bool> CheckPresenceAsync(string owner);
}
