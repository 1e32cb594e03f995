using Microsoft.Extensions.Options;
using OrleansIM.Gateway;
using OrleansIM.Hosting.Storage;
using OrleansIM.Hosting.Tls;

namespace OrleansIM.Hosting.Cluster;

/// <summary>Collects every fault of the section, for the process that it is.</summary>
internal sealed class NodeOptionsValidator(NodeRole role, IConfiguration configuration) : IValidateOptions<NodeOptions>
{
    private const string SoloFix =
        "This was built with the engine Solo, which runs everything in one process and clusters nothing. Build with --engine orleans (-p:Engine=Orleans), or run the silo by itself: Roles=all, Cluster:Enabled=false.";

    public ValidateOptionsResult Validate(string? name, NodeOptions options)
    {
        var faults = new OptionFaults(NodeOptions.Section)
            .Require(options.Enabled || role == NodeRole.All, "Enabled", "false", $"true: a {Name(role)} is always part of a cluster; leave it out")
            .Require(options.StopTimeout >= TimeSpan.FromSeconds(1) && options.StopTimeout <= TimeSpan.FromHours(1), "StopTimeout", options.StopTimeout, "between a second and an hour")
            .Require(options.Enabled || !options.Tls.IsUsed, "Cluster:Tls is given, and this process is alone (Cluster:Enabled=false). For clients see the section Tls.");
        if (!options.Enabled)
        {
            return faults.Result();
        }

        if (BuildInfo.Engine == "Solo")
        {
            return ValidateOptionsResult.Fail(SoloFix);
        }

        var storage = StorageOptions.Read(configuration);
        var gateway = configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new();
        var drain = role == NodeRole.Backend ? TimeSpan.Zero : gateway.DrainSpread + gateway.DrainTimeout;
        var (_, addressFault) = NodeSetup.FindAddress(options, configuration);
        return faults
            .Require(storage.IsPostgres, $"Storage:Provider is '{storage.Provider}'; a cluster needs 'postgres', and Storage:ConnectionString says where.")
            .Require(drain == TimeSpan.Zero || drain < options.StopTimeout, "StopTimeout", options.StopTimeout, $"longer than Gateway:DrainSpread and Gateway:DrainTimeout together ({drain})")
            .Require(addressFault is null, addressFault ?? "")
            .Require(!string.IsNullOrWhiteSpace(options.Id), "Id", "empty", "the cluster's name")
            .Require(options.Port is >= 1 and <= 65_535, "Port", options.Port, "a port from 1 to 65535")
            .Require(options.ProbeTimeout >= TimeSpan.FromMilliseconds(200) && options.ProbeTimeout <= TimeSpan.FromMinutes(1), "ProbeTimeout", options.ProbeTimeout, "between 0.2 s and a minute")
            .Require(options.MissedProbes is >= 1 and <= 100, "MissedProbes", options.MissedProbes, "between 1 and 100")
            .Require(options.BackendPatience >= TimeSpan.Zero && options.BackendPatience <= TimeSpan.FromHours(1), "BackendPatience", options.BackendPatience, "between 0 and an hour")
            .Require(!options.Tls.IsUsed || (options.Tls.CertificateFile.Length > 0 && options.Tls.AuthorityFile.Length > 0), "Cluster:Tls has to have CertificateFile, KeyFile and AuthorityFile; one is missing.")
            .RequireUsable(options.Tls, options.Tls is { CertificateFile.Length: > 0, AuthorityFile.Length: > 0 }, TimeProvider.System, "Tls:")
            .Result();
    }

    private static string Name(NodeRole role) => role == NodeRole.Gateway ? "gateway" : "silo with Roles=backend";
}
