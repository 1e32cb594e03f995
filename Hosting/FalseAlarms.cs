using System.Diagnostics;
using Serilog.Events;

namespace OrleansIM.Hosting;

/// <summary>
/// A warning of Orleans' that is wrong. Its watchdog measures how long ago it last looked at the silo's parts; one that
/// looks at the clock before it has looked at the parts for the first time measures from the start of the machine, and
/// warns of a stall of hours at a start that took a second. There is no setting for it. A stall that is real is not longer
/// than this process lives.
/// </summary>
internal static class FalseAlarms
{
    private const string Watchdog = "Participant check thread has not completed for {TimeSinceLastTick}";

    private static readonly DateTime s_started = Process.GetCurrentProcess().StartTime.ToUniversalTime();

    public static bool Is(LogEvent line) => Is(line, line.Timestamp.UtcDateTime - s_started);

    /// <param name="line">The line.</param>
    /// <param name="age">How long this process lives.</param>
    public static bool Is(LogEvent line, TimeSpan age) =>
        line.MessageTemplate.Text.StartsWith(Watchdog, StringComparison.Ordinal)
        && line.Properties.TryGetValue("TimeSinceLastTick", out var stall)
        && stall is ScalarValue { Value: TimeSpan length }
        && length > age;
}
