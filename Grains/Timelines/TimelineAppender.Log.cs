using Microsoft.Extensions.Logging;

namespace OrleansIM.Grains.Timelines;

internal sealed partial class TimelineAppender
{
    [LoggerMessage(1, LogLevel.Warning, "A batch of {Units} unit(s) met a log that has moved on ({Accounts} account(s) known); writing them one by one.")]
    private partial void LogConflict(int accounts, int units);

    [LoggerMessage(2, LogLevel.Error, "The store did not write a batch of {Entries} entries; their accounts start anew.")]
    private partial void LogFailure(Exception failure, int entries);

    [LoggerMessage(4, LogLevel.Warning, "The time to stop is over and the store still writes; {Entries} waiting entries were never confirmed to anybody.")]
    private partial void LogLeftBehind(long entries);
}
