using System.Buffers;
using System.Net.WebSockets;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Connections;

/// <summary>
/// Puts the pieces of a client's frames together, in pooled memory that it holds from a frame's first byte until the
/// next frame is asked for: a silent client costs none. Pieces have a number that is bounded too, since empty ones cost no
/// byte; and what is larger than a few kilobytes is taken from a budget that all streams share.
/// </summary>
internal sealed class FrameReader(WebSocket socket, ReceiveBudget budget, ControlRate control, TimeProvider time) : IDisposable
{
    private const int SmallBuffer = 4096;

    /// <summary>Reads until a frame is there; one has to be whole after so many.</summary>
    internal const int MaxPieces = 1024;

    private byte[] _buffer = [];
    private int _fromBudget;
    private long _begunAt;

    /// <summary>How long the frame that is being read has been under way; nothing between two frames.</summary>
    public TimeSpan UnfinishedFor => Volatile.Read(ref _begunAt) is var begun and not 0 ? time.GetElapsedTime(begun) : TimeSpan.Zero;

    public bool IsSlowed => control.IsSlowing;

    /// <summary>Waits until the next frame begins; the bytes of the one before are good no longer.</summary>
    public ValueTask<ValueWebSocketReceiveResult> WaitAsync()
    {
        Return();
        return socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
    }

    /// <summary>The frame that has begun.</summary>
    public ValueTask<ReceivedFrame> ReadAsync(ValueWebSocketReceiveResult begun)
    {
        if (begun.MessageType == WebSocketMessageType.Close)
        {
            return new(new ReceivedFrame(ReceivedKind.Closed, default));
        }

        control.OnPiece(0);
        return begun.EndOfMessage ? new(new ReceivedFrame(KindOf(begun), default)) : ReadRestAsync();
    }

    public void Dispose() => Return();

    private static ReceivedKind KindOf(ValueWebSocketReceiveResult piece) =>
        piece.MessageType == WebSocketMessageType.Text ? ReceivedKind.Text : ReceivedKind.Binary;

    private async ValueTask<ReceivedFrame> ReadRestAsync()
    {
        Volatile.Write(ref _begunAt, time.GetTimestamp());
        var frame = await ReadPiecesAsync();
        Volatile.Write(ref _begunAt, 0);
        return frame;
    }

    private async ValueTask<ReceivedFrame> ReadPiecesAsync()
    {
        _buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
        var length = 0;
        for (var pieces = 0; pieces < MaxPieces; pieces++)
        {
            if (length == _buffer.Length && !TryGrow(keep: length))
            {
                return new ReceivedFrame(ReceivedKind.NoRoom, default);
            }

            // Not cancelled: the socket is aborted if it has to end.
            var piece = await socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None);
            if (piece.MessageType == WebSocketMessageType.Close)
            {
                return new ReceivedFrame(ReceivedKind.Closed, default);
            }

            control.OnPiece(piece.Count);
            length += piece.Count;
            if (length > ProtocolLimits.MaxClientFrame)
            {
                return new ReceivedFrame(ReceivedKind.TooLarge, default);
            }

            if (piece.EndOfMessage)
            {
                return new ReceivedFrame(KindOf(piece), _buffer.AsMemory(0, length));
            }
        }

        return new ReceivedFrame(ReceivedKind.TooLarge, default);
    }

    private void Return()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        budget.Give(_fromBudget);
        _fromBudget = 0;
    }

    private bool TryGrow(int keep)
    {
        var size = _buffer.Length * 2;
        if (!budget.TryTake(size - _fromBudget))
        {
            return false;
        }

        _fromBudget = size;
        var other = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, keep).CopyTo(other);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = other;
        return true;
    }
}

internal readonly record struct ReceivedFrame(ReceivedKind Kind, ReadOnlyMemory<byte> Bytes);

internal enum ReceivedKind
{
    Text,
    Binary,
    TooLarge,
    /// <summary>Frames that are not complete take all the memory there is for them.</summary>
    NoRoom,
    Closed,
}
