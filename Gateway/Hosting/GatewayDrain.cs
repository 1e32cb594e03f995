using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansIM.Gateway.Connections;

namespace OrleansIM.Gateway.Hosting;

/// <summary>
/// When the host stops: not ready, no new streams, every client is sent elsewhere, and the host waits a while for them
/// before it stops what the sessions still need.
/// </summary>
internal sealed partial class GatewayDrain(
    StreamRegistry streams, GatewayOptions options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<GatewayDrain> logger)
    : IHostedLifecycleService, IHealthCheck
{
    /// <summary>What <c>/readyz</c> says then.</summary>
    private const string GoingAway = "Going away.";

    private readonly Lazy<Task> _drained = new(() => streams.DrainAsync(options.DrainSpread, time));

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(streams.IsDraining ? HealthCheckResult.Unhealthy(GoingAway, data: ReadinessLog.Expected) : HealthCheckResult.Healthy());

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() => _ = _drained.Value);
        return Task.CompletedTask;
    }

    // Before any service stops. A host that is told to stop comes here by ApplicationStopping, one that is stopped does not.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _drained.Value.WaitAsync(options.DrainSpread + options.DrainTimeout, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            NotEmpty(logger, streams.Streams.Count);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning, "{Streams} stream(s) did not end in time and are cut.")]
    private static partial void NotEmpty(ILogger logger, int streams);
}
