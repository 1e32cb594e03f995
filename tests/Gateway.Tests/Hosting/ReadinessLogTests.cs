using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OrleansIM.Gateway.Hosting;
using OrleansIM.TestSupport;

namespace OrleansIM.Gateway.Tests.Hosting;

public sealed class ReadinessLogTests
{
    private readonly LogLines _log = new();
    private readonly ReadinessLog _readiness;

    public ReadinessLogTests() => _readiness = new(LoggerFactory.Create(logging => logging.AddProvider(_log)).CreateLogger<ReadinessLog>());

    [Fact]
    public void Note_AStateThatLasts_IsSaidOnceAndItsEndToo()
    {
        for (var second = 30; second < 60; second++)
        {
            Note(HealthStatus.Unhealthy, $"No process with accounts is known after {second} s.");
        }

        Note(HealthStatus.Healthy);
        Note(HealthStatus.Healthy);

        Assert.Equal(
            [
                "Error Not ready, backends: No process with accounts is known after 30 s. This is said once; /readyz says how it is now.",
                "Information backends is in order again, as far as being ready goes.",
            ],
            _log.Lines);
    }

    [Fact]
    public void Note_WhatGetsWorse_IsSaidForEachStep()
    {
        Note(HealthStatus.Healthy);
        Note(HealthStatus.Degraded, "Gone for 1 s.");
        Note(HealthStatus.Degraded, "Gone for 2 s.");
        Note(HealthStatus.Unhealthy, "Gone for 31 s.");

        Assert.Equal(["Warning Still ready", "Error Not ready"], _log.Lines.Select(static line => line.Split(',')[0]));
    }

    [Fact]
    public void Note_WhatBelongsToAStart_IsNotSaidUntilItLastsTooLong()
    {
        Note(HealthStatus.Unhealthy, "None yet.", ReadinessLog.Expected);
        Assert.Empty(_log.Lines);

        Note(HealthStatus.Unhealthy, "None after 30 s.");
        Assert.StartsWith("Error Not ready, backends: None after 30 s.", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Note_ACheckThatThrew_IsSaidWithWhatItThrew()
    {
        Note(HealthStatus.Unhealthy, "The database does not answer.", failure: new IOException("Connection refused."));

        Assert.Contains("Connection refused.", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    private void Note(HealthStatus status, string? description = null, IReadOnlyDictionary<string, object>? data = null, Exception? failure = null) =>
        _readiness.Note(new HealthReport(new Dictionary<string, HealthReportEntry> { ["backends"] = new(status, description, TimeSpan.Zero, failure, data) }, TimeSpan.Zero));
}
