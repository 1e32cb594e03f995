using OrleansIM.Contacts;
using OrleansIM.Groups;
using OrleansIM.Profiles;
using OrleansIM.Timelines;

namespace OrleansIM.Accounts;

/// <summary>An account as other accounts see it. Only grains call this; gateways use <see cref="IAccountGrain"/>.</summary>
[Alias("im.IAccountPeerGrain")]
public interface IAccountPeerGrain : IGrainWithStringKey
{
    /// <summary>
    /// Decides whether this account takes messages of the sender and, if the sender is on the same silo, submits each
    /// with the sender's entry as one commit, in the given order. Returns before the commit: the sender waits for it.
    /// Refused: <c>unknown_account</c>, <c>not_friends</c>.
    /// </summary>
    [Alias("AcceptMessages")]
    Task<Outcome<Accepted>> AcceptMessagesAsync(string from, IncomingMessage[] messages);

    /// <summary>
    /// Appends what committed entries of another account call for, in the given order, and returns after the commit.
    /// Doing it twice does it once.
    /// </summary>
    [Alias("Deliver")]
    Task DeliverAsync(string sender, DeferredAppend[] appends);

    /// <summary>Delivers what this account's outbox still has; somebody it is for has noticed.</summary>
    [Alias("FinishOutbox")]
    Task FinishOutboxAsync();

    /// <summary>This account's side of the relation to another account.</summary>
    [Alias("GetRelation")]
    Task<RelationSide> GetRelationAsync(string other);

    /// <summary>
    /// Changes the relation between this account and another. Only the account whose id sorts first is asked to: it is
    /// the one place where changes of this pair are decided, one after the other.
    /// </summary>
    [Alias("ChangeRelation")]
    Task<Outcome<ContactState>> ChangeRelationAsync(RelationChange change);

    /// <summary>Takes over its side of a decided change and, if it can, stores both sides in one commit.</summary>
    [Alias("JoinRelation")]
    Task<Outcome<Accepted>> JoinRelationAsync(string unit, RelationDelta delta);

    /// <summary>Takes over its side of a decided change that leaves the other side as it was.</summary>
    [Alias("SetRelation")]
    Task<Outcome> SetRelationAsync(RelationDelta delta);

    /// <summary>
    /// An account was deleted: this one's contact goes, and whatever it knows of the other besides its id and what they
    /// wrote to each other. Doing it twice does it once.
    /// </summary>
    [Alias("Forget")]
    Task ForgetAsync(string account);

    /// <summary>A friend's profile has changed.</summary>
    [Alias("UpdateCard")]
    Task UpdateCardAsync(Profile card);

    /// <summary>
    /// Whether an account may add this one to a group. Refused: <c>unknown_account</c>, <c>not_friends</c>,
    /// <c>limit_reached</c>.
    /// </summary>
    [Alias("MayInvite")]
    Task<Outcome> MayInviteAsync(string inviter);

    /// <summary>A group has something new; this account takes it over into its log if it is awake.</summary>
    [Alias("HearGroup")]
    Task HearGroupAsync(GroupNews news);

    /// <summary>A member of a group types, or has stopped to.</summary>
    [Alias("HearGroupTyping")]
    Task HearGroupTypingAsync(GroupTyping typing);

    /// <summary>
    /// A friend has read what this account wrote, up to a seq of this account's log. Adds that to the friend's commit if
    /// both are on the same silo; <see cref="Accepted.OneSided"/> if it is no news here, or none of the friend's business.
    /// </summary>
    [Alias("JoinRead")]
    Task<Outcome<Accepted>> JoinReadAsync(string unit, string by, long upTo);

    /// <summary>
    /// What this account wrote has reached a device of a friend, up to a seq of this account's log. Returns after the
    /// commit; what is no news is ignored, so it may be said again. Refused: <c>unavailable</c>.
    /// </summary>
    [Alias("TakeDelivered")]
    Task<Outcome> TakeDeliveredAsync(string by, long upTo);

    /// <summary>A friend types, or has stopped to.</summary>
    [Alias("TakeTyping")]
    Task TakeTypingAsync(string from, bool on);

    /// <summary>Whether the account was made with this use of an invite; null if that is not decided yet.</summary>
    [Alias("WasMadeWith")]
    Task<bool?> WasMadeWithAsync(string use);
}

/// <summary>A message on its way to the recipient.</summary>
[GenerateSerializer, Immutable, Alias("im.IncomingMessage")]
public sealed record IncomingMessage
{
    /// <summary>The commit the sender has prepared; known on the sender's silo only.</summary>
    [Id(0)] public required string Unit { get; init; }

    /// <summary>The recipient's event data as UTF-8 JSON.</summary>
    [Id(1)] public required byte[] Data { get; init; }
    [Id(2)] public required long At { get; init; }
}

/// <summary>What became of a change that two accounts have to store.</summary>
public enum Accepted
{
    /// <summary>Both sides are one commit, which is stored or about to be.</summary>
    Together = 1,
    /// <summary>Allowed, but the two accounts are on different silos: the asking side stores its own entry first.</summary>
    Elsewhere = 2,
    /// <summary>This side has nothing to store: the asking side stores its own entry alone.</summary>
    OneSided = 3,
}

/// <summary>An entry that another account's commit calls for (its outbox).</summary>
[GenerateSerializer, Immutable, Alias("im.DeferredAppend")]
public sealed record DeferredAppend
{
    /// <summary>The seq of the sender's entry: with the sender, what makes this unique.</summary>
    [Id(0)] public required long SenderSeq { get; init; }
    [Id(1)] public required EntryKind Kind { get; init; }
    [Id(2)] public required long At { get; init; }

    /// <summary>UTF-8 JSON: a message's or receipt's event data, or a <see cref="RelationDelta"/>.</summary>
    [Id(3)] public required byte[] Data { get; init; }
}

/// <summary>One side of a relation, and who stands there.</summary>
[GenerateSerializer, Immutable, Alias("im.RelationSide")]
public sealed record RelationSide
{
    /// <summary>False for an account that does not exist, is deleted or disabled.</summary>
    [Id(0)] public required bool Exists { get; init; }
    [Id(1)] public required ContactState State { get; init; }

    /// <summary>True if one more contact is over the limit.</summary>
    [Id(2)] public required bool IsFull { get; init; }
    [Id(3)] public required Profile Card { get; init; }
}

/// <summary>What one account does to its relation with another.</summary>
[GenerateSerializer, Immutable, Alias("im.RelationChange")]
public sealed record RelationChange
{
    [Id(0)] public required string Actor { get; init; }
    [Id(1)] public required string Other { get; init; }
    [Id(2)] public required ContactAction Action { get; init; }
    [Id(3)] public string? Greeting { get; init; }
}

/// <summary>The new state of one side of a relation.</summary>
[GenerateSerializer, Immutable, Alias("im.RelationDelta")]
public sealed record RelationDelta
{
    [Id(0)] public required ContactState State { get; init; }

    /// <summary>Who stands on the other side.</summary>
    [Id(1)] public required Profile Card { get; init; }
    [Id(2)] public string? Greeting { get; init; }
}
