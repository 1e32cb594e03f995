using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using OrleansIM.Gateway;
using OrleansIM.Hosting.Admin;
using OrleansIM.Hosting.Cluster;
using OrleansIM.Hosting.Storage;
using OrleansIM.Hosting.Telemetry;
using OrleansIM.Hosting.Tls;

namespace OrleansIM.Hosting;

/// <summary>Where the gateway listens, and the line that says that it does.</summary>
internal static partial class Address
{
    private const string Default = "http://127.0.0.1:5080";

    private const int MaxReadAhead = 128 * 1024;

    private static readonly TimeSpan s_headers = TimeSpan.FromSeconds(10);

    /// <summary>Loopback unless an operator says otherwise (<c>--urls</c>, <c>--http_ports</c>, or section <c>Kestrel</c>).</summary>
    public static void AddAddress(this WebApplicationBuilder builder)
    {
        if (!EdgeAddresses.All(builder.Configuration).Any())
        {
            builder.WebHost.UseUrls(Default);
        }

        // No header that names the software. What a connection may be ahead of us is a frame, not a megabyte; and one that
        // does not get to the point holds its place for seconds.
        var connections = int.TryParse(builder.Configuration[$"{GatewayOptions.Section}:{nameof(GatewayOptions.MaxConnections)}"], CultureInfo.InvariantCulture, out var given) && given > 0
            ? given
            // What is wrong with it is said when the settings are checked.
            : new GatewayOptions().MaxConnections;
        builder.WebHost.UseSockets(sockets => sockets.MaxReadBufferSize = MaxReadAhead);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = s_headers;
            kestrel.Limits.MaxConcurrentConnections = connections;
        });
        builder.AddTls();
    }

    /// <summary>What is wrong with the addresses of the settings; each is named.</summary>
    public static IEnumerable<string> Faults(IConfiguration configuration)
    {
        var faults = EdgeAddresses.Given(configuration)
            .Select(static given => (given, Fault: ListenAddressRules.Fault(given.Url)))
            .Where(static one => one.Fault is not null)
            .Select(static one => $"{one.given.Setting} is '{one.given.Url}'; {one.Fault}.")
            .ToList();
        return SharedAddress(configuration) is { } shared ? [.. faults, shared] : faults;
    }

    /// <summary>
    /// Kestrel comes last and would find a taken port when everything else runs already, which then ends in the middle of
    /// its start and has a lot to say about that.
    /// </summary>
    /// <exception cref="IOException">Somebody listens there.</exception>
    /// <exception cref="OptionsValidationException">Nobody can listen there.</exception>
    public static void CheckIsFree(this WebApplication app)
    {
        foreach (var (setting, url) in EdgeAddresses.Given(app.Configuration))
        {
            var address = BindingAddress.Parse(url);
            if (address.IsUnixPipe && Path.GetDirectoryName(address.UnixPipePath) is { Length: > 0 } folder && !Directory.Exists(folder))
            {
                throw Refused($"{setting} is '{url}', and the folder {folder} is not there. Make it, or give another address.");
            }

            if (address.Port == 0 || address.IsUnixPipe || address.IsNamedPipe)
            {
                continue;
            }

            var ip = ListenAddressRules.IsLocalhost(address.Host) ? IPAddress.Loopback : IPAddress.TryParse(address.Host, out var parsed) ? parsed : IPAddress.Any;
            switch (TryListen(new IPEndPoint(ip, address.Port)))
            {
                case null:
                    break;
                case { SocketErrorCode: SocketError.AddressAlreadyInUse } taken:
                    throw new IOException($"Failed to bind to address {url}: address already in use.", new AddressInUseException(taken.Message, taken));
                case var refused:
                    throw Refused($"{setting} is '{url}', where this process cannot listen ({refused.Message}). Give an address of this machine, and a port that this user may have.");
            }
        }

        // The engine would listen beside another one at the same address, and have the cluster take that one for dead.
        if (NodeSetup.FindListenPoint(app.Services) is { } node && TryListen(node) is { SocketErrorCode: SocketError.AddressAlreadyInUse })
        {
            throw Refused($"Cluster:Port is {node.Port}, where another process listens at {node.Address}. Each process of a host has a port of its own.");
        }

        static OptionsValidationException Refused(string fault) => new("urls", typeof(string), [fault]);
    }

    /// <summary>Why nobody can listen there; null if one can.</summary>
    private static SocketException? TryListen(IPEndPoint address)
    {
        try
        {
            using var listener = new TcpListener(address);
            listener.Start();
            return null;
        }
        catch (SocketException failure)
        {
            return failure;
        }
    }

    /// <summary>What is wrong if the admin API or the metrics are to be where the gateway is, or both at one address; null if nothing is.</summary>
    internal static string? SharedAddress(IConfiguration configuration)
    {
        var taken = EdgeAddresses.All(configuration).Where(static url => ListenAddressRules.Fault(url) is null)
            .Select(static url => (Setting: "the gateway", Place: PlaceOf(BindingAddress.Parse(url)))).ToList();
        foreach (var setting in (string[])[$"{AdminOptions.Section}:{nameof(AdminOptions.Url)}", $"{TelemetryOptions.Section}:{nameof(TelemetryOptions.MetricsUrl)}"])
        {
            if (configuration[setting] is not { } url || !ListenAddressRules.IsSideAddress(url) || BindingAddress.Parse(url) is not { Port: > 0 } address)
            {
                continue;
            }

            if (taken.Find(other => other.Place == PlaceOf(address)) is { Setting: { } owner })
            {
                return $"{setting} is '{url}', where {owner} is. Give it an address of its own.";
            }

            taken.Add((setting, PlaceOf(address)));
        }

        return null;
    }

    private static (string Host, int Port) PlaceOf(BindingAddress address) => (address.Host.ToUpperInvariant(), address.Port);

    /// <summary>Says when it is ready, when it begins to stop and when it has stopped.</summary>
    public static void AnnounceReady(this WebApplication app)
    {
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
            var storage = app.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
            Ready(app.Logger, string.Join(", ", addresses), BuildInfo.Version, BuildInfo.Engine, storage.Provider);
        });
        app.Lifetime.ApplicationStopping.Register(() => Stopping(app.Logger));
        app.Lifetime.ApplicationStopped.Register(() => Stopped(app.Logger));
    }

    [LoggerMessage(1, LogLevel.Information, "Ready at {Addresses} (version {Version}, engine {Engine}, storage {Storage}).")]
    private static partial void Ready(ILogger logger, string addresses, string version, string engine, string storage);

    [LoggerMessage(2, LogLevel.Information, "Stopping: sessions are told to go elsewhere, and what was taken is stored.")]
    private static partial void Stopping(ILogger logger);

    [LoggerMessage(3, LogLevel.Information, "Stopped.")]
    private static partial void Stopped(ILogger logger);
}
