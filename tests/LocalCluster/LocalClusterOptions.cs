using OrleansIM.TestSupport;

namespace OrleansIM.Clusters;

/// <summary>What a local cluster is made of.</summary>
public sealed record LocalClusterOptions
{
    /// <summary>Processes with accounts (<c>Roles=backend</c>). Default: 2.</summary>
    public int Silos { get; init; } = 2;

    /// <summary>Processes with sessions. Default: 2.</summary>
    public int Gateways { get; init; } = 2;

    /// <summary>Settings of every process, as <c>Section:Key=value</c>; they win over the cluster's own.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Settings of the silos alone.</summary>
    public IReadOnlyList<string> SiloSettings { get; init; } = [];

    /// <summary>Settings of the gateways alone.</summary>
    public IReadOnlyList<string> GatewaySettings { get; init; } = [];

    /// <summary>The port of the first gateway; the others follow it. Default: free ones.</summary>
    public int? FirstGatewayPort { get; init; }

    /// <summary>
    /// Where the processes' logs go; it stays when the cluster goes. Default: a temporary folder, gone with the cluster.
    /// </summary>
    public string? LogFolder { get; init; }

    /// <summary>
    /// The folder with the executables' own folders (<c>Silo/…</c>, <c>Gateway.Host/…</c>), as a build lays them
    /// (<c>artifacts/orleans/bin</c>) or as they are published. Default: that of the running program.
    /// </summary>
    public string? Binaries { get; init; }

    /// <summary>Bounds how long a process may take until it is ready. Default: 2 minutes, for machines with a lot else to do.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The first port that was asked for by number and that somebody else listens at; null if there is none.</summary>
    public int? TakenPort() => FirstGatewayPort is { } first
        ? Enumerable.Range(first, Gateways).Where(port => !Ports.IsFree(port)).Select(port => (int?)port).FirstOrDefault()
        : null;
}
