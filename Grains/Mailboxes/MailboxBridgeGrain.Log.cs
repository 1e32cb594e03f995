using Microsoft.Extensions.Logging;

namespace OrleansIM.Grains.Mailboxes;

// What mail servers say may have addresses in it: their faults are logged by kind alone.
internal sealed partial class MailboxBridgeGrain
{
    [LoggerMessage(1, LogLevel.Information, "A mailbox's channel has failed ({Fault}); tried again later.")]
    private partial void LogChannelFailed(string fault);

    [LoggerMessage(2, LogLevel.Information, "A mail server refuses a mailbox's secret; the channel waits for another.")]
    private partial void LogSecretRefused();

    [LoggerMessage(3, LogLevel.Debug, "An account could not be told about its mailbox.")]
    private partial void LogNotShown(Exception failure);

    [LoggerMessage(4, LogLevel.Warning, "The last state of a mailbox could not be saved.")]
    private partial void LogSummaryNotSaved(Exception failure);

    [LoggerMessage(5, LogLevel.Information, "Contacts could not be read, or sent mail not be filed; done when the channel opens again ({Fault}).")]
    private partial void LogChoresFailed(string fault);

    [LoggerMessage(6, LogLevel.Information, "A mailbox's address book could not be read ({Fault}).")]
    private partial void LogAddressBookFailed(string fault);

    [LoggerMessage(7, LogLevel.Information, "A sent mail could not be put into the folder for sent mail; tried when the channel opens again ({Fault}).")]
    private partial void LogNotFiled(string fault);

    [LoggerMessage(8, LogLevel.Information, "A mailbox's bridge ends while something is under way ({Fault}).")]
    private partial void LogEndedInBetween(string fault);
}
