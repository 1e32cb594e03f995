using Microsoft.Extensions.Logging;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Sessions;

internal sealed partial class Session
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Session {Session} was ended by its account: {Reason}.")]
        public static partial void SignedOut(ILogger logger, string session, SessionEnd reason);

        [LoggerMessage(2, LogLevel.Debug, "An account has left session {Session}: {Reason}.")]
        public static partial void PageGone(ILogger logger, string session, string reason);

        [LoggerMessage(3, LogLevel.Debug, "Session {Session} could not be closed at an account; its lease will end it.")]
        public static partial void CloseFailed(ILogger logger, Exception exception, string session);

        [LoggerMessage(4, LogLevel.Warning, "Session {Session} could not read a log and will try again.")]
        public static partial void PullFailed(ILogger logger, Exception exception, string session);

        [LoggerMessage(5, LogLevel.Warning, "Session {Session} could not be opened at an account.")]
        public static partial void OpenFailed(ILogger logger, Exception exception, string session);

        [LoggerMessage(6, LogLevel.Information, "Session {Session} was refused by its own account: {Code}.")]
        public static partial void Refused(ILogger logger, string session, string code);

        [LoggerMessage(7, LogLevel.Warning, "Session {Session} could not ask for its link group and will try again.")]
        public static partial void GroupFailed(ILogger logger, Exception exception, string session);
    }
}
