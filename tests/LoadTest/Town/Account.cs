namespace OrleansIM.LoadTest.Town;

/// <summary>An account of a run.</summary>
internal sealed class Account(int number, string name, Person owner)
{
    private readonly HashSet<int> _friendNumbers = [];
    private int _isSaying;

    /// <summary>Its number among the checked names.</summary>
    public int Number => number;

    public string Name => name;

    public Person Owner => owner;

    /// <summary>Accounts of other people that it may write to.</summary>
    public List<Account> Friends { get; } = [];

    /// <summary>Whether it is in its person's link group, as far as that is certain; the first account of a person always is.</summary>
    public volatile bool IsLinked;

    /// <summary>Whether it has the role of a master.</summary>
    public volatile bool IsMaster;

    /// <summary>The mailbox that is bound to it.</summary>
    public MailboxWatch? Mailbox { get; set; }

    public void Befriend(Account other)
    {
        Friends.Add(other);
        _friendNumbers.Add(other.Number);
        other.Friends.Add(this);
        other._friendNumbers.Add(number);
    }

    public bool IsFriendOf(int other) => _friendNumbers.Contains(other);

    /// <summary>Whether nobody else changes its presence in this moment; ended by <see cref="EndSaying"/>.</summary>
    public bool TrySay() => Interlocked.CompareExchange(ref _isSaying, 1, 0) == 0;

    public void EndSaying() => Volatile.Write(ref _isSaying, 0);

    public override string ToString() => name;
}
