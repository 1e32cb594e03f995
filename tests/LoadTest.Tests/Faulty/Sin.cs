namespace OrleansIM.LoadTest.Tests.Faulty;

/// <summary>What the faulty proxy does, to one in so many.</summary>
public enum Sin
{
    /// <summary>Nothing: whatever is found then is wrong.</summary>
    None,

    /// <summary>Leaves a message event out.</summary>
    Drops,

    /// <summary>Sends a message event twice.</summary>
    Doubles,

    /// <summary>Sends a message event after the one behind it.</summary>
    Reorders,

    /// <summary>Sends a message event to somebody else as well.</summary>
    Leaks,

    /// <summary>Answers <c>ok</c> to a message and forgets it.</summary>
    Forgets,

    /// <summary>Has a message stored twice.</summary>
    StoresTwice,

    /// <summary>Changes a letter of a message.</summary>
    Garbles,
}
