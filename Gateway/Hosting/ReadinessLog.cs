using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace OrleansIM.Gateway.Hosting;

/// <summary>
/// Writes down what <c>/readyz</c> finds, once for each time that it changes. (ASP.NET logs an error with every probe, for
/// as long as it lasts.)
/// </summary>
internal sealed partial class ReadinessLog(ILogger<ReadinessLog> logger)
{
    private const string InOrder = "inOrder";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, HealthStatus> _told = [];

    /// <summary>The data of a finding that belongs to an ordinary start or end: not ready, and nothing to write down.</summary>
    public static IReadOnlyDictionary<string, object> Expected { get; } = new Dictionary<string, object> { [InOrder] = true };

    /// <summary>Takes what a probe has found.</summary>
    public void Note(HealthReport report)
    {
        lock (_gate)
        {
            foreach (var (name, entry) in report.Entries)
            {
                var status = entry.Data.ContainsKey(InOrder) ? HealthStatus.Healthy : entry.Status;
                if (_told.GetValueOrDefault(name, HealthStatus.Healthy) == status)
                {
                    continue;
                }

                _told[name] = status;
                Write(name, status, entry);
            }
        }
    }

    private void Write(string name, HealthStatus status, HealthReportEntry entry)
    {
        switch (status)
        {
            case HealthStatus.Healthy:
                IsWell(logger, name);
                break;
            case HealthStatus.Degraded:
                IsDegraded(logger, entry.Exception, name, entry.Description);
                break;
            default:
                IsUnready(logger, entry.Exception, name, entry.Description);
                break;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Not ready, {Check}: {Reason} This is said once; /readyz says how it is now.")]
    private static partial void IsUnready(ILogger logger, Exception? exception, string check, string? reason);

    [LoggerMessage(2, LogLevel.Warning, "Still ready, {Check}: {Reason} This is said once; /readyz says how it is now.")]
    private static partial void IsDegraded(ILogger logger, Exception? exception, string check, string? reason);

    [LoggerMessage(3, LogLevel.Information, "{Check} is in order again, as far as being ready goes.")]
    private static partial void IsWell(ILogger logger, string check);
}
