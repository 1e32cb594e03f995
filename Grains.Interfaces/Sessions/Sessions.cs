using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Groups;
using OrleansIM.Mailboxes;
using OrleansIM.Messages;
using OrleansIM.Presence;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Sessions;

/// <summary>A request to see one account in one session.</summary>
[GenerateSerializer, Immutable, Alias("im.OpenSession")]
public sealed record OpenSession
{
    /// <summary>The session's id: random, the same for all accounts of the session.</summary>
    [Id(0)] public required string Session { get; init; }

    /// <summary>The token the session was signed in with. Its account is the one that signed in.</summary>
    [Id(1)] public required TokenClaims Token { get; init; }

    /// <summary>Where to push to. One per gateway process (and shard of it), shared by its sessions.</summary>
    [Id(2)] public required IGatewayObserver Gateway { get; init; }

    /// <summary>The client's cursor, if it resumes.</summary>
    [Id(3)] public long? ResumeFrom { get; init; }

    /// <summary>
    /// What the session has said about its user. Null for nothing yet: a session that is open stays as it is, a new one
    /// is <c>online</c>.
    /// </summary>
    [Id(4)] public SessionPresence? Presence { get; init; }

    /// <summary>The process that the gateway is, as the cluster calls it: when it is lost, its sessions are.</summary>
    [Id(5)] public string? Node { get; init; }
}

/// <summary>A session that is open, and the page it begins with.</summary>
[GenerateSerializer, Immutable, Alias("im.OpenedSession")]
public sealed record OpenedSession
{
    [Id(0)] public required AccountPage Page { get; init; }
}

/// <summary>Everything a client shows of one account when it signs in.</summary>
[GenerateSerializer, Immutable, Alias("im.AccountPage")]
public sealed record AccountPage
{
    [Id(0)] public required Profile Profile { get; init; }

    /// <summary>Key to JSON text.</summary>
    [Id(1)] public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Key to JSON text.</summary>
    [Id(2)] public required IReadOnlyDictionary<string, string> Custom { get; init; }

    [Id(3)] public required Contact[] Contacts { get; init; }

    /// <summary>Unread messages per peer; peers without any are left out.</summary>
    [Id(4)] public required IReadOnlyDictionary<string, int> Unread { get; init; }

    /// <summary>The newest entries, oldest first; empty when resumed.</summary>
    [Id(5)] public required TimelineEntry[] Recent { get; init; }

    /// <summary>The highest seq this page covers. When resumed, the client's own cursor: what follows it is in the log.</summary>
    [Id(6)] public required long Cursor { get; init; }

    /// <summary>The highest seq of the log when the page was made.</summary>
    [Id(7)] public required long Head { get; init; }

    /// <summary>True if the client's cursor was near enough to go on from.</summary>
    [Id(8)] public required bool Resumed { get; init; }

    /// <summary>The account itself, its friends who are not offline, and those who are and share when they were last seen.</summary>
    [Id(9)] public required IReadOnlyDictionary<string, PresenceInfo> Presence { get; init; }

    [Id(10)] public GroupSummary[] Groups { get; init; } = [];

    /// <summary>Per peer, what it has of this account's messages; peers that said nothing are left out.</summary>
    [Id(12)] public required IReadOnlyDictionary<string, PeerReceipts> Receipts { get; init; }

    /// <summary>The mailboxes bound to the account, as last known.</summary>
    [Id(13)] public Mailbox[] Mailboxes { get; init; } = [];
}

/// <summary>Someone's presence in a page.</summary>
[GenerateSerializer, Immutable, Alias("im.PresenceInfo")]
public sealed record PresenceInfo
{
    /// <summary><c>online</c>, <c>away</c>, <c>busy</c> or <c>offline</c>; of the account itself also <c>invisible</c>.</summary>
    [Id(0)] public required string Status { get; init; }
    [Id(1)] public string? Note { get; init; }

    /// <summary>When a friend who is offline was last seen, if the friend shares it.</summary>
    [Id(2)] public DateTimeOffset? LastSeen { get; init; }
}

/// <summary>A renewal for sessions of one gateway.</summary>
[GenerateSerializer, Immutable, Alias("im.RenewSessions")]
public sealed record RenewSessions
{
    [Id(0)] public required string[] Sessions { get; init; }
}

