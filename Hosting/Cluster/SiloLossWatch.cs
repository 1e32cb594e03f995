using OrleansIM.Gateway.Sessions;

namespace OrleansIM.Hosting.Cluster;

/// <summary>
/// When a process has left the cluster: the accounts that lived there, or were registered there, start anew elsewhere as
/// soon as somebody asks for them. The sessions here do that now instead of when their renewal is due.
/// </summary>
internal sealed partial class SiloLossWatch(
    ISiloStatusOracle members, ILocalSiloDetails self, ISessionRenewals renewals, ILogger<SiloLossWatch> logger) : IHostedService, ISiloStatusListener
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        members.SubscribeToSiloStatusEvents(this);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        members.UnSubscribeFromSiloStatusEvents(this);
        return Task.CompletedTask;
    }

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Dead && !updatedSilo.Equals(self.SiloAddress))
        {
            Lost(updatedSilo);
            renewals.RenewNow();
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Silo} has left the cluster; sessions are renewed at their accounts.")]
    private partial void Lost(SiloAddress silo);
}
