using System.Diagnostics.Metrics;
using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <content>What the client stands on: network, threads, measuring. The defaults fit every platform .NET itself runs on.</content>
public sealed partial record ImClientOptions
{
    /// <summary>
    /// Makes the socket of the stream, a new one for each connection; <see cref="ConfigureWebSocket"/> is not used then.
    /// Default: null, a <see cref="System.Net.WebSockets.ClientWebSocket"/>.
    /// </summary>
    public Func<IStreamTransport>? StreamTransport { get; init; }

    /// <summary>
    /// Carries the HTTP calls; <see cref="HttpHandler"/> is not used then. Default: null, an <see cref="HttpClient"/>.
    /// </summary>
    public IHttpTransport? HttpTransport { get; init; }

    /// <summary>
    /// Runs handlers (<see cref="ImClient.On{T}(Action{T})"/>) and <see cref="HandlerError"/>: <see cref="ImPump"/> for a game
    /// loop, <see cref="SynchronizationContextDispatcher"/> for a user interface. Default: null, the thread pool.
    /// </summary>
    public IImDispatcher? Dispatcher { get; init; }

    /// <summary>Makes the meter <c>OrleansIM.Client</c>. Default: null, one meter for the process.</summary>
    public IMeterFactory? MeterFactory { get; init; }

    internal ClientMetrics Metrics => ClientMetrics.Of(MeterFactory);
}
