namespace OrleansIM.Hosting.Storage;

internal sealed partial class StorageStartup
{
    [LoggerMessage(1, LogLevel.Information, "{Database} is open and its schema up to date, after {Milliseconds} ms.")]
    private partial void LogOpened(string database, long milliseconds);
}
