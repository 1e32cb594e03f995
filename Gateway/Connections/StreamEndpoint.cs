using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using OrleansIM.Gateway.Http;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Connections;

/// <summary><c>GET /v1/stream</c></summary>
internal sealed class StreamEndpoint(StreamServices services, StreamRegistry registry, StreamLimits limits)
{
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
            await ServeStreamAsync(http, source);
        }
        finally
        {
            limits.Leave(source);
        }
    }

    private async Task ServeStreamAsync(HttpContext http, IPAddress source)
    {
        // Slow readers are this gateway's own business: the server's rule would cut them without a word.
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        var offered = http.WebSockets.WebSocketRequestedProtocols.Contains(ProtocolLimits.Subprotocol);
        using var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = offered ? ProtocolLimits.Subprotocol : null,
            KeepAliveInterval = services.Options.Heartbeat,
            KeepAliveTimeout = services.Options.Heartbeat,
        });
        using var stream = new StreamConnection(services, socket, SharedUpgrade.StreamOf(http), source.ToString()) { Greeted = registry.Greet };
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
