using System.Buffers;
using System.Buffers.Binary;

namespace OrleansIM.Gateway.Frames;

/// <summary>
/// Text frames of a WebSocket (RFC 6455, section 5.2: final, not masked) one behind the other in one pooled piece of
/// memory, so that many go out in one write. Holds no memory while it is empty.
/// </summary>
internal sealed class FrameBuffer : IBufferWriter<byte>
{
    private const int LeastCapacity = 2048;
    private const byte FinalText = 0x81;

    // The head of most frames; a shorter or longer one moves the payload when its length is known.
    private const int CommonHead = 4;

    private byte[] _bytes = [];
    private int _written;
    private int _taken;

    /// <summary>Bytes of the frames that are complete.</summary>
    public int Length { get; private set; }

    /// <summary>What is written from here on is the payload of the next frame.</summary>
    public void BeginFrame()
    {
        Reserve(CommonHead);
        _written += CommonHead;
    }

    public void EndFrame()
    {
        var start = Length;
        var payload = _written - start - CommonHead;
        var head = payload < 126 ? 2 : payload <= ushort.MaxValue ? 4 : 10;
        if (head != CommonHead)
        {
            Reserve(head);
            _bytes.AsSpan(start + CommonHead, payload).CopyTo(_bytes.AsSpan(start + head));
            _written += head - CommonHead;
        }

        WriteHead(_bytes.AsSpan(start, head), payload);
        Length = _written;
    }

    /// <summary>Forgets the frame that was begun.</summary>
    public void DropFrame() => _written = Length;

    /// <summary>
    /// The next complete frames that were not taken yet, at most so many bytes, but at least one frame. Empty when all
    /// were taken. Good until <see cref="Clear"/>.
    /// </summary>
    public ReadOnlyMemory<byte> Take(int atMost)
    {
        var start = _taken;
        while (_taken < Length && EndOf(_taken) is var end && (_taken == start || end - start <= atMost))
        {
            _taken = end;
        }

        return _bytes.AsMemory(start, _taken - start);
    }

    /// <summary>Forgets every frame and gives the memory back.</summary>
    public void Clear()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = [];
        (Length, _written, _taken) = (0, 0, 0);
    }

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_written);
    }

    private static void WriteHead(Span<byte> head, int payload)
    {
        head[0] = FinalText;
        switch (head.Length)
        {
            case 2:
                head[1] = (byte)payload;
                break;
            case 4:
                head[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)payload);
                break;
            default:
                head[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(head[2..], (ulong)payload);
                break;
        }
    }

    // Its head says it.
    private int EndOf(int frame) => _bytes[frame + 1] switch
    {
        126 => frame + 4 + BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(frame + 2)),
        127 => frame + 10 + (int)BinaryPrimitives.ReadUInt64BigEndian(_bytes.AsSpan(frame + 2)),
        var payload => frame + 2 + payload,
    };

    private void Reserve(int sizeHint)
    {
        var needed = _written + Math.Max(sizeHint, 1);
        if (needed <= _bytes.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(needed, _bytes.Length * 2), LeastCapacity));
        _bytes.AsSpan(0, _written).CopyTo(larger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }
}
