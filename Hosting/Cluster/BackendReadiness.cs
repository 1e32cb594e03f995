using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansIM.Gateway.Hosting;

namespace OrleansIM.Hosting.Cluster;

/// <summary>Whether a gateway takes clients, by the processes with accounts that it knows.</summary>
/// <param name="patience"><see cref="NodeOptions.BackendPatience"/>.</param>
/// <remarks>
/// <para>
/// Without any from the start: not ready, so that clients go where one is known; after as long as a replacement may take
/// it is said how long. One of several that goes changes nothing.
/// </para>
/// <para>
/// When the last one has gone, most likely all gateways see the same, and it is being replaced. Were they unready at once,
/// nobody could connect anywhere: clients would get what a balancer without anybody behind it says, the web client would
/// not load, and when the accounts are back everybody would come at once, a probe later. Ready, they hold their streams,
/// are told <c>unavailable</c> and when to try again, and go on the moment that there is somebody. So this state passes for
/// ready for a while. After that it is no replacement any more: this gateway is cut off from the others, which a balancer
/// should know, or everything is down, which whoever rolls something out should see.
/// </para>
/// </remarks>
internal sealed class BackendReadiness(TimeSpan patience)
{
    /// <summary>What is said for the time that an ordinary start may take.</summary>
    private const string None = "No process with accounts is known yet.";

    private readonly Lock _gate = new();
    private bool _hadOne;
    private DateTimeOffset? _missingSince;

    /// <summary>Judges what is known now. The absence counts from the first time that it was seen.</summary>
    public HealthCheckResult Judge(int backends, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (backends > 0)
            {
                (_hadOne, _missingSince) = (true, null);
                return HealthCheckResult.Healthy();
            }

            var missing = now - (_missingSince ??= now);
            if (!_hadOne)
            {
                return missing < patience
                    ? HealthCheckResult.Unhealthy(None, data: ReadinessLog.Expected)
                    : HealthCheckResult.Unhealthy(FormattableString.Invariant($"No process with accounts is known after {missing.TotalSeconds:0} s."));
            }

            var since = FormattableString.Invariant($"No process with accounts for {missing.TotalSeconds:0} s");
            return missing < patience
                ? HealthCheckResult.Degraded($"{since}; clients are told to wait.")
                : HealthCheckResult.Unhealthy($"{since}.");
        }
    }
}
