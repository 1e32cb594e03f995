namespace OrleansIM.Hosting.Storage;

/// <summary>The storage cannot be used as it is configured. The message names the setting and says what to do.</summary>
public sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);
