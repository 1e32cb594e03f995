using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace OrleansIM.Benchmarks.EndToEnd.Wire;

/// <summary>
/// The client side of RFC 6455, as much as a load client needs: whole text frames, pings answered. The masking key is
/// zero, which the server undoes at the same cost as any other while the client saves the work.
/// </summary>
internal abstract class WebSocketConnection : ByteConnection
{
    private const byte Final = 0x80, Text = 1, Close = 8, Ping = 9, Pong = 10, Masked = 0x80;

    /// <summary>Upgrades and starts reading.</summary>
    protected async Task UpgradeAsync(IPEndPoint server, string path, string? subprotocol, CancellationToken cancellation)
    {
        await OpenAsync(server, cancellation);
        var offer = subprotocol is null ? "" : $"Sec-WebSocket-Protocol: {subprotocol}\r\n";
        Append([], Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{offer}\r\n"));
        Flush();
        while (true)
        {
            var answer = await ReadMoreAsync(cancellation);
            var end = answer.Span.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                continue;
            }

            if (!answer.Span.StartsWith("HTTP/1.1 101"u8))
            {
                throw new IOException($"No upgrade: {Encoding.ASCII.GetString(answer.Span)}");
            }

            Drop(end + 4);
            StartReading();
            return;
        }
    }

    /// <summary>A text frame has come. It lies in the receive buffer and is good for the length of the call.</summary>
    protected abstract void OnFrame(ReadOnlySpan<byte> frame);

    /// <summary>Adds a text frame to what the next flush sends.</summary>
    public void Queue(ReadOnlySpan<byte> text) => Queue(Text, text);

    /// <summary>Sends a text frame.</summary>
    public void Send(ReadOnlySpan<byte> text)
    {
        Queue(Text, text);
        Flush();
    }

    protected override int Consume(Span<byte> data)
    {
        var position = 0;
        while (TryReadHead(data[position..], out var opcode, out var head, out var length))
        {
            var payload = data.Slice(position + head, length);
            position += head + length;
            switch (opcode)
            {
                case Text:
                    OnFrame(payload);
                    break;
                case Ping:
                    Queue(Pong, payload);
                    break;
                case Close:
                    throw new IOException($"The server closed the stream with {(length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload) : 1005)}.");
            }
        }

        return position;
    }

    private void Queue(byte opcode, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[14];
        head.Clear();
        head[0] = (byte)(Final | opcode);
        var length = 2;
        if (payload.Length < 126)
        {
            head[1] = (byte)(Masked | payload.Length);
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            head[1] = Masked | 126;
            BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)payload.Length);
            length = 4;
        }
        else
        {
            head[1] = Masked | 127;
            BinaryPrimitives.WriteUInt64BigEndian(head[2..], (ulong)payload.Length);
            length = 10;
        }

        Append(head[..(length + 4)], payload);
    }

    private static bool TryReadHead(ReadOnlySpan<byte> data, out int opcode, out int head, out int length)
    {
        (opcode, head, length) = (0, 2, 0);
        if (data.Length < 2)
        {
            return false;
        }

        opcode = data[0] & 0x0F;
        length = data[1] & 0x7F;
        if (length == 126)
        {
            head = 4;
            length = data.Length < 4 ? int.MaxValue - 16 : BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
        }
        else if (length == 127)
        {
            head = 10;
            length = data.Length < 10 ? int.MaxValue - 16 : (int)BinaryPrimitives.ReadUInt64BigEndian(data[2..]);
        }

        return data.Length >= head + length;
    }
}
