using OrleansIM.Contacts;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Contacts;

/// <summary>
/// How the relation between two accounts changes (mission P4). Each side has a state of its own; the table below keeps
/// them in step. Who is blocked is not told: towards them the blocker looks like somebody who does not answer.
/// </summary>
internal static class ContactRules
{
    /// <summary>Both sides after a change.</summary>
    public readonly record struct Sides(ContactState Mine, ContactState Theirs);

    /// <summary>Decides what an action of mine does to both sides.</summary>
    public static Outcome<Sides> Decide(ContactState mine, ContactState theirs, ContactAction action) => action switch
    {
        ContactAction.Request => Request(mine, theirs),
        ContactAction.Accept when mine is ContactState.Pending && theirs is not ContactState.Blocked =>
            new Sides(ContactState.Friend, ContactState.Friend),
        ContactAction.Accept when mine is ContactState.Friend => new Sides(mine, theirs),
        ContactAction.Accept => Invalid("accept", mine),
        ContactAction.Refuse when mine is ContactState.Pending => new Sides(ContactState.None, Without(theirs)),
        ContactAction.Refuse when mine is ContactState.None => new Sides(mine, theirs),
        ContactAction.Refuse => Invalid("refuse", mine),
        ContactAction.Remove when mine is ContactState.Blocked => Invalid("remove", mine),
        ContactAction.Remove => new Sides(ContactState.None, Without(theirs)),
        ContactAction.Block => new Sides(ContactState.Blocked, Without(theirs)),
        ContactAction.Unblock when mine is ContactState.Blocked => new Sides(ContactState.None, theirs),
        ContactAction.Unblock => new Sides(mine, theirs),
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };

    public static bool IsFriend(ContactState mine) => mine is ContactState.Friend;

    /// <summary>
    /// Whether an account with this side takes messages of the other: friends write to each other, and to an account that
    /// is open to all writes whoever it has not blocked.
    /// </summary>
    public static bool TakesMessages(ContactState mine, bool isOpenToAll) =>
        IsFriend(mine) || (isOpenToAll && mine is not ContactState.Blocked);

    /// <summary>Whether nothing is left to keep about a contact.</summary>
    public static bool IsEmpty(Contact contact) =>
        contact is { State: ContactState.None, Remark: null, Settings: null, Labels: null };

    private static Outcome<Sides> Request(ContactState mine, ContactState theirs) => (mine, theirs) switch
    {
        (ContactState.Friend, _) => new Sides(mine, theirs),
        (ContactState.Blocked, _) => new Refusal(ErrorCodes.Blocked, "You have blocked this account. Unblock it first."),
        // Blocked by the other: the request shows here, and never arrives there.
        (_, ContactState.Blocked) => new Sides(ContactState.Requested, ContactState.Blocked),
        // The other has asked already, so both want it.
        (ContactState.Pending, _) => new Sides(ContactState.Friend, ContactState.Friend),
        _ => new Sides(ContactState.Requested, ContactState.Pending),
    };

    /// <summary>The other side after I went away: a block of theirs stays, everything else ends.</summary>
    private static ContactState Without(ContactState theirs) =>
        theirs is ContactState.Blocked ? theirs : ContactState.None;

    private static Refusal Invalid(string action, ContactState mine) => new(
        ErrorCodes.InvalidArgument,
        $"account: cannot {action}; the state of this contact is {mine.ToString().ToLowerInvariant()}.");
}
