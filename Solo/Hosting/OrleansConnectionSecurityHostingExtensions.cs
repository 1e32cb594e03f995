using Orleans.Connections.Security;

namespace Orleans.Hosting;

public static class OrleansConnectionSecurityHostingExtensions
{
    public static ISiloBuilder UseTls(this ISiloBuilder builder, Action<TlsOptions> configureOptions)
    {
        configureOptions(new TlsOptions());
        return builder;
    }
}
