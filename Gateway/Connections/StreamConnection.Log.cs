using Microsoft.Extensions.Logging;

namespace OrleansIM.Gateway.Connections;

internal sealed partial class StreamConnection
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A stream is closed with {Code}.")]
        public static partial void Closing(ILogger logger, int code);

        [LoggerMessage(2, LogLevel.Debug, "A stream's socket has ended: {Exception}.")]
        public static partial void SocketEnded(ILogger logger, string exception);

        [LoggerMessage(3, LogLevel.Error, "A stream has failed.")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(4, LogLevel.Error, "The answer to {Op} could not be written.")]
        public static partial void AnswerFailed(ILogger logger, Exception exception, string op);

        [LoggerMessage(5, LogLevel.Warning, "{Op} of session {Session} could not reach its account.")]
        public static partial void Unavailable(ILogger logger, Exception exception, string op, string? session);

        [LoggerMessage(6, LogLevel.Error, "{Op} of session {Session} has failed.")]
        public static partial void RequestFailed(ILogger logger, Exception exception, string op, string? session);
    }
}
