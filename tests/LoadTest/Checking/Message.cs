namespace OrleansIM.LoadTest.Checking;

/// <summary>What is known of one message. Times are those of the caller's clock; 0 is not yet.</summary>
internal struct Message
{
    /// <summary>When it should have been sent by the plan. Latency counts from here.</summary>
    public long Intended;

    /// <summary>When sending began.</summary>
    public long Began;

    /// <summary>Whether the recipient was signed in when it was sent: else how long it takes says nothing of the server.</summary>
    public bool IsAwaited;

    /// <summary>When its <c>ok</c> came.</summary>
    public long Acknowledged;

    /// <summary>Its number in the sender's log, as an answer or the log said.</summary>
    public long SenderSeq;

    /// <summary>Its number in the recipient's log.</summary>
    public long RecipientSeq;

    /// <summary>The place of its request among all that were written: connection and position, see <see cref="Ledger.Written"/>.</summary>
    public long Place;

    /// <summary>How often its request was written.</summary>
    public int Writes;

    /// <summary>What its sender was told.</summary>
    public MessageFate Fate;

    /// <summary>Whether it was found in the sender's log at the end.</summary>
    public bool InSenderLog;

    /// <summary>Whether it was found in the recipient's log at the end.</summary>
    public bool InRecipientLog;
}

/// <summary>What the sender of a message was told.</summary>
internal enum MessageFate : byte
{
    /// <summary>Nothing yet, or nothing certain: it may be stored or not.</summary>
    Unsure,

    /// <summary><c>ok</c>: it has to be in both logs.</summary>
    Acknowledged,

    /// <summary>Refused for good: it must not be in a log.</summary>
    Refused,
}
