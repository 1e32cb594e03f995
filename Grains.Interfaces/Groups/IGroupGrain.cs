using OrleansIM.Messages;
using OrleansIM.Timelines;

namespace OrleansIM.Groups;

/// <summary>
/// A group chat (key: the group's id, without the prefix). Only grains call this: accounts for themselves, and a silo's
/// relay for all its awake members. Who is not a member is refused with <c>forbidden</c>, also by a group that does not
/// exist.
/// </summary>
[Alias("im.IGroupGrain")]
public interface IGroupGrain : IGrainWithStringKey
{
    /// <summary>Makes the group, with <paramref name="by"/> as its owner. Refused: <c>limit_reached</c>, <c>conflict</c>.</summary>
    [Alias("Create")]
    Task<Outcome<GroupChanged>> CreateAsync(string by, string name, string[] members);

    /// <summary>Adds accounts that have agreed to be added. Refused: <c>forbidden</c>, <c>limit_reached</c>.</summary>
    [Alias("Invite")]
    Task<Outcome<GroupChanged>> InviteAsync(string by, string[] accounts);

    /// <summary>Refused: <c>forbidden</c>, <c>unknown_account</c>, <c>self</c>, <c>invalid_argument</c>.</summary>
    [Alias("Change")]
    Task<Outcome<GroupChanged>> ChangeAsync(string by, ChangeGroup change);

    /// <summary>Refused: <c>forbidden</c>.</summary>
    [Alias("Get")]
    Task<Outcome<GroupDetails>> GetAsync(string by);

    /// <summary>
    /// Stores messages of one member in the given order and answers, for each, when it is stored; one that was stored
    /// before under the same <c>cid</c> is answered as it was then. Refused, each by itself: <c>forbidden</c>,
    /// <c>invalid_argument</c> (a mention of somebody else than a member), <c>unavailable</c>.
    /// </summary>
    [Alias("Post")]
    Task<PostResult[]> PostAsync(string from, SendMessage[] messages);

    /// <summary>Shows the other awake members that somebody types, or has stopped to. Refused: <c>forbidden</c>.</summary>
    [Alias("SetTyping")]
    Task<Outcome> SetTypingAsync(string from, bool on);

    /// <summary>
    /// From now on the relay gets what is new, for some minutes: it has to repeat this. Answers how far the group's log
    /// is, so that what was missed is noticed.
    /// </summary>
    [Alias("Register")]
    Task<long> RegisterAsync(IGroupRelay relay);

    /// <summary>
    /// An account was deleted: it leaves, if it is a member. A group that nobody is left of, not even as somebody who was in
    /// it once, is removed with its log. Doing it twice does it once. Refused: <c>unavailable</c>.
    /// </summary>
    [Alias("Forget")]
    Task<Outcome> ForgetAsync(string account);

    /// <summary>Delivers what this group's outbox still has; somebody it is for has noticed.</summary>
    [Alias("FinishOutbox")]
    Task FinishOutboxAsync();
}

/// <summary>
/// A silo as groups see it, with all its awake members behind it. What it is told are hints: who misses one reads the
/// group's log.
/// </summary>
[Alias("im.IGroupRelay")]
public interface IGroupRelay : IGrainObserver
{
    /// <summary>Entries that were stored, in order.</summary>
    [Alias("OnNews")]
    void OnNews(GroupNews news);

    /// <summary>A member types, or has stopped to.</summary>
    [Alias("OnTyping")]
    void OnTyping(GroupTyping typing);

    /// <summary>The group goes to sleep and forgets who listens: register again.</summary>
    [Alias("OnClosed")]
    void OnClosed(string group);
}

/// <summary>A group after a change.</summary>
[GenerateSerializer, Immutable, Alias("im.GroupChanged")]
public sealed record GroupChanged
{
    /// <summary>The last entry of the group's log that belongs to the change.</summary>
    [Id(0)] public required long Seq { get; init; }
    [Id(1)] public required GroupDetails Group { get; init; }

    /// <summary>Who came.</summary>
    [Id(2)] public required string[] Added { get; init; }
}

/// <summary>What became of a message to a group: stored, as the entry says, or refused.</summary>
[GenerateSerializer, Immutable, Alias("im.PostResult")]
public sealed record PostResult
{
    [Id(0)] public TimelineEntry? Entry { get; init; }
    [Id(1)] public Refusal? Refusal { get; init; }
}

/// <summary>What is new in a group's log.</summary>
[GenerateSerializer, Immutable, Alias("im.GroupNews")]
public sealed record GroupNews
{
    /// <summary><c>group:</c> and the id.</summary>
    [Id(0)] public required string Group { get; init; }

    /// <summary>How far the group's log is.</summary>
    [Id(1)] public required long Head { get; init; }

    /// <summary>The newest entries up to <see cref="Head"/>, without a hole between them; may be empty.</summary>
    [Id(2)] public required TimelineEntry[] Entries { get; init; }
}

/// <summary>A member of a group types, or has stopped to.</summary>
[GenerateSerializer, Immutable, Alias("im.GroupTyping")]
public sealed record GroupTyping
{
    /// <summary><c>group:</c> and the id.</summary>
    [Id(0)] public required string Group { get; init; }
    [Id(1)] public required string From { get; init; }
    [Id(2)] public required bool On { get; init; }

    /// <summary>
    /// The last entry that changed who is a member: an account that has not come so far may have been removed by it, and
    /// shows nothing.
    /// </summary>
    [Id(3)] public required long MembersSeq { get; init; }
}
