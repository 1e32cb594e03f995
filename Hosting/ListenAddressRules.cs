using System.Net;
using Microsoft.AspNetCore.Http;

namespace OrleansIM.Hosting;

/// <summary>
/// What an address to listen at may be. The web server takes any host that is no IP address, a name as well as a misspelt
/// number, for every address of the machine; here that takes a host that says so: <c>*</c>, <c>+</c>, <c>0.0.0.0</c>, <c>[::]</c>. Pure.
/// </summary>
internal static class ListenAddressRules
{
    /// <summary>What the host of an address for operators has to be, for the text of a rule.</summary>
    public const string SideAddress = "an address to listen at, http, whose host is an IP address, localhost, or * for every address of this machine";

    private const int MaxPort = 65535;

    /// <summary>What is wrong with an address of the gateway, to be said after it; null if nothing is.</summary>
    public static string? Fault(string url)
    {
        if (TryParse(url) is not { } address)
        {
            return "it has to be an address, such as http://127.0.0.1:5080";
        }

        var isHttps = address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
        if (!isHttps && !address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase))
        {
            return "it has to begin with http:// or https://";
        }

        if (address.IsNamedPipe || address.IsUnixPipe)
        {
            return address.IsNamedPipe && !OperatingSystem.IsWindows() ? "there are named pipes on Windows alone" : null;
        }

        // A port that is no number is left in the host.
        if (address.Port is < 0 or > MaxPort || (address.Host.Contains(':', StringComparison.Ordinal) && address.Host[0] != '[' && !IPAddress.TryParse(address.Host, out _)))
        {
            return $"a port is a number from 0 to {MaxPort}";
        }

        var isLocalhost = IsLocalhost(address.Host);
        return !isLocalhost && address.Host is not ("*" or "+") && !IPAddress.TryParse(address.Host, out _)
                ? "what stands between :// and the port has to be an IP address of this machine, localhost, or * for every address that it has. "
                    + $"A name would be taken for *, so write {(isHttps ? "https" : "http")}://*:{address.Port} if that is meant"
            : isLocalhost && address.Port == 0 ? "localhost has two addresses, and no port 0; write 127.0.0.1:0"
            : address.PathBase.Length > 0 ? "it has to end after the port: everything is at its own path"
            : null;
    }

    /// <summary>Whether a host is this machine by its name, which stands for both of its loopback addresses.</summary>
    public static bool IsLocalhost(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether what is for operators can listen there: plain HTTP, a host and a port, nothing else.</summary>
    public static bool IsSideAddress(string url) => Fault(url) is null && TryParse(url) is { Scheme: "http", IsUnixPipe: false, IsNamedPipe: false };

    private static BindingAddress? TryParse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
