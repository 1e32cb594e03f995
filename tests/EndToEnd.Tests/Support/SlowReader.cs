using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace OrleansIM.EndToEnd.Tests.Support;

/// <summary>A session that reads only when it is told to, on a socket that holds little.</summary>
internal sealed class SlowReader : IDisposable
{
    private const int ReceiveBuffer = 4 * 1024;

    private readonly ClientWebSocket _socket = new();
    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler { ConnectCallback = ConnectAsync });
    private readonly List<Received> _frames = [];
    private Task<Received?>? _next;

    public IReadOnlyList<Received> Frames => _frames;

    /// <summary>Signs in; returns when <c>ready</c> has come.</summary>
    public static async Task<SlowReader> ConnectAsync(Uri server, string token, object? resume)
    {
        var reader = new SlowReader();
        using var patience = new CancellationTokenSource(RawClient.Patience);
        await reader._socket.ConnectAsync(new UriBuilder(server) { Scheme = "ws", Path = "/v1/stream" }.Uri, reader._invoker, patience.Token);
        var hello = JsonSerializer.SerializeToUtf8Bytes(new { id = 0, op = "hello", token, resume }, Json.Options);
        await reader._socket.SendAsync(hello, WebSocketMessageType.Text, true, patience.Token);
        while (!reader._frames.Any(frame => frame.Is("ready")))
        {
            Assert.Equal(1, await reader.ReadAsync(1));
        }

        return reader;
    }

    /// <summary>Reads so many frames, or fewer if no more come for a moment. Answers how many.</summary>
    public async Task<int> ReadAsync(int frames)
    {
        for (var read = 0; read < frames; read++)
        {
            _next ??= ReceiveAsync();
            var hasReady = _frames.Any(frame => frame.Is("ready"));
            await Task.WhenAny(_next, Task.Delay(hasReady ? TimeSpan.FromMilliseconds(100) : RawClient.Patience));
            if (!_next.IsCompleted || await _next is not { } frame)
            {
                return read;
            }

            _next = null;
            _frames.Add(frame);
        }

        return frames;
    }

    public void Cut() => _socket.Abort();

    public void Dispose()
    {
        _socket.Dispose();
        _invoker.Dispose();
    }

    private async Task<Received?> ReceiveAsync()
    {
        var message = new MemoryStream();
        var buffer = new byte[ReceiveBuffer];
        try
        {
            while (true)
            {
                var piece = await _socket.ReceiveAsync(buffer, CancellationToken.None);
                message.Write(buffer, 0, piece.Count);
                if (piece.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                if (piece.EndOfMessage)
                {
                    return new Received(JsonElement.Parse(message.ToArray()), Stopwatch.GetTimestamp());
                }
            }
        }
        catch (Exception cut) when (cut is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = ReceiveBuffer, NoDelay = true };
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
