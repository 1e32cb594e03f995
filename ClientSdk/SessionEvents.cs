namespace OrleansIM.Client;

/// <summary>
/// A page is there: at sign-in, when an account is linked while signed in, or again after a reconnect that could not
/// resume it (<see cref="Reloaded"/>).
/// </summary>
public sealed record PageOpened : ImEvent
{
    /// <summary>The page as it was opened.</summary>
    public Page Page { get; init; } = new();

    /// <summary>
    /// The page replaces one that was there: events between the two are not delivered one by one, and what was shown of
    /// the account is to be drawn anew (<see cref="ImClient.HistoryAsync"/> has the older messages).
    /// </summary>
    public bool Reloaded { get; init; }
}

/// <summary>The account has left this session; its page is gone from <see cref="ImClient.Pages"/>.</summary>
public sealed record PageGone : ImEvent
{
    /// <summary><c>unlinked</c>, <c>role</c>, <c>credentials_changed</c>, <c>disabled</c> or <c>deleted</c>.</summary>
    public string Reason { get; init => field = value ?? ""; } = "";
}

/// <summary>All pages of the sign-in are there. Once per sign-in; after a reconnect <see cref="Reconnected"/> comes instead.</summary>
public sealed record Ready : ImEvent;

/// <summary>The connection broke and the client is about to try again. Once per attempt.</summary>
public sealed record Reconnecting : ImEvent
{
    /// <summary>The number of the attempt, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>The pause before the attempt.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Why the connection, or the attempt before, ended.</summary>
    public ImException? Error { get; init; }
}

/// <summary>
/// The stream is back. What was missed has been delivered, or follows this event in order, except on pages that were
/// reloaded (<see cref="PageOpened.Reloaded"/>). Presence and other ephemeral state is fresh in <see cref="ImClient.Pages"/>.
/// </summary>
public sealed record Reconnected : ImEvent;

/// <summary>
/// The server left a gap in the durable events of a page, which is a bug of the server: report it. The client reconnects
/// and resumes by itself; if that shows the same gap, the page is loaded anew.
/// </summary>
public sealed record GapDetected : ImEvent
{
    /// <summary>The number that was to come.</summary>
    public long Expected { get; init; }

    /// <summary>The number that came.</summary>
    public long Got { get; init; }
}

/// <summary>
/// The session is over and will not be retried: signed out here or elsewhere, the token expired, or the server refused.
/// After a sign-out (here, or close code 4004 from elsewhere) the local store has been cleared when this is told; a token
/// that expired (4001) clears nothing, and what waits is sent after the next sign-in. Unless this client signed out by
/// itself, the pages stay readable as last known until then.
/// </summary>
public sealed record SignedOut : ImEvent
{
    /// <summary>The close code (see <c>CloseCodes</c>), where there was one: 4001 token expired, 4004 signed out.</summary>
    public int? CloseCode { get; init; }

    /// <summary>Why it ended; null when this client signed out by itself.</summary>
    public ImException? Error { get; init; }
}
