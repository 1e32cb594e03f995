using OrleansIM.Contacts;
using OrleansIM.Groups;
using OrleansIM.Links;
using OrleansIM.Messages;
using OrleansIM.Presence;
using OrleansIM.Profiles;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Accounts;

/// <summary>
/// An account (key: account id) as its sessions see it. Every method takes the id of a session that was opened with
/// <see cref="OpenSessionAsync"/>, and is refused with <see cref="SessionRefusals.UnknownSession"/> when the account
/// does not know it (any more): the gateway opens the session again, or tells the client.
/// </summary>
[Alias("im.IAccountGrain")]
public interface IAccountGrain : IGrainWithStringKey
{
    // Sessions

    /// <summary>
    /// Subscribes a session, after checking that it may see this account: by its token if it is the account's own, by
    /// its master role in the same link group if it is not. From this turn on the gateway gets every entry after
    /// <see cref="AccountPage.Cursor"/>. Opening an open session again renews it.
    /// Refused: <c>unauthenticated</c>, <c>forbidden</c>, <c>disabled</c>, <c>unknown_account</c>, <c>limit_reached</c>.
    /// </summary>
    [Alias("OpenSession")]
    Task<Outcome<OpenedSession>> OpenSessionAsync(OpenSession request);

    /// <summary>Unsubscribes a session. Unknown sessions are ignored.</summary>
    [Alias("CloseSession")]
    Task CloseSessionAsync(string session);

    /// <summary>
    /// Renews the lease of sessions of one gateway (see <c>Accounts:SessionLease</c>), and answers how far the log is, so that
    /// a gateway that missed a push reads the log.
    /// </summary>
    [Alias("RenewSessions")]
    Task<RenewedSessions> RenewSessionsAsync(RenewSessions request);

    /// <summary>
    /// Everything that gets at the account, in one list: its sessions, and, in a session that was signed in with this account
    /// itself, the devices that are signed in and not connected, and its app passwords. The oldest first. Refused:
    /// <c>forbidden</c>.
    /// </summary>
    [Alias("ListDevices")]
    Task<Outcome<DeviceInfo[]>> ListDevicesAsync(string session);

    /// <summary>The devices signed in with this account. Refused: <c>forbidden</c>.</summary>
    [Alias("ListSessions")]
    Task<Outcome<SessionInfo[]>> ListSessionsAsync(string session);

    /// <summary>
    /// Signs another session or device of this account out, its token with it. Refused: <c>forbidden</c>,
    /// <c>invalid_argument</c>.
    /// </summary>
    [Alias("EndSession")]
    Task<Outcome> EndSessionAsync(string session, string target);

    /// <summary>
    /// Sets the presence of one session. What the account shows is made of those of all its sessions
    /// (docs/protocol.md, "Presence").
    /// </summary>
    [Alias("SetPresence")]
    Task<Outcome> SetPresenceAsync(string session, SessionPresence presence);

    // The log

    /// <summary>Entries after a seq, oldest first. Refused: <c>forbidden</c>.</summary>
    [Alias("ReadEntries")]
    Task<Outcome<TimelineEntry[]>> ReadEntriesAsync(string session, long after, int limit);

    /// <summary>A page of history, oldest first. Refused: <c>forbidden</c>.</summary>
    [Alias("ReadHistory")]
    Task<Outcome<HistoryPage>> ReadHistoryAsync(string session, HistoryQuery query);

    // Messages

    /// <summary>
    /// Stores a message in both logs and answers after the commit; the same <c>cid</c> again gives the same answer.
    /// Refused: <c>not_friends</c>, <c>blocked</c>, <c>unknown_account</c>, <c>self</c>, <c>unavailable</c>.
    /// </summary>
    [Alias("Send")]
    Task<Outcome<SentMessage>> SendAsync(string session, SendMessage message);

    /// <summary>
    /// Like <see cref="SendAsync"/> for each of them, in the given order, and one answer for all when the last is settled:
    /// for messages that have one way to go, that is, to the same peer.
    /// </summary>
    [Alias("SendMany")]
    Task<Outcome<SentMessages>> SendManyAsync(string session, SendMessage[] messages);

