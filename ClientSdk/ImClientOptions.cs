using System.Net.WebSockets;
using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <summary>How a client connects. Immutable; share one between as many clients as you like.</summary>
public sealed partial record ImClientOptions
{
    /// <summary>The server, <c>http</c> or <c>https</c>, with a path if it lives below one. Default: <c>http://127.0.0.1:5080</c>.</summary>
    public Uri Server { get; init; } = new("http://127.0.0.1:5080");

    /// <summary>What this device is called in the list of sessions. Default: null, the server picks a name.</summary>
    public string? Device { get; init; }

    /// <summary>
    /// What friends see of the accounts when the client signs in; status <c>invisible</c> to be seen by nobody.
    /// <see cref="ImClient.SetPresenceAsync"/> changes it. Default: null, <c>online</c>.
    /// </summary>
    public Presence? Presence { get; init; }

    /// <summary>A session to go on with, as the app kept it (<see cref="ImClient.Session"/>). Default: null, none.</summary>
    public Session? Session { get; init; }

    /// <summary>
    /// Where pages and unsent messages are kept. Clients and programs may share one. Default: null, a
    /// <see cref="MemoryStore"/> of the client's own.
    /// </summary>
    public IStore? Store { get; init; }

    /// <summary>How many messages may wait to be sent; more are refused with <c>limit_reached</c>. Default: 1,000.</summary>
    public int OutboxLimit { get; init; } = 1000;

    /// <summary>
    /// How long a request waits for its answer. A message is sent again after it, under the same cid. Default: 30 s.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a request waits for its answer that asks a mail server. Default: 60 s.</summary>
    public TimeSpan MailTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long opening the stream may take, from the first byte to <see cref="Ready"/>. Default: 30 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pauses between attempts to reconnect.</summary>
    public ReconnectPolicy Reconnect { get; init; } = new();

    /// <summary>
    /// How many events wait for one reader of <see cref="ImClient.EventsAsync"/> or for one handler. A reader that falls
    /// further behind is ended with <c>limit_reached</c>; the pages stay right. Default: 4096.
    /// </summary>
    public int EventBuffer { get; init; } = 4096;

    /// <summary>How many durable events <see cref="Page.Recent"/> keeps, the newest. Default: 200.</summary>
    public int RecentPerPage { get; init; } = 200;

    /// <summary>The largest frame taken from the server, in bytes. Default: 16 MiB.</summary>
    public int MaxFrameBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>What carries the HTTP calls; not disposed with the client. Default: null, one of the client's own.</summary>
    public HttpMessageHandler? HttpHandler { get; init; }

    /// <summary>Called on each WebSocket before it connects: certificates, proxy, headers. Default: null.</summary>
    public Action<ClientWebSocketOptions>? ConfigureWebSocket { get; init; }

    /// <summary>
    /// Told what a handler threw, when a handler was stopped because it fell too far behind, and once in a session what
    /// <see cref="Store"/> threw. Called by <see cref="Dispatcher"/>, else from any thread; it is not to throw. Default: null, written to
    /// <see cref="System.Diagnostics.Trace"/>.
    /// </summary>
    public Action<Exception>? HandlerError { get; init; }

    internal ClientClock Clock { get; init; } = ClientClock.System;

    /// <summary>Tells of what went wrong where nobody waits for it.</summary>
    internal void Report(Exception wrong, string what)
    {
        if (HandlerError is not { } told)
        {
            System.Diagnostics.Trace.TraceError(what + wrong);
        }
        else if (Dispatcher is { } dispatcher)
        {
            dispatcher.Post(() => told(wrong));
        }
        else
        {
            told(wrong);
        }
    }

    /// <summary>Throws with every mistake at once.</summary>
    internal void Validate()
    {
        var wrong = new List<string>();
        Check(Server is { IsAbsoluteUri: true } && Server.Scheme is "http" or "https", "Server must be an absolute http or https address");
        Check(Session is null or { Account.Length: > 0, Token.Length: > 0 }, "Session must have an account and a token");
        Check(OutboxLimit > 0, "OutboxLimit must be positive");
        Check(Presence is null or { Status: "online" or "away" or "busy" or "invisible" }, "Presence.Status must be online, away, busy or invisible");
        Check(RequestTimeout > TimeSpan.Zero, "RequestTimeout must be positive");
        Check(MailTimeout > TimeSpan.Zero, "MailTimeout must be positive");
        Check(ConnectTimeout > TimeSpan.Zero, "ConnectTimeout must be positive");
        Check(Reconnect is { Jitter: >= 0 and <= 1 }, "Reconnect.Jitter must be between 0 and 1");
        Check(Reconnect is not null && Reconnect.Initial > TimeSpan.Zero && Reconnect.Max >= Reconnect.Initial,
            "Reconnect.Initial must be positive and not above Reconnect.Max");
        Check(EventBuffer > 0, "EventBuffer must be positive");
        Check(RecentPerPage >= 0, "RecentPerPage must not be negative");
        Check(MaxFrameBytes >= 64 * 1024, "MaxFrameBytes must be at least 64 KiB");
        if (wrong.Count > 0)
        {
            throw new ArgumentException("The options of the client are wrong: " + string.Join("; ", wrong) + ".");
        }

        void Check(bool right, string message)
        {
            if (!right)
            {
                wrong.Add(message);
            }
        }
    }
}
