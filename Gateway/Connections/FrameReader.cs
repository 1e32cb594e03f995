using System.Buffers;
using System.Net.WebSockets;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Connections;

/// <summary>
/// Puts the pieces of a client's frames together, in pooled memory that it holds from a frame's first byte until the
/// next frame is asked for: a silent client costs none.
/// </summary>
internal sealed class FrameReader(WebSocket socket) : IDisposable
{
    private const int SmallBuffer = 4096;

    private byte[] _buffer = [];

    /// <summary>The next frame. Its bytes are good until the next call.</summary>
    public async ValueTask<ReceivedFrame> ReadAsync()
    {
        Return();
        var begun = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
        if (begun.MessageType == WebSocketMessageType.Close)
        {
            return new ReceivedFrame(ReceivedKind.Closed, default);
        }

        if (begun.EndOfMessage)
        {
            return new ReceivedFrame(begun.MessageType == WebSocketMessageType.Text ? ReceivedKind.Text : ReceivedKind.Binary, default);
        }

        _buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
        var length = 0;
        while (true)
        {
            if (length == _buffer.Length)
            {
                Exchange(_buffer.Length * 2, keep: length);
            }

            // Not cancelled: the socket is aborted if it has to end.
            var piece = await socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None);
            if (piece.MessageType == WebSocketMessageType.Close)
            {
                return new ReceivedFrame(ReceivedKind.Closed, default);
            }

            length += piece.Count;
            if (length > ProtocolLimits.MaxClientFrame)
            {
                return new ReceivedFrame(ReceivedKind.TooLarge, default);
            }

            if (piece.EndOfMessage)
            {
                var kind = piece.MessageType == WebSocketMessageType.Text ? ReceivedKind.Text : ReceivedKind.Binary;
                return new ReceivedFrame(kind, _buffer.AsMemory(0, length));
            }
        }
    }

    public void Dispose() => Return();

    private void Return()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    private void Exchange(int size, int keep)
    {
        var other = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, keep).CopyTo(other);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = other;
    }
}

internal readonly record struct ReceivedFrame(ReceivedKind Kind, ReadOnlyMemory<byte> Bytes);

internal enum ReceivedKind
{
    Text,
    Binary,
    TooLarge,
    Closed,
}
