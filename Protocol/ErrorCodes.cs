using System.Collections.Generic;

namespace OrleansIM.Protocol;

/// <summary>
/// The stable codes in <c>err.code</c> of an answer, in the HTTP error body, and in
/// the <c>ImException</c> of the SDK. <see cref="All"/> is the one table behind the gateway, the SDK and docs/protocol.md.
/// </summary>
public static class ErrorCodes
{
    /// <summary>Wrong password, unknown account or disabled account at sign-in: the three are not told apart.</summary>
    public const string BadCredentials = "bad_credentials";
    /// <summary>No valid token, or no <c>hello</c> yet.</summary>
    public const string Unauthenticated = "unauthenticated";
    /// <summary>Signed in, but not entitled to this.</summary>
    public const string Forbidden = "forbidden";
    /// <summary>There is no such account.</summary>
    public const string UnknownAccount = "unknown_account";
    /// <summary>This server has no such op.</summary>
    public const string UnknownOp = "unknown_op";
    /// <summary>A field is missing, of the wrong type or outside its bounds; the message names it.</summary>
    public const string InvalidArgument = "invalid_argument";
    /// <summary>An account of that id exists.</summary>
    public const string AccountTaken = "account_taken";
    /// <summary>Accounts are made with an invite here, and there was none that is good.</summary>
    public const string BadInvite = "bad_invite";
    /// <summary>The account is in a link group, another one or that of who asks.</summary>
    public const string AlreadyLinked = "already_linked";
    /// <summary>An account cannot do this to itself.</summary>
    public const string Self = "self";
    /// <summary>The account was disabled by an operator.</summary>
    public const string Disabled = "disabled";
    /// <summary>The two accounts are not friends, and the recipient hears from friends only.</summary>
    public const string NotFriends = "not_friends";
    /// <summary>You have blocked that account.</summary>
    public const string Blocked = "blocked";
    /// <summary>A frame, body or value is over its limit.</summary>
    public const string TooLarge = "too_large";
    /// <summary>Too many attempts or requests; <c>retryAfterMs</c> says when again.</summary>
    public const string SlowDown = "slow_down";
    /// <summary>A link group keeps at least one master.</summary>
    public const string LastMaster = "last_master";
    /// <summary>A count is at its limit (members, contacts, settings).</summary>
    public const string LimitReached = "limit_reached";
    /// <summary>No such mailbox is bound to the account.</summary>
    public const string UnknownMailbox = "unknown_mailbox";
    /// <summary>The mailbox is bound to another account.</summary>
    public const string MailboxTaken = "mailbox_taken";
    /// <summary>The mail server refused the credentials.</summary>
    public const string MailAuthFailed = "mail_auth_failed";
    /// <summary>The mail server cannot be reached.</summary>
    public const string MailUnreachable = "mail_unreachable";
    /// <summary>The mail server refused the mail or a recipient.</summary>
    public const string MailRefused = "mail_refused";
    /// <summary>Somebody changed the same thing at the same time.</summary>
    public const string Conflict = "conflict";
    /// <summary>The service cannot do this right now. What changes something may have been done, or may be done within the next minute.</summary>
    public const string Unavailable = "unavailable";
    /// <summary>A bug of the server's.</summary>
    public const string Internal = "internal";

    /// <summary>Every code with its HTTP status and whether sending the same request again can help.</summary>
    public static IReadOnlyDictionary<string, ErrorCode> All { get; } = Table(
        new ErrorCode(BadCredentials, 401, Retry.Never),
        new ErrorCode(Unauthenticated, 401, Retry.Never),
        new ErrorCode(Forbidden, 403, Retry.Never),
        new ErrorCode(UnknownAccount, 404, Retry.Never),
        new ErrorCode(UnknownOp, 404, Retry.Never),
        new ErrorCode(InvalidArgument, 422, Retry.Never),
        new ErrorCode(AccountTaken, 409, Retry.Never),
        new ErrorCode(BadInvite, 403, Retry.Never),
        new ErrorCode(AlreadyLinked, 409, Retry.Never),
        new ErrorCode(Self, 422, Retry.Never),
        new ErrorCode(Disabled, 403, Retry.Never),
        new ErrorCode(NotFriends, 403, Retry.Never),
        new ErrorCode(Blocked, 403, Retry.Never),
        new ErrorCode(TooLarge, 413, Retry.Never),
        new ErrorCode(SlowDown, 429, Retry.Later),
        new ErrorCode(LastMaster, 409, Retry.Never),
        new ErrorCode(LimitReached, 409, Retry.Never),
        new ErrorCode(UnknownMailbox, 404, Retry.Never),
        new ErrorCode(MailboxTaken, 409, Retry.Never),
        new ErrorCode(MailAuthFailed, 422, Retry.Never),
        new ErrorCode(MailUnreachable, 503, Retry.Later),
        new ErrorCode(MailRefused, 422, Retry.Never),
        new ErrorCode(Conflict, 409, Retry.AtOnce),
        new ErrorCode(Unavailable, 503, Retry.Later),
        new ErrorCode(Internal, 500, Retry.Later));

    private static Dictionary<string, ErrorCode> Table(params ErrorCode[] codes)
    {
        var table = new Dictionary<string, ErrorCode>(codes.Length);
        foreach (var code in codes)
        {
            table.Add(code.Code, code);
        }

        return table;
    }
}

/// <summary>Whether the same request can succeed when sent again.</summary>
public enum Retry
{
    /// <summary>Not unless something else changes first.</summary>
    Never,
    /// <summary>Yes, at once.</summary>
    AtOnce,
    /// <summary>Yes, after <c>retryAfterMs</c> where it is given, else with growing pauses.</summary>
    Later,
}

/// <summary>A row of <see cref="ErrorCodes.All"/>.</summary>
public sealed class ErrorCode
{
    internal ErrorCode(string code, int httpStatus, Retry retry) => (Code, HttpStatus, Retry) = (code, httpStatus, retry);

    /// <summary>The code on the wire.</summary>
    public string Code { get; }
    /// <summary>The status of an HTTP answer with this code.</summary>
    public int HttpStatus { get; }
    /// <summary>Whether sending the same request again can help.</summary>
    public Retry Retry { get; }
}
