using System.Globalization;
using System.Net;
using OrleansIM.Hosting.Storage;
using OrleansIM.Hosting.Tls;

namespace OrleansIM.Hosting.Checks;

/// <summary>What the rules look at: the settings that hold, those that were given, and who may read a file.</summary>
/// <param name="Settings">The settings, the winning ones.</param>
/// <param name="Given">Those that were given, with their places.</param>
/// <param name="File">The file of settings that is looked at.</param>
/// <param name="IsOpenToOthers">Whether everybody on the machine may read a file; false where that is not known.</param>
internal sealed record HardeningFacts(IConfiguration Settings, IReadOnlyList<GivenSetting> Given, string File, Func<string, bool> IsOpenToOthers)
{
    /// <summary>A setting, empty if it is not given.</summary>
    public string this[string key] => Settings[key] ?? "";

    /// <summary>Whether the server believes the headers of a proxy.</summary>
    public bool IsBehindProxy => IsOn("forwardedHeaders_enabled");

    /// <summary>Whether this process is one of a cluster.</summary>
    public bool IsClustered => IsOn("Cluster:Enabled") || this["Roles"].Equals("backend", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the data is in a database server, not in a file of this process.</summary>
    public bool HasDatabaseServer => IsClustered || this["Storage:Provider"].Equals(StorageOptions.PostgresProvider, StringComparison.OrdinalIgnoreCase);

    /// <summary>Where people connect.</summary>
    public IEnumerable<string> Addresses => EdgeAddresses.All(Settings);

    public bool IsOn(string key) => bool.TryParse(this[key], out var isOn) && isOn;

    public int Number(string key, int otherwise) => int.TryParse(this[key], CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    public TimeSpan Time(string key, TimeSpan otherwise) => TimeSpan.TryParse(this[key], CultureInfo.InvariantCulture, out var time) ? time : otherwise;

    /// <summary>Whether an address can be reached from this machine alone.</summary>
    public static bool IsLoopback(string url) =>
        Uri.TryCreate(url.Replace("*", "0.0.0.0", StringComparison.Ordinal).Replace("+", "0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri) && IsLoopbackHost(uri.Host.Trim('[', ']'));

    public static bool IsLoopbackHost(string host) =>
        host.StartsWith('/') || ListenAddressRules.IsLocalhost(host) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
