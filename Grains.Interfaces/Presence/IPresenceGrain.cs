namespace OrleansIM.Presence;

/// <summary>
/// A shard of presence (key: its number): which accounts of the shard are online, and which online accounts watch them.
/// In memory only. Each silo holds what its own accounts have told and asked, and is here its <em>owner</em>: what an
/// owner has told stays for a lease that each of its calls renews, and is told again when the shard has lost it.
/// </summary>
[Alias("im.IPresenceGrain")]
public interface IPresenceGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes what has changed at the accounts of one silo, answers what was asked, and renews the silo's lease
    /// (<c>Presence:RenewEvery</c>, twice). A silo has one call to a shard under way at a time.
    /// </summary>
    [Alias("Exchange")]
    Task<PresenceAnswer> ExchangeAsync(PresenceExchange exchange);

    /// <summary>Those of some accounts of the shard that are not offline, for who asks once and does not watch.</summary>
    [Alias("Peek")]
    Task<FriendPresence[]> PeekAsync(string[] accounts);
}

/// <summary>What a silo has for a shard.</summary>
[GenerateSerializer, Immutable, Alias("im.PresenceExchange")]
public sealed record PresenceExchange
{
    /// <summary>The silo, in this life of its process.</summary>
    [Id(0)] public required string Owner { get; init; }

    /// <summary>Accounts of the shard whose presence has changed.</summary>
    [Id(1)] public required SharedPresence[] Shared { get; init; }

    /// <summary>Watches that have changed.</summary>
    [Id(2)] public required PresenceWatch[] Watches { get; init; }

    /// <summary>The first part of all the silo holds for the shard.</summary>
    [Id(3)] public bool BeginsRestore { get; init; }

    /// <summary>The last part of it: what was told before and not again is gone.</summary>
    [Id(4)] public bool EndsRestore { get; init; }

    /// <summary>Grows with each call of the owner to the shard: one that comes after a later one is not taken. 0: not numbered.</summary>
    [Id(5)] public long Number { get; init; }
}

/// <summary>Everything that one account watches in a shard; nothing ends the watch.</summary>
[GenerateSerializer, Immutable, Alias("im.PresenceWatch")]
public sealed record PresenceWatch
{
    [Id(0)] public required string Watcher { get; init; }
    [Id(1)] public required string[] Accounts { get; init; }

    /// <summary>Whether the watcher may believe that an account is online which is not: then it is told so.</summary>
    [Id(2)] public bool WantsOffline { get; init; }
}

/// <summary>A shard's answer to an exchange.</summary>
[GenerateSerializer, Immutable, Alias("im.PresenceAnswer")]
public sealed record PresenceAnswer
{
    /// <summary>The shard holds nothing of this owner but what came now: it has to be told everything again.</summary>
    [Id(0)] public required bool IsNewOwner { get; init; }

    /// <summary>One for each watch, in their order.</summary>
    [Id(1)] public required PresenceNews[] News { get; init; }
}

/// <summary>What a shard tells a watcher.</summary>
[GenerateSerializer, Immutable, Alias("im.PresenceNews")]
public sealed record PresenceNews
{
    /// <summary>The activation of the shard.</summary>
    [Id(0)] public required long Epoch { get; init; }
    [Id(1)] public required FriendPresence[] Friends { get; init; }
}
