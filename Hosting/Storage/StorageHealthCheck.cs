using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansIM.Hosting.Storage;

/// <summary>Healthy while the database answers a trivial query within two seconds.</summary>
internal sealed class StorageHealthCheck(IStorageDatabase database, TimeProvider clock) : IHealthCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // The wait is bounded by itself: a database that hangs may not hear that it is cancelled.
            await database.ProbeAsync(limited.Token).WaitAsync(Limit, clock, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (TimeoutException)
        {
            await limited.CancelAsync();
            return new(context.Registration.FailureStatus, $"The database did not answer within {Limit.TotalSeconds} s.");
        }
#pragma warning disable CA1031 // Whatever it is, the database does not answer; that is the finding.
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return new(context.Registration.FailureStatus, "The database does not answer. See that it runs, and that this process can reach it.", failure);
        }
    }
}
