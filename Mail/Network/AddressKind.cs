using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace OrleansIM.Mail;

/// <summary>What an IP address is for.</summary>
public enum AddressKind
{
    /// <summary>The Internet.</summary>
    Public = 1,
    /// <summary>An operator's own network, this machine, or a range that no Internet host has.</summary>
    Private = 2,
    /// <summary>No host to connect to: multicast, unspecified, reserved; or a cloud's metadata service, which gives secrets to whoever asks.</summary>
    Never = 3,
}

/// <summary>Tells addresses apart after the registries of special-purpose addresses (RFC 6890; IANA).</summary>
public static class AddressKinds
{
    private static readonly IPNetwork[] s_never =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("240.0.0.0/4"),
        IPNetwork.Parse("::/128"), IPNetwork.Parse("ff00::/8"), IPNetwork.Parse("100::/64"),
        IPNetwork.Parse("169.254.169.254/32"), IPNetwork.Parse("fd00:ec2::254/128"),
    ];

    private static readonly IPNetwork[] s_private =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("192.88.99.0/24"),
        IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("3fff::/20"),
    ];

    /// <summary>IPv6 addresses of the Internet are all in here; what is not is somebody's own.</summary>
    private static readonly IPNetwork s_globalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork s_nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork s_ipv4Compatible = IPNetwork.Parse("::/96");
    private static readonly IPNetwork s_6To4 = IPNetwork.Parse("2002::/16");

    public static AddressKind Of(IPAddress address)
    {
        if (Embedded(address) is { } inside)
        {
            return Of(inside);
        }

        if (s_never.Any(network => network.Contains(address)))
        {
            return AddressKind.Never;
        }

        var isPrivate = s_private.Any(network => network.Contains(address))
            || (address.AddressFamily == AddressFamily.InterNetworkV6 && !s_globalUnicast.Contains(address));
        return isPrivate ? AddressKind.Private : AddressKind.Public;
    }

    /// <summary>The IPv4 address that packets to an IPv6 address end at: mapped, NAT64 (RFC 6052), 6to4, IPv4-compatible.</summary>
    internal static IPAddress? Embedded(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (address.IsIPv4MappedToIPv6 || s_nat64.Contains(address))
        {
            return new IPAddress(bytes[12..]);
        }

        if (s_6To4.Contains(address))
        {
            return new IPAddress(bytes[2..6]);
        }

        // ::0 and ::1 are addresses of their own.
        return s_ipv4Compatible.Contains(address) && BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) > 1 ? new IPAddress(bytes[12..]) : null;
    }
}
