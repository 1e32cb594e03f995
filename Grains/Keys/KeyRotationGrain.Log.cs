using Microsoft.Extensions.Logging;

namespace OrleansIM.Grains.Keys;

internal sealed partial class KeyRotationGrain
{
    [LoggerMessage(1, LogLevel.Information, "A new key {Key} was made; secrets are sealed with it when every process has it.")]
    private partial void LogRotated(Guid key);

    [LoggerMessage(2, LogLevel.Information, "{Count} secrets were sealed with the newest key; {Unreadable} could not be opened.")]
    private partial void LogFinished(int count, int unreadable);

    [LoggerMessage(3, LogLevel.Information, "{Count} old keys were removed.")]
    private partial void LogRetired(int count);
}
