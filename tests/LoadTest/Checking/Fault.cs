namespace OrleansIM.LoadTest.Checking;

/// <summary>What a server can do wrong.</summary>
internal enum Fault
{
    /// <summary>A message that was acknowledged is not in a log, or something in a log never reached a session that was there.</summary>
    Lost,

    /// <summary>A message is in a log twice, or an event came twice on one connection.</summary>
    Duplicated,

    /// <summary>Events came in another order than that of their numbers, or messages are in a log in another order than they were sent.</summary>
    Reordered,

    /// <summary>A number was left out on a stream, or is missing in a log.</summary>
    Gap,

    /// <summary>Something of an account came to a session that was not entitled to it at that moment.</summary>
    Leak,

    /// <summary>Something is there that nobody has sent, or it is not what was sent.</summary>
    Corrupted,

    /// <summary>What a session shows at the end (presence, unread mail) is not what holds.</summary>
    Stale,
}
