using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans
{
    /// <summary>Registered as a service, it is asked before the host starts and throws if a setting is wrong.</summary>
    public interface IConfigurationValidator
    {
        void ValidateConfiguration();
    }
}

namespace Orleans.Hosting
{
    /// <summary>Configures the engine within a host.</summary>
    public interface ISiloBuilder
    {
        IServiceCollection Services { get; }

        IConfiguration Configuration { get; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>This process.</summary>
    public interface ILocalSiloDetails
    {
        string Name { get; }
        string ClusterId { get; }
        string DnsHostName { get; }
        SiloAddress SiloAddress { get; }
        SiloAddress GatewayAddress { get; }
    }
}
