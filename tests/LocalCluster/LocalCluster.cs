using System.Globalization;
using OrleansIM.TestSupport;

namespace OrleansIM.Clusters;

/// <summary>
/// A real cluster on this machine: PostgreSQL of Debian's packages, silos and gateways, each a process of its own on
/// loopback. Nothing of it outlives this process, however that ends.
/// </summary>
public sealed class LocalCluster : IAsyncDisposable
{
    /// <summary>How the names of its temporary folders begin.</summary>
    internal const string FolderPrefix = "orleansim-cluster-";

    private readonly TempDirectory _folder = new(FolderPrefix);
    private readonly Guardian _guardian;
    private readonly LocalClusterOptions _options;
    private readonly string _id = "local" + Random.Shared.Next(1_000_000_000).ToString(CultureInfo.InvariantCulture);
    private string _connection = "";

    private LocalCluster(LocalClusterOptions options)
    {
        _options = options;
        LogFolder = Directory.CreateDirectory(options.LogFolder ?? Path.Combine(_folder.Path, "logs")).FullName;
        _guardian = new Guardian(_folder.Path);
        Postgres = new ClusterDatabase(_guardian);
    }

    /// <summary>Why there is no local cluster on this machine or with this build; null if there can be one.</summary>
    public static string? WhyNot =>
        !OperatingSystem.IsLinux() ? "A local cluster needs Linux."
        : !ClusterDatabase.IsInstalled ? PostgresServer.MissingReason
        : DefaultBinaries.Contains("/solo/", StringComparison.Ordinal) ? "The engine Solo runs in one process and clusters nothing."
        : null;

    /// <summary>All silos, then all gateways.</summary>
    public IReadOnlyList<ClusterNode> Nodes { get; private set; } = [];

    /// <summary>Those with accounts.</summary>
    public IReadOnlyList<ClusterNode> Silos => [.. Nodes.Where(node => node.Role == ClusterRole.Silo)];

    /// <summary>Those with sessions.</summary>
    public IReadOnlyList<ClusterNode> Gateways => [.. Nodes.Where(node => node.Role == ClusterRole.Gateway)];

    /// <summary>The database of all of them.</summary>
    public ClusterDatabase Postgres { get; }

    /// <summary>One address for all gateways that are ready, as a load balancer gives it to clients.</summary>
    public LoadBalancer Balancer { get; } = new();

    /// <summary>A file per process, <c>silo-1.log</c>, ….</summary>
    public string LogFolder { get; }

    private static string DefaultBinaries => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", ".."));

    /// <summary>Starts all of it and returns when every process is ready and knows all others.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="cancellation">Gives it up; when that is thrown nothing of it is left.</param>
    public static async Task<LocalCluster> StartAsync(LocalClusterOptions options, CancellationToken cancellation = default)
    {
        if (WhyNot is { } reason)
        {
            throw new NotSupportedException(reason);
        }

        var cluster = new LocalCluster(options);
        try
        {
            await cluster.StartAsync(cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The members of the cluster that are active, as its table has them.</summary>
    public Task<IReadOnlyList<string>> ReadMembersAsync() =>
        Postgres.QueryAsync($"SELECT silo_name FROM membership WHERE cluster = '{_id}' AND status = 3 ORDER BY silo_name");

    /// <summary>Kills what is there and removes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes.Where(node => node.IsRunning))
        {
            node.Kill();
        }

        await Balancer.DisposeAsync();
        await Postgres.DisposeAsync();
        _guardian.Dispose();
        _folder.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        await Postgres.StartAsync(cancellation);
        _connection = await Postgres.CreateDatabaseAsync();
        Nodes =
        [
            .. Enumerable.Range(1, _options.Silos).Select(number => Node(ClusterRole.Silo, number)),
            .. Enumerable.Range(1, _options.Gateways).Select(number => Node(ClusterRole.Gateway, number)),
        ];
        foreach (var node in Nodes)
        {
            cancellation.ThrowIfCancellationRequested();
            node.Launch();
        }

        // One after the other as they get ready: one that cannot start is told at once, not after those that wait for it.
        await foreach (var ready in Task.WhenEach(Nodes.Select(node => node.ReadyAsync())).WithCancellation(cancellation))
        {
            await ready;
        }

        await Balancer.StartAsync(Gateways);
        await Eventually.TrueAsync(async () => (await ReadMembersAsync()).Count == Nodes.Count, $"{Nodes.Count} members", _options.StartTimeout).WaitAsync(cancellation);
    }

    /// <summary>
    /// Starts one more gateway, with settings that win over the cluster's, and waits for nothing: it may be one that is not
    /// let in. It is none of <see cref="Nodes"/>; whoever has started it ends it.
    /// </summary>
    public ClusterNode LaunchGateway(int number, params string[] settings)
    {
        var node = Node(ClusterRole.Gateway, number, settings);
        node.Launch();
        return node;
    }

    private ClusterNode Node(ClusterRole role, int number, params string[] others)
    {
        var isSilo = role == ClusterRole.Silo;
        var name = string.Create(CultureInfo.InvariantCulture, $"{(isSilo ? "silo" : "gateway")}-{number}");
        var port = !isSilo && _options.FirstGatewayPort is { } first ? first + number - 1 : Ports.Free();
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        string[] settings =
        [
            $"urls={url.GetLeftPart(UriPartial.Authority)}", "Cluster:AdvertisedAddress=127.0.0.1", $"Cluster:Port={Ports.Free()}",
            $"Cluster:Id={_id}", $"Cluster:Name={name}", "Storage:Provider=postgres", $"Storage:ConnectionString={_connection}",
            .. isSilo ? (string[])["Roles=backend"] : [],
            .. _options.Settings, .. isSilo ? _options.SiloSettings : _options.GatewaySettings, .. others,
        ];
        return new(
            name, role, url, Path.Combine(LogFolder, name + ".log"), Find(role, _options.Binaries ?? DefaultBinaries),
            [.. settings.Select(setting => "--" + setting)], _guardian, _options.StartTimeout);
    }

    /// <summary>Has a process be one of another build when it is started the next time.</summary>
    /// <param name="node">The process.</param>
    /// <param name="binaries">As <see cref="LocalClusterOptions.Binaries"/>. Null: as the build of the running program lays them.</param>
    public static void Exchange(ClusterNode node, string? binaries = null) => node.Program = Find(node.Role, binaries ?? DefaultBinaries);

    private static string Find(ClusterRole role, string binaries)
    {
        // artifacts/<engine>/bin/<project>/<configuration>, or published
        var project = role == ClusterRole.Silo ? "Silo" : "Gateway.Host";
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var folder = Path.Combine(binaries, project);
        string[] files = [Path.Combine(folder, configuration, $"OrleansIM.{project}.dll"), Path.Combine(folder, $"OrleansIM.{project}.dll")];
        return files.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException($"{files[0]} is not built. Build {project} in the same configuration.", files[0]);
    }
}
