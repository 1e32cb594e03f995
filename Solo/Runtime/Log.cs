using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The activation of {GrainId} failed")]
    public static partial void ActivationFailed(ILogger logger, Exception exception, GrainId grainId);

    [LoggerMessage(Level = LogLevel.Error, Message = "The deactivation of {GrainId} failed")]
    public static partial void DeactivationFailed(ILogger logger, Exception exception, GrainId grainId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} of {GrainId} failed, and nobody waits for its outcome")]
    public static partial void UnheardFailure(ILogger logger, Exception exception, GrainId grainId, string method);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No response within {Timeout} to {Call}")]
    public static partial void TimedOut(ILogger logger, TimeSpan timeout, string call);

    [LoggerMessage(Level = LogLevel.Error, Message = "The reminder {Name} of {GrainId} was not delivered")]
    public static partial void ReminderFailed(ILogger logger, Exception exception, string name, GrainId grainId);

    [LoggerMessage(Level = LogLevel.Error, Message = "The reminders could not be read")]
    public static partial void RemindersNotRead(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Solo {SiloAddress} runs: everything in this process, no clustering")]
    public static partial void Started(ILogger logger, SiloAddress siloAddress);
}
