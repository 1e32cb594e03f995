using System.Net;

namespace OrleansIM.Mail;

/// <summary>Hosts as an operator lists them: names, <c>*.</c>names, addresses, networks.</summary>
internal sealed class HostPatterns
{
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _below = [];
    private readonly List<IPNetwork> _networks = [];

    public HostPatterns(IEnumerable<string> patterns)
    {
        foreach (var pattern in patterns)
        {
            if (!TryAdd(pattern))
            {
                throw new FormatException($"'{pattern}' is no host pattern.");
            }
        }
    }

    public bool IsEmpty => _names.Count == 0 && _below.Count == 0 && _networks.Count == 0;

    public bool HasNetworks => _networks.Count > 0;

    public static bool IsValid(string pattern) => new HostPatterns([]).TryAdd(pattern);

    /// <param name="host">In the form of <see cref="HostPolicy.Normalize"/>.</param>
    public bool MatchesName(string host)
        => _names.Contains(host) || _below.Any(domain => host.EndsWith(domain, StringComparison.OrdinalIgnoreCase));

    public bool MatchesAddress(IPAddress address)
    {
        var inside = AddressKinds.Embedded(address);
        return _networks.Any(network => network.Contains(address) || (inside is not null && network.Contains(inside)));
    }

    private bool TryAdd(string pattern)
    {
        if (IPAddress.TryParse(pattern, out var address))
        {
            _networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            return true;
        }

        if (IPNetwork.TryParse(pattern, out var network))
        {
            _networks.Add(network);
            return true;
        }

        var isBelow = pattern.StartsWith("*.", StringComparison.Ordinal);
        if (HostPolicy.Normalize(isBelow ? pattern[2..] : pattern) is not { } name)
        {
            return false;
        }

        if (isBelow)
        {
            _below.Add("." + name);
            return true;
        }

        return _names.Add(name) || true;
    }
}
