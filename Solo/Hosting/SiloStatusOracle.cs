namespace Orleans.Runtime
{
    /// <summary>Where a silo of a cluster stands.</summary>
    public enum SiloStatus
    {
        None = 0,
        Created = 1,
        Joining = 2,
        Active = 3,
        ShuttingDown = 4,
        Stopping = 5,
        Dead = 6,
    }

    /// <summary>Is told about the other silos.</summary>
    public interface ISiloStatusListener
    {
        void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status);
    }

    /// <summary>Knows the other silos.</summary>
    public interface ISiloStatusOracle
    {
        bool SubscribeToSiloStatusEvents(ISiloStatusListener observer);

        bool UnSubscribeFromSiloStatusEvents(ISiloStatusListener observer);

        /// <summary>All that are known, or those that are active.</summary>
        Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false);

        bool TryGetSiloName(SiloAddress siloAddress, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? siloName);
    }

    /// <summary>There are no others.</summary>
    internal sealed class SiloStatusOracle(ILocalSiloDetails self) : ISiloStatusOracle
    {
        public bool SubscribeToSiloStatusEvents(ISiloStatusListener observer) => true;

        public bool UnSubscribeFromSiloStatusEvents(ISiloStatusListener observer) => true;

        public Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive) => new() { [self.SiloAddress] = SiloStatus.Active };

        public bool TryGetSiloName(SiloAddress siloAddress, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? siloName)
            => (siloName = siloAddress.Equals(self.SiloAddress) ? self.Name : null) is not null;
    }
}

namespace Orleans.Configuration
{
    /// <summary>How the silos of a cluster watch one another. Nobody reads it here.</summary>
    public class ClusterMembershipOptions
    {
        public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(5);
        public TimeSpan MaxProbeTimeout { get; set; } = TimeSpan.FromSeconds(20);
        public int NumMissedProbesLimit { get; set; } = 3;
        public int NumVotesForDeathDeclaration { get; set; } = 2;
        public TimeSpan TableRefreshTimeout { get; set; } = TimeSpan.FromSeconds(60);
        public TimeSpan IAmAliveTablePublishTimeout { get; set; } = TimeSpan.FromSeconds(30);
        public TimeSpan DefunctSiloExpiration { get; set; } = TimeSpan.FromDays(7);
    }
}
