using System.Globalization;
using OrleansIM.TestSupport;

namespace OrleansIM.Benchmarks.EndToEnd.Ours;

/// <summary>What processes our server is made of.</summary>
/// <param name="Silos">Processes with accounts.</param>
/// <param name="Gateways">Processes with sessions; none where the silo has them as well.</param>
internal sealed record OursShape(int Silos, int Gateways)
{
    /// <summary>Everything in one.</summary>
    public static OursShape OneProcess { get; } = new(1, 0);

    /// <summary>The processes in the order in which they are started.</summary>
    /// <param name="silo">The silo's executable; the gateway's is built beside it.</param>
    public IEnumerable<OursNode> Nodes(string silo)
    {
        if (Gateways == 0)
        {
            return [new OursNode(silo, [], TakesClients: true)];
        }

        var id = Guid.NewGuid().ToString("N");
        var gateway = Path.GetFullPath(Path.Combine(silo, "../../../Gateway.Host", Path.GetFileName(Path.GetDirectoryName(silo)!), "OrleansIM.Gateway.Host.dll"));
        return
        [
            .. Enumerable.Range(1, Silos).Select(number => new OursNode(silo, ["--Roles=backend", .. Member(id, "silo", number)], TakesClients: false)),
            .. Enumerable.Range(1, Gateways).Select(number => new OursNode(gateway, Member(id, "gateway", number), TakesClients: true)),
        ];
    }

    private static string[] Member(string cluster, string role, int number) =>
    [
        "--Cluster:AdvertisedAddress=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"--Cluster:Port={Ports.Free()}"),
        $"--Cluster:Id={cluster}", string.Create(CultureInfo.InvariantCulture, $"--Cluster:Name={role}-{number}"),
    ];
}

/// <summary>A process of our server.</summary>
/// <param name="Dll">Its executable.</param>
/// <param name="Settings">What is its own.</param>
/// <param name="TakesClients">Whether clients connect to it.</param>
internal sealed record OursNode(string Dll, IReadOnlyList<string> Settings, bool TakesClients);
