using System.Net;

namespace Orleans.Configuration
{
    /// <summary>Names of the installation.</summary>
    public class ClusterOptions
    {
        public const string DefaultClusterId = "default";
        public const string DefaultServiceId = "default";
        internal const string DevelopmentClusterId = "dev";
        internal const string DevelopmentServiceId = "dev";

        public string ClusterId { get; set; } = DefaultClusterId;

        /// <summary>Part of the key of stored state: it must not change.</summary>
        public string ServiceId { get; set; } = DefaultServiceId;
    }

    public class SiloOptions
    {
        public string SiloName { get; set; } = null!;
    }

    public abstract class MessagingOptions
    {
        /// <summary>How long a caller waits. The grain goes on regardless. Default: 30 seconds.</summary>
        public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

        /// <summary>Cancel the grain's token when its caller has waited too long. Default: false.</summary>
        public bool CancelRequestOnTimeout { get; set; }

        /// <summary>A cancelled caller waits until the grain has answered. Default: false.</summary>
        public bool WaitForCancellationAcknowledgement { get; set; }
    }

    public class SiloMessagingOptions : MessagingOptions
    {
        /// <summary>How often a waiting call moves on to a next activation of its grain. Default: 2.</summary>
        public int MaxForwardCount { get; set; } = 2;

        /// <summary>Without effect: calls between system parts do not travel here.</summary>
        public TimeSpan SystemResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);
    }

    /// <summary>Without effect: clients are in the same process and use <see cref="SiloMessagingOptions"/>.</summary>
    public class ClientMessagingOptions : MessagingOptions;

    public class GrainCollectionOptions
    {
        /// <summary>How often idle activations are looked for. Default: 1 minute.</summary>
        public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

        /// <summary>After how long an unused activation ends. More than the quantum. Default: 15 minutes.</summary>
        public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

        /// <summary>The same by full class name.</summary>
        public Dictionary<string, TimeSpan> ClassSpecificCollectionAge { get; set; } = [];

        /// <summary>How long OnActivateAsync and the loading of state may take. Default: 30 seconds.</summary>
        public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

        /// <summary>How long OnDeactivateAsync may take. Default: 30 seconds.</summary>
        public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);
    }

    /// <summary>Without effect: in one process nobody is looked up.</summary>
    public class GrainDirectoryOptions
    {
        /// <summary>Addresses of grains that are remembered.</summary>
        public int CacheSize { get; set; } = 1_000_000;

        /// <summary>Without effect: no other process can die.</summary>
        public TimeSpan RangeLeaseDuration { get; set; } = TimeSpan.FromSeconds(30);
    }

    /// <summary>Solo opens no ports; the endpoint only names the silo.</summary>
    public class EndpointOptions
    {
        public const int DEFAULT_SILO_PORT = 11111;
        public const int DEFAULT_GATEWAY_PORT = 30000;

        public IPAddress AdvertisedIPAddress { get; set; } = IPAddress.Loopback;
        public int SiloPort { get; set; } = DEFAULT_SILO_PORT;
        public int GatewayPort { get; set; } = DEFAULT_GATEWAY_PORT;
        public IPEndPoint? SiloListeningEndpoint { get; set; }
        public IPEndPoint? GatewayListeningEndpoint { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>Keys by which parts of the engine look for a <see cref="TimeProvider"/> of their own.</summary>
    public static class TimeProviderNames
    {
        public const string Grains = "Orleans.Grains";
        public const string Messaging = "Orleans.Messaging";
    }
}
