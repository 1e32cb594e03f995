using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
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

        var isHandedOver = false;
        try
        {
            // Slow readers are this gateway's own business: the server's rule would cut them without a word.
            if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            {
                rate.MinDataRate = null;
            }

            var subprotocol = http.WebSockets.WebSocketRequestedProtocols.Contains(ProtocolLimits.Subprotocol) ? ProtocolLimits.Subprotocol : null;
            if (ConnectionHandover.Of(http) is { } handover)
            {
                await UpgradeAsync(http, subprotocol);
                handover.Take(() => ServeBehindAsync(handover, subprotocol, source));
                isHandedOver = true;
            }
            else
            {
                var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
                {
                    SubProtocol = subprotocol,
                    KeepAliveInterval = services.Options.Heartbeat,
                    KeepAliveTimeout = services.Options.Heartbeat,
                });
                await ServeAsync(socket, SharedUpgrade.StreamOf(http), source);
            }
        }
        finally
        {
            if (!isHandedOver)
            {
                limits.Leave(source);
            }
        }
    }

    /// <summary>Answers what RFC 6455 (4.2.2) wants; that the request is as it should be was looked at before.</summary>
    private static async Task UpgradeAsync(HttpContext http, string? subprotocol)
    {
        var answer = http.Response.Headers;
        answer.Upgrade = "websocket";
        answer.SecWebSocketAccept = AcceptOf(http.Request.Headers.SecWebSocketKey.ToString());
        if (subprotocol is not null)
        {
            answer.SecWebSocketProtocol = subprotocol;
        }

        await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

#pragma warning disable CA5350 // The RFC asks for SHA-1, and for no secrecy of it.
    private static string AcceptOf(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350

    private async Task ServeBehindAsync(ConnectionHandover handover, string? subprotocol, IPAddress source)
    {
        try
        {
            var wire = handover.Open();
            var socket = WebSocket.CreateFromStream(wire, new WebSocketCreationOptions
            {
                IsServer = true,
                SubProtocol = subprotocol,
                KeepAliveInterval = services.Options.Heartbeat,
                KeepAliveTimeout = services.Options.Heartbeat,
            });
            wire.Socket = socket;
            await ServeAsync(socket, wire, source);
        }
        finally
        {
            limits.Leave(source);
            _ = handover.CutAfterAsync(services.Options.CloseTimeout, services.Time);
        }
    }

    private async Task ServeAsync(WebSocket socket, SharedStream wire, IPAddress source)
    {
        using var stream = new StreamConnection(services, socket, wire, source.ToString()) { Greeted = _greeted };
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