/// <summary>The answer to a renewal.</summary>
[GenerateSerializer, Immutable, Alias("im.RenewedSessions")]
public sealed record RenewedSessions
{
    /// <summary>The highest seq of the log: a gateway that has seen less reads it. 0 if none of the sessions is known.</summary>
    [Id(0)] public required long Head { get; init; }

    /// <summary>Sessions the account does not know: open them again.</summary>
    [Id(1)] public required string[] Unknown { get; init; }
}

/// <summary>A device that is signed in.</summary>
[GenerateSerializer, Immutable, Alias("im.SessionInfo")]
public sealed record SessionInfo
{
    [Id(0)] public required string Session { get; init; }
    [Id(1)] public required string Device { get; init; }

    /// <summary>The account that signed in: this one, or a master of its link group.</summary>
    [Id(2)] public required string SignedInAs { get; init; }
    [Id(3)] public required DateTimeOffset Since { get; init; }
}

/// <summary>What can get at an account: a session, a device that is signed in and not connected, or an app password.</summary>
[GenerateSerializer, Immutable, Alias("im.DeviceInfo")]
public sealed record DeviceInfo
{
    [Id(0)] public required DeviceKind Kind { get; init; }

    /// <summary>Of the session, the device or the app password.</summary>
    [Id(1)] public required string Id { get; init; }

    /// <summary>What the device, or the owner, has called it.</summary>
    [Id(2)] public required string Name { get; init; }
    [Id(3)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was heard of last; null for an app password that was never used.</summary>
    [Id(4)] public DateTimeOffset? LastUsed { get; init; }

    /// <summary>From where that was: an IPv4 address or IPv6 /64, if it is known.</summary>
    [Id(5)] public string? From { get; init; }

    /// <summary>Of a session or a device: the account that signed in.</summary>
    [Id(6)] public string? SignedInAs { get; init; }

    /// <summary>Of a session or a device: when it signed in.</summary>
    [Id(7)] public DateTimeOffset? SignedInAt { get; init; }
}

/// <summary>What kind of thing gets at an account.</summary>
public enum DeviceKind
{
    Session = 1,
    AppPassword = 2,
    /// <summary>Signed in, and not connected at the moment.</summary>
    Device = 3,
}

/// <summary>Why a session no longer sees an account.</summary>
public enum SessionEnd
{
    /// <summary>The account or the signed-in master left the link group.</summary>
    Unlinked = 1,
    /// <summary>The signed-in account is no master any more.</summary>
    Role = 2,
    /// <summary>The account's credentials have changed since it was linked.</summary>
    CredentialsChanged = 3,
    Disabled = 4,
    Deleted = 5,
    /// <summary>The session's token died: signed out, here or from another device.</summary>
    SignedOut = 6,
    /// <summary>The account starts anew (its last write failed); open the session again, nothing is lost.</summary>
    Restarted = 7,
}

/// <summary>Whether a session may see an account that it did not sign in with.</summary>
public enum SessionRight
{
    No = 0,
    Yes = 1,
    /// <summary>
    /// Nobody can tell: the account that signed in does not know the session. It was signed out, or the account was
    /// activated anew and the gateway has not opened the session there again yet.
    /// </summary>
    Unproved = 2,
}

/// <summary>Refusals between an account and the gateway that a client never sees.</summary>
public static class SessionRefusals
{
    /// <summary>The account does not know the session: its lease ran out, or the account was activated anew.</summary>
    public const string UnknownSession = "unknown_session";

    public static Refusal Unknown { get; } = new(UnknownSession, "The account does not know this session; open it again.");

    /// <summary>The account that signed in does not know the session: open it there first, then here again.</summary>
    public const string UnprovedSession = "unproved_session";

    public static Refusal Unproved { get; } = new(UnprovedSession, "The account that signed in does not know this session; open it there again, then here.");

    /// <summary>What a client sees when the session stays unknown.</summary>
    public static Refusal Forbidden { get; } = new(ErrorCodes.Forbidden, "This account is not in your session, or this may only be asked by who has signed in with it. Use an account that hello listed.");
}
