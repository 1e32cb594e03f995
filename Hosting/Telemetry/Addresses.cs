using Microsoft.AspNetCore.Http;

namespace OrleansIM.Hosting.Telemetry;

/// <summary>What an address in a setting may be.</summary>
internal static class Addresses
{
    /// <summary>Whether a server can be told to listen there: plain HTTP, a host and a port, nothing else.</summary>
    public static bool IsListenable(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Scheme == "http" && address.PathBase.Length == 0 && !address.IsUnixPipe && address.Port is >= 0 and <= 65535 && url.Contains(':', StringComparison.Ordinal);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
