using System.Diagnostics;
using OrleansIM.Gateway.Hosting;
using Serilog.Events;

namespace OrleansIM.Hosting;

/// <summary>Warnings and errors of the frameworks' that are none here, and for which there is no setting.</summary>
internal static class FalseAlarms
{
    private const string Watchdog = "Participant check thread has not completed for {TimeSinceLastTick}";
    private const string Start = "Exception during Silo.Start";
    private const string HealthCheck = "Health check {HealthCheckName} with status {HealthStatus}";

    private static readonly DateTime s_started = Process.GetCurrentProcess().StartTime.ToUniversalTime();

    public static bool Is(LogEvent line) => Is(line, line.Timestamp.UtcDateTime - s_started);

    /// <param name="line">The line.</param>
    /// <param name="age">How long this process lives.</param>
    public static bool Is(LogEvent line, TimeSpan age) => IsStall(line, age) || IsOfAProbe(line) || IsOfAStartBrokenOff(line);

    /// <summary>
    /// Orleans' watchdog measures how long ago it last looked at the silo's parts; one that looks at the clock before it has
    /// looked at the parts for the first time measures from the start of the machine, and warns of a stall of hours at a
    /// start that took a second. A stall that is real is not longer than this process lives.
    /// </summary>
    private static bool IsStall(LogEvent line, TimeSpan age) =>
        line.MessageTemplate.Text.StartsWith(Watchdog, StringComparison.Ordinal)
        && Value(line, "TimeSinceLastTick") is TimeSpan length
        && length > age;

    /// <summary>
    /// Who is asked whether it is ready says no while it starts and while it ends. ASP.NET logs each such answer as an error,
    /// with every probe, and of a state that lasts too. <see cref="ReadinessLog"/> says it once, and what is in order not at all.
    /// </summary>
    private static bool IsOfAProbe(LogEvent line) => line.MessageTemplate.Text.StartsWith(HealthCheck, StringComparison.Ordinal);

    /// <summary>Who stops it while it starts has been told so in a line of ours.</summary>
    private static bool IsOfAStartBrokenOff(LogEvent line) =>
        line.MessageTemplate.Text.StartsWith(Start, StringComparison.Ordinal) && line.Exception is OperationCanceledException;

    private static object? Value(LogEvent line, string name) =>
        line.Properties.TryGetValue(name, out var value) && value is ScalarValue { Value: var content } ? content : null;
}
