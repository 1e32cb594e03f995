using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace OrleansIM.Hosting.Cluster;

/// <summary>Finds the address under which a process tells the others to reach it.</summary>
internal static class NodeAddress
{
    private const string Fix = "Set Cluster:AdvertisedAddress to the address of this host that the other processes reach, or POD_IP in the environment.";

    /// <summary>The address, or what is wrong and how to mend it.</summary>
    /// <param name="setting"><c>Cluster:AdvertisedAddress</c>.</param>
    /// <param name="podIp"><c>POD_IP</c>.</param>
    /// <param name="own">The addresses of this host.</param>
    /// <param name="resolve">Asks for the addresses of a name.</param>
    public static (IPAddress? Address, string? Fault) Find(string? setting, string? podIp, IEnumerable<IPAddress> own, Func<string, IPAddress[]> resolve)
    {
        if (!string.IsNullOrWhiteSpace(setting))
        {
            return Parse("Cluster:AdvertisedAddress", setting, resolve);
        }

        if (!string.IsNullOrWhiteSpace(podIp))
        {
            return Parse("POD_IP", podIp, resolve);
        }

        IPAddress[] candidates = [.. own.Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address)).Distinct()];
        return candidates switch
        {
            [var only] => (only, null),
            [] => (null, $"Cluster:AdvertisedAddress is not set, and this host has no IPv4 address but loopback. {Fix}"),
            _ => (null, $"Cluster:AdvertisedAddress is not set, and this host has several addresses: {string.Join<IPAddress>(", ", candidates)}. {Fix}"),
        };
    }

    /// <summary>The addresses of this host's interfaces that are up.</summary>
    public static IEnumerable<IPAddress> OfThisHost() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(address => address.Address);

    /// <summary>Asks the system for the addresses of a name; none if it does not know it.</summary>
    public static IPAddress[] Resolve(string name)
    {
        try
        {
            return Dns.GetHostAddresses(name);
        }
        catch (Exception unknown) when (unknown is SocketException or ArgumentException)
        {
            return [];
        }
    }

    private static (IPAddress? Address, string? Fault) Parse(string from, string text, Func<string, IPAddress[]> resolve)
    {
        var address = IPAddress.TryParse(text, out var ip) ? ip : resolve(text).OrderBy(found => found.AddressFamily).FirstOrDefault();
        if (address is null)
        {
            return (null, $"{from} is '{text}', which is no address and no name that this host knows. {Fix}");
        }

        return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
            ? (null, $"{from} is '{text}', which nobody can connect to. {Fix}")
            : (address, null);
    }
}
