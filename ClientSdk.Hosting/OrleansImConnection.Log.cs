using Microsoft.Extensions.Logging;

namespace OrleansIM.Client.Hosting;

internal sealed partial class OrleansImConnection
{
    [LoggerMessage(1, LogLevel.Error, "An event handler of the OrleansIM client failed.")]
    public static partial void LogHandlerFailed(ILogger logger, Exception error);

    [LoggerMessage(2, LogLevel.Information, "Signed in to OrleansIM: {Pages} accounts.")]
    private static partial void LogSignedIn(ILogger logger, int pages);

    [LoggerMessage(3, LogLevel.Warning, "Could not sign in to OrleansIM, trying again in {Pause}: {Reason}")]
    private static partial void LogTryingAgain(ILogger logger, TimeSpan pause, string reason);

    [LoggerMessage(4, LogLevel.Information, "The OrleansIM session has expired; signing in again.")]
    private static partial void LogExpired(ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "Could not sign out of OrleansIM: {Reason}")]
    private static partial void LogNotSignedOut(ILogger logger, string reason);
}
