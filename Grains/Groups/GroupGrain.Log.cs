using Microsoft.Extensions.Logging;

namespace OrleansIM.Grains.Groups;

internal sealed partial class GroupGrain
{
    [LoggerMessage(1, LogLevel.Debug, "A group has changed: {What} of {Accounts}; {Members} member(s) now.")]
    private partial void LogChanged(string what, int accounts, int members);

    [LoggerMessage(2, LogLevel.Warning, "A group starts anew after a write that was not confirmed.")]
    private partial void LogStartsAnew(Exception failure);

    [LoggerMessage(3, LogLevel.Warning, "A group's snapshot could not be saved; its next start reads more of the log.")]
    private partial void LogSnapshotFailed(Exception failure);

    [LoggerMessage(4, LogLevel.Warning, "Some of {Count} account(s) could not be told that they are in a group; tried again later.")]
    private partial void LogOutboxWaits(Exception failure, int count);

    [LoggerMessage(5, LogLevel.Error, "Entry {Seq} of a group's log cannot be read and is left out.")]
    private partial void LogDamaged(Exception damage, long seq);
}
