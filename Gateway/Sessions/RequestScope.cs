namespace OrleansIM.Gateway.Sessions;

/// <summary>
/// What a request is about, as far as its order among the others of its stream and account goes. What is frequent waits for
/// little: a message for those to its peer, and never for somebody else who is hard to reach.
/// </summary>
/// <param name="Kind">What it does there.</param>
/// <param name="About">A peer, a group, or one of the names here.</param>
/// <param name="After">What it comes after besides what is about the same.</param>
internal readonly record struct RequestScope(ScopeKind Kind, string About, ScopeAfter After = ScopeAfter.Same)
{
    // No account and no group is called that.
    private const string Own = "@own", OwnPresence = "@presence", OwnLinks = "@links", OwnAccess = "@access", OwnMail = "@mail", NoGroup = "@groups";

    /// <summary>Profile, settings, custom data: before everything that follows.</summary>
    public static RequestScope Account { get; } = new(ScopeKind.Account, Own);

    /// <summary>What is shown of the user.</summary>
    public static RequestScope Presence { get; } = new(ScopeKind.Change, OwnPresence);

    /// <summary>A group that is not there yet. Its members have to be friends by then.</summary>
    public static RequestScope NewGroup { get; } = new(ScopeKind.Change, NoGroup, ScopeAfter.Changes);

    /// <summary>Links. Passwords are checked, which takes time: only what is about links waits.</summary>
    public static RequestScope Links { get; } = new(ScopeKind.Change, OwnLinks);

    /// <summary>The question about them.</summary>
    public static RequestScope LinkList { get; } = new(ScopeKind.Question, OwnLinks);

    /// <summary>App passwords and sessions.</summary>
    public static RequestScope Access { get; } = new(ScopeKind.Change, OwnAccess);

    /// <summary>The question about them.</summary>
    public static RequestScope AccessList { get; } = new(ScopeKind.Question, OwnAccess);

    /// <summary>What may wait for a mail server: nobody waits for it, so it counts as a question.</summary>
    public static RequestScope Mail { get; } = new(ScopeKind.Question, OwnMail, ScopeAfter.Changes);

    /// <summary>A message, or that one is being typed.</summary>
    public static RequestScope Message(string peer) => new(ScopeKind.Message, peer);

    /// <summary>What was read of a peer. Messages to it do not wait for that, nor it for them.</summary>
    public static RequestScope Receipt(string peer) => new(ScopeKind.Receipt, peer);

    /// <summary>The relation to an account.</summary>
    public static RequestScope Contact(string account) => new(ScopeKind.Change, account);

    /// <summary>A change of a group. Who is invited has to be a friend by then.</summary>
    public static RequestScope Group(string group) => new(ScopeKind.Change, group, ScopeAfter.Changes);

    /// <summary>A question about a peer or group; without, about everything. Nobody waits for it.</summary>
    public static RequestScope Question(string? peer) =>
        peer is null ? new(ScopeKind.Question, Own, ScopeAfter.Everything) : new(ScopeKind.Question, peer);

    /// <summary>Whether a request has to be back before one that came later may go.</summary>
    public static bool IsBefore(in RequestScope earlier, in RequestScope later) => earlier.Kind switch
    {
        ScopeKind.Question => false,
        ScopeKind.Account => true,
        _ when later.After is ScopeAfter.Everything => true,
        ScopeKind.Change when later.After is ScopeAfter.Changes => true,
        _ => earlier.About == later.About && (earlier.Kind, later.Kind) is not ((ScopeKind.Message, ScopeKind.Receipt) or (ScopeKind.Receipt, ScopeKind.Message)),
    };
}

/// <summary>What a request does.</summary>
internal enum ScopeKind
{
    /// <summary>It writes to somebody.</summary>
    Message,
    /// <summary>It says what was read.</summary>
    Receipt,
    /// <summary>It changes something.</summary>
    Change,
    /// <summary>It changes something that everything else may depend on.</summary>
    Account,
    /// <summary>It asks.</summary>
    Question,
}

/// <summary>What a request comes after.</summary>
internal enum ScopeAfter
{
    /// <summary>What is about the same.</summary>
    Same,
    /// <summary>And all changes.</summary>
    Changes,
    /// <summary>Everything.</summary>
    Everything,
}
