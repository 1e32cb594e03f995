namespace OrleansIM.LoadTest.Load;

/// <summary>A run could not be carried out; the message says why.</summary>
internal sealed class LoadException(string message, Exception? inner = null) : Exception(message, inner);
