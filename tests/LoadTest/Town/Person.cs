namespace OrleansIM.LoadTest.Town;

/// <summary>A person: one sign-in, one or more linked accounts, the first of which is always a master.</summary>
internal sealed class Person(int index)
{
    private int _isTaken;
    private int _sending;
    private long _linksKnownFrom;

    public int Index => index;

    public List<Account> Accounts { get; } = [];

    /// <summary>The account that signs in.</summary>
    public Account First => Accounts[0];

    /// <summary>The session; null while signed out.</summary>
    public volatile Device? Main;

    /// <summary>A second session, signed in as <see cref="SideAccount"/>.</summary>
    public volatile Device? Side;

    /// <summary>Which one the second session signs in as; null if the person has none.</summary>
    public Account? SideAccount { get; set; }

    /// <summary>Tokens of the two sessions; null before the first sign-in, or once they have died.</summary>
    public string? Token { get; set; }

    public string? SideToken { get; set; }

    /// <summary>Messages that wait for their answers.</summary>
    public int Sending => Volatile.Read(ref _sending);

    /// <summary>Takes the person for something that nobody else may do with it meanwhile: signing in and out, links.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _isTaken, 1, 0) == 0;

    public bool IsTaken => Volatile.Read(ref _isTaken) != 0;

    public void Release() => Volatile.Write(ref _isTaken, 0);

    /// <summary>A change of the person's links failed: it may have been done, or be done yet, until then.</summary>
    public void DoubtLinks(long until) => Volatile.Write(ref _linksKnownFrom, until);

    /// <summary>Whether nothing is under way any more of a change that failed.</summary>
    public bool AreLinksStill(long now) => now >= Volatile.Read(ref _linksKnownFrom);

    /// <summary>Whether the server has to be asked what came of a change that failed. Asking is once.</summary>
    public bool MustAskLinks() => Interlocked.Exchange(ref _linksKnownFrom, 0) != 0;

    public void BeginSending() => Interlocked.Increment(ref _sending);

    public void EndSending() => Interlocked.Decrement(ref _sending);
}
