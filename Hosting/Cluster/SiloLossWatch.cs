namespace OrleansIM.Hosting.Cluster;

/// <summary>
/// When a process has left the cluster: the accounts that lived there start anew elsewhere as soon as somebody asks for
/// them, which the sessions of a gateway do now instead of when their renewal is due; and the sessions it had are none
/// any more.
/// </summary>
internal sealed partial class SiloLossWatch(
    ISiloStatusOracle members, ILocalSiloDetails self, Action<SiloAddress> onLost, ILogger<SiloLossWatch> logger) : IHostedService, ISiloStatusListener
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
            onLost(updatedSilo);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Silo} has left the cluster; sessions are renewed, and its own are dropped.")]
    private partial void Lost(SiloAddress silo);
}
