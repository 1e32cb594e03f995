namespace OrleansIM.LoadTest.Checking;

/// <summary>What has been seen of the log of an account, by the numbers of its entries. Locked by whoever uses it.</summary>
internal sealed class AccountLog
{
    /// <summary>An entry that is no message of this run.</summary>
    public static readonly MessageMark Other = new(-1, 0);

    // By seq - First; a default mark is an entry that was not seen yet.
    private MessageMark[] _entries = new MessageMark[16];

    public Lock Gate { get; } = new();

    /// <summary>Where this run's part of it begins: entries from here on are checked.</summary>
    public long First { get; set; } = 1;

    /// <summary>The highest entry that reading the log has brought.</summary>
    public long ReadUpTo { get; set; }

    /// <summary>The highest entry that was seen in any way.</summary>
    public long Last { get; private set; }

    /// <summary>What is known to stand at a number; default for nothing.</summary>
    public MessageMark At(long seq) => seq >= First && seq <= Last ? _entries[seq - First] : default;

    /// <summary>Notes an entry; answers what was noted there before, default for nothing.</summary>
    public MessageMark Note(long seq, MessageMark mark)
    {
        var index = seq - First;
        if (index >= _entries.Length)
        {
            Array.Resize(ref _entries, (int)Math.Max(index + 1, _entries.Length * 2L));
        }

        var before = _entries[index];
        if (before == default)
        {
            _entries[index] = mark;
        }

        Last = Math.Max(Last, seq);
        return before;
    }
}
