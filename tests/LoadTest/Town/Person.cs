namespace OrleansIM.LoadTest.Town;

/// <summary>A person: one sign-in, one or more linked accounts, the first of which is always a master.</summary>
internal sealed class Person(int index)
{
    private int _isTaken;
    private int _sending;

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

    public void BeginSending() => Interlocked.Increment(ref _sending);

    public void EndSending() => Interlocked.Decrement(ref _sending);
}
