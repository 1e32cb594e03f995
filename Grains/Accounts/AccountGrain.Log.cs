using Microsoft.Extensions.Logging;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

internal sealed partial class AccountGrain
{
    [LoggerMessage(1, LogLevel.Warning, "An account starts anew after a write that was not confirmed.")]
    private partial void LogStartsAnew(Exception failure);

    [LoggerMessage(2, LogLevel.Warning, "An account's snapshot could not be saved; its next start reads more of the log.")]
    private partial void LogSnapshotFailed(Exception failure);

    [LoggerMessage(3, LogLevel.Warning, "{Count} entr(y/ies) for other accounts could not be delivered; tried again later.")]
    private partial void LogOutboxWaits(Exception failure, int count);

    [LoggerMessage(4, LogLevel.Warning, "A friend could not be told of a changed profile.")]
    private partial void LogCardNotTold(Exception failure);

    [LoggerMessage(5, LogLevel.Information, "An account slows down after repeated failed sign-ins.")]
    private partial void LogSlowsDown();

    [LoggerMessage(7, LogLevel.Debug, "The bridge to an account's mailbox could not be reached; asked again at the next renewal.")]
    private partial void LogBridgeNotReached(Exception failure);

    [LoggerMessage(8, LogLevel.Information, "A token of issuer {Issuer} signs in nobody: there is no account, and none is made (Identity:Issuers:{Issuer}:Provision).")]
    private partial void LogNotProvisioned(string issuer);

    [LoggerMessage(9, LogLevel.Warning, "A token of issuer {Issuer} signs in nobody: the account of that id belongs to another subject, has a password, or was deleted.")]
    private partial void LogNotTheOwner(string issuer);

    [LoggerMessage(10, LogLevel.Warning, "A token of issuer {Issuer} signs in nobody: it was presented to the account of another subject.")]
    private partial void LogTokenOfAnother(string issuer);

    [LoggerMessage(11, LogLevel.Information, "A token signs in nobody: the account is disabled.")]
    private partial void LogTokenOfDisabled();

    [LoggerMessage(12, LogLevel.Warning, "The invites could not be told what became of a use; they will ask.")]
    private partial void LogInviteNotSettled(Exception failure);

    [LoggerMessage(20, LogLevel.Warning, "An account could not take a group's news over; it tries again.")]
    private partial void LogFeedFailed(Exception failure);

    [LoggerMessage(21, LogLevel.Information, "An account has missed so much in its groups that its page does not wait for all of it.")]
    private partial void LogCatchesUpLater();

    [LoggerMessage(6, LogLevel.Warning, "A friend could not be told that its messages arrived; tried again later.")]
    private partial void LogReceiptNotTold(Exception failure);

    [LoggerMessage(8, LogLevel.Warning, "A message could not be handed over; its sender is told to try again.")]
    private partial void LogNotHandedOver(Exception failure);

    [LoggerMessage(9, LogLevel.Error, "A message could not be sent.")]
    private partial void LogSendFailed(Exception failure);

    [LoggerMessage(22, LogLevel.Error, "Entry {Seq} ({Kind}) of an account's log cannot be read and is left out.")]
    private partial void LogDamaged(Exception damage, long seq, EntryKind kind);

    [LoggerMessage(30, LogLevel.Warning, "A deleted account could not be taken out of everything yet; tried again later.")]
    private partial void LogErasureWaits(Exception failure);

    [LoggerMessage(31, LogLevel.Information, "Everything of a deleted account is gone.")]
    private partial void LogErased();
}
