namespace OrleansIM.Client;

/// <summary>
/// One socket of the stream, for platforms where <see cref="System.Net.WebSockets.ClientWebSocket"/> does not work (a game
/// engine in a browser). It asks for the WebSocket subprotocol <c>ProtocolLimits.Subprotocol</c>. It is used once: connect,
/// receive and send, close, dispose. One caller receives and one caller sends at a time, the two together; cancelling either
/// may break the socket. Where the network breaks, throw <see cref="IOException"/>: the client connects again.
/// </summary>
public interface IStreamTransport : IDisposable
{
    /// <summary>Opens the socket.</summary>
    /// <param name="address">The stream, <c>ws</c> or <c>wss</c>.</param>
    /// <param name="ct">Gives up.</param>
    Task ConnectAsync(Uri address, CancellationToken ct);

    /// <summary>Waits for the next part of a frame, or for the end.</summary>
    /// <param name="into">Where it goes; never empty.</param>
    /// <param name="ct">Gives up.</param>
    ValueTask<StreamRead> ReceiveAsync(Memory<byte> into, CancellationToken ct);

    /// <summary>Sends one whole text frame.</summary>
    /// <param name="frame">UTF-8.</param>
    /// <param name="ct">Gives up.</param>
    ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken ct);

    /// <summary>Says that nothing more will be sent; the last call before <see cref="IDisposable.Dispose"/>.</summary>
    /// <param name="ct">Gives up.</param>
    Task CloseOutputAsync(CancellationToken ct);
}

/// <summary>What one receive brought: a part of a frame, or the end.</summary>
/// <param name="Count">How many bytes.</param>
/// <param name="EndOfFrame">Whether the frame is complete with them.</param>
/// <param name="Closed">Whether the server has closed the stream instead; then there are no bytes.</param>
/// <param name="CloseCode">The close code of the server, where it gave one. It decides whether the client comes again.</param>
public readonly record struct StreamRead(int Count, bool EndOfFrame, bool Closed = false, int? CloseCode = null);
