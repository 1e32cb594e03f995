using System.Net.WebSockets;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>The stream over a <see cref="ClientWebSocket"/>.</summary>
internal sealed class WebSocketTransport : IStreamTransport
{
    private readonly ClientWebSocket _socket = new();

    public WebSocketTransport(Action<ClientWebSocketOptions>? configure)
    {
        _socket.Options.AddSubProtocol(ProtocolLimits.Subprotocol);
        configure?.Invoke(_socket.Options);
    }

    public Task ConnectAsync(Uri address, CancellationToken ct) => _socket.ConnectAsync(address, ct);

    public async ValueTask<StreamRead> ReceiveAsync(Memory<byte> into, CancellationToken ct)
    {
        var read = await _socket.ReceiveAsync(into, ct).ConfigureAwait(false);
        return read.MessageType == WebSocketMessageType.Close
            ? new StreamRead(0, true, true, (int?)_socket.CloseStatus)
            : new StreamRead(read.Count, read.EndOfMessage);
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken ct) =>
        _socket.SendAsync(frame, WebSocketMessageType.Text, true, ct);

    public Task CloseOutputAsync(CancellationToken ct) =>
        _socket.State is WebSocketState.Open or WebSocketState.CloseReceived
            ? _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct)
            : Task.CompletedTask;

    public void Dispose() => _socket.Dispose();
}
