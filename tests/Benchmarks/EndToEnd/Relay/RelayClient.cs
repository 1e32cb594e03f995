using System.Net.WebSockets;

namespace OrleansIM.Benchmarks.EndToEnd.Relay;

/// <summary>A client at the relay's side.</summary>
internal sealed class RelayClient(WebSocket socket) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(1);

    public WebSocket Socket => socket;

    public string? Name { get; set; }

    public void Dispose() => _sending.Dispose();

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame)
    {
        await _sending.WaitAsync();
        try
        {
            await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // The other end is gone; nobody is told.
        }

        _sending.Release();
    }
}
