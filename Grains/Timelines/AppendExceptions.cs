namespace OrleansIM.Grains.Timelines;

/// <summary>Nothing was written, and the log is as it was.</summary>
internal sealed class AppendRefusedException(string message) : Exception(message);

/// <summary>An entry with the same dedupe key is in the log already; nothing was written.</summary>
internal sealed class DuplicateEntryException(Exception inner) : Exception("This was written before.", inner);

/// <summary>The write failed, or its fate is not known; the account reads its log again.</summary>
internal sealed class AppendFailedException(string message, Exception? inner = null) : Exception(message, inner);
