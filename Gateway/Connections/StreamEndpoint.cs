using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using OrleansIM.Gateway.Http;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Connections;

/// <summary><c>GET /v1/stream</c></summary>
internal sealed class StreamEndpoint(StreamServices services, StreamRegistry registry, StreamLimits limits)
{
    private readonly Action<StreamConnection> _greeted = registry.Greet;

    public async Task ServeAsync(HttpContext http)
    {
        var source = SourceLimits.SourceOf(http.Connection.RemoteIpAddress);
        if ((Refuse(http) ?? (limits.Enter(source) is { } over ? HttpAnswer.Refused(over) : null)) is { } refused)
        {
            await refused.WriteAsync(http);
            return;
        }

        try
        {
            using var socket = await AcceptAsync(http);
            using var stream = new StreamConnection(services, socket, SharedUpgrade.StreamOf(http), source.ToString()) { Greeted = _greeted };
            registry.Add(stream);
            try
            {
                await stream.RunAsync();
            }
            finally
            {
                registry.Remove(stream);
            }
        }
        finally
        {
            limits.Leave(source);
        }
    }

    private Task<WebSocket> AcceptAsync(HttpContext http)
    {
        // Slow readers are this gateway's own business: the server's rule would cut them without a word.
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        var offered = http.WebSockets.WebSocketRequestedProtocols.Contains(ProtocolLimits.Subprotocol);
        return http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = offered ? ProtocolLimits.Subprotocol : null,
            KeepAliveInterval = services.Options.Heartbeat,
            KeepAliveTimeout = services.Options.Heartbeat,
        });
    }

    private HttpAnswer? Refuse(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            return HttpAnswer.Refused(400, ErrorCodes.InvalidArgument, "This is a WebSocket. Connect with the subprotocol " + ProtocolLimits.Subprotocol + ".");
        }

        var offered = http.WebSockets.WebSocketRequestedProtocols;
        if (offered.Count > 0 && !offered.Contains(ProtocolLimits.Subprotocol))
        {
            return HttpAnswer.Refused(400, ErrorCodes.InvalidArgument, "Offer the subprotocol " + ProtocolLimits.Subprotocol + ", or none.");
        }

        return registry.IsDraining
            ? HttpAnswer.Refused(new Refusal(ErrorCodes.Unavailable, "This gateway is going away. Connect to another.", TimeSpan.FromSeconds(1)))
            : null;
    }
}
