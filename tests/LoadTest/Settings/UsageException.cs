namespace OrleansIM.LoadTest.Settings;

/// <summary>The program was asked for something that it cannot do; the message says what to change.</summary>
internal sealed class UsageException(string message) : Exception(message);
