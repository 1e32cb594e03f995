namespace OrleansIM.Client.Hosting;

/// <summary>
/// The settings of the client as a configuration section has them (<c>OrleansIm:Server=…</c>). Times are
/// <c>hh:mm:ss</c>. What cannot be written in a file (handlers, transports) is set in code, see
/// <see cref="Microsoft.Extensions.DependencyInjection.OrleansImServiceCollectionExtensions"/>.
/// </summary>
public sealed class OrleansImSettings
{
    private static readonly ImClientOptions s_defaults = new();

    /// <summary>The server. Default: <c>http://127.0.0.1:5080</c>.</summary>
    public Uri? Server { get; set; } = s_defaults.Server;

    /// <summary>What this host is called in the list of sessions. Default: null, the server picks a name.</summary>
    public string? Device { get; set; }

    /// <summary>Who signs in: an account id or the address of a bound mailbox. Only for the hosted connection. Default: null.</summary>
    public string? Login { get; set; }

    /// <summary>Its password; keep it in a secret store. Only for the hosted connection. Default: null.</summary>
    public string? Password { get; set; }

    /// <summary>A token of <see cref="Login"/>, then an account id, in place of <see cref="Password"/>. It ends some day. Default: null.</summary>
    public string? Token { get; set; }

    /// <inheritdoc cref="ImClientOptions.RequestTimeout"/>
    public TimeSpan RequestTimeout { get; set; } = s_defaults.RequestTimeout;

    /// <inheritdoc cref="ImClientOptions.MailTimeout"/>
    public TimeSpan MailTimeout { get; set; } = s_defaults.MailTimeout;

    /// <inheritdoc cref="ImClientOptions.ConnectTimeout"/>
    public TimeSpan ConnectTimeout { get; set; } = s_defaults.ConnectTimeout;

    /// <inheritdoc cref="ReconnectPolicy.Initial"/>
    public TimeSpan ReconnectInitial { get; set; } = s_defaults.Reconnect.Initial;

    /// <inheritdoc cref="ReconnectPolicy.Max"/>
    public TimeSpan ReconnectMax { get; set; } = s_defaults.Reconnect.Max;

    /// <inheritdoc cref="ReconnectPolicy.Jitter"/>
    public double ReconnectJitter { get; set; } = s_defaults.Reconnect.Jitter;

    /// <inheritdoc cref="ImClientOptions.EventBuffer"/>
    public int EventBuffer { get; set; } = s_defaults.EventBuffer;

    /// <inheritdoc cref="ImClientOptions.RecentPerPage"/>
    public int RecentPerPage { get; set; } = s_defaults.RecentPerPage;

    /// <inheritdoc cref="ImClientOptions.MaxFrameBytes"/>
    public int MaxFrameBytes { get; set; } = s_defaults.MaxFrameBytes;

    internal ImClientOptions ToOptions() => new()
    {
        Server = Server!,
        Device = Device,
        RequestTimeout = RequestTimeout,
        MailTimeout = MailTimeout,
        ConnectTimeout = ConnectTimeout,
        Reconnect = new ReconnectPolicy { Initial = ReconnectInitial, Max = ReconnectMax, Jitter = ReconnectJitter },
        EventBuffer = EventBuffer,
        RecentPerPage = RecentPerPage,
        MaxFrameBytes = MaxFrameBytes,
    };
}