    /// <summary>
    /// Marks everything from <paramref name="peer"/> up to a seq of this log as read, on every device, and tells the peer
    /// if it is a friend and <c>privacy.receipts</c> allows it. Refused: <c>invalid_argument</c> (a seq over the head).
    /// </summary>
    [Alias("MarkRead")]
    Task<Outcome> MarkReadAsync(string session, string peer, long upTo);

    /// <summary>
    /// Tells a friend that somebody types, or stopped to. Ephemeral; the same within <c>Accounts:TypingInterval</c> is
    /// dropped, and what is not said again ends by itself after <c>Accounts:TypingExpires</c>. Refused: <c>not_friends</c>.
    /// </summary>
    [Alias("SetTyping")]
    Task<Outcome> SetTypingAsync(string session, string to, bool on);

    // Contacts

    /// <summary>Changes the relation to another account. Refused: <c>unknown_account</c>, <c>self</c>, <c>blocked</c>, <c>limit_reached</c>, <c>invalid_argument</c>.</summary>
    [Alias("ChangeContact")]
    Task<Outcome<ContactState>> ChangeContactAsync(string session, ChangeContact change);

    /// <summary>Sets what this account notes about a contact. Refused: <c>unknown_account</c> if it is no contact.</summary>
    [Alias("SetContact")]
    Task<Outcome<Contact>> SetContactAsync(string session, SetContact change);

    // Groups. All of these are refused with `forbidden` to an account that is not a member, whether the group exists or not.

    /// <summary>Makes a group of this account and those of its friends that can be added. Refused: <c>limit_reached</c>.</summary>
    [Alias("CreateGroup")]
    Task<Outcome<GroupInvited>> CreateGroupAsync(string session, CreateGroup request);

    /// <summary>Adds friends of this account to a group, and says who was not added and why. Refused: <c>limit_reached</c>.</summary>
    [Alias("InviteToGroup")]
    Task<Outcome<GroupInvited>> InviteToGroupAsync(string session, InviteToGroup request);

    /// <summary>
    /// Leaves, removes somebody, changes a role, the name or the options. Refused: <c>unknown_account</c> (no member),
    /// <c>self</c>, <c>invalid_argument</c>.
    /// </summary>
    [Alias("ChangeGroup")]
    Task<Outcome<GroupDetails>> ChangeGroupAsync(string session, ChangeGroup change);

    /// <summary>The group with all its members; <paramref name="group"/> with the prefix.</summary>
    [Alias("GetGroup")]
    Task<Outcome<GroupDetails>> GetGroupAsync(string session, string group);

    // Profile, settings, custom data

    /// <summary>Changes the profile; fields left null stay, empty strings clear.</summary>
    [Alias("SetProfile")]
    Task<Outcome<Profile>> SetProfileAsync(string session, SetProfile change);

    /// <summary>
    /// Sets or (with a null value) removes one setting or piece of custom data. Refused: <c>limit_reached</c>,
    /// <c>invalid_argument</c> (a privacy setting that does not exist, or cannot have that value).
    /// </summary>
    [Alias("SetValue")]
    Task<Outcome> SetValueAsync(string session, SetValue change);

    // Links. All of these are refused with `forbidden` to a session that was signed in with another account.

    /// <summary>
    /// The accounts this session sees: this account, and every member of its link group if it is a master there. At
    /// sign-in the members are checked first where <c>Links:Validation</c> says so.
    /// </summary>
    [Alias("EnterGroup")]
    Task<Outcome<GroupView>> EnterGroupAsync(string session, bool atSignIn);

    /// <summary>Verifies and links other accounts; a first link makes the group, with this account as a master.</summary>
    [Alias("AddLinks")]
    Task<Outcome<LinksAdded>> AddLinksAsync(string session, LinkRequest[] accounts, CancellationToken cancellation = default);

    /// <summary>Takes a member out of the group. Refused: <c>forbidden</c>, <c>unknown_account</c>, <c>last_master</c>.</summary>
    [Alias("RemoveLink")]
    Task<Outcome> RemoveLinkAsync(string session, string account);

    /// <summary>Changes a member's role. Refused: <c>forbidden</c>, <c>unknown_account</c>, <c>last_master</c>.</summary>
    [Alias("SetLinkRole")]
    Task<Outcome> SetLinkRoleAsync(string session, string account, LinkRole role);
}
