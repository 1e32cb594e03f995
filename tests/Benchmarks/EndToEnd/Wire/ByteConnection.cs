using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace OrleansIM.Benchmarks.EndToEnd.Wire;

/// <summary>
/// A TCP connection of the load client. It has to be lean, since the client takes about half of the machine: bytes are
/// scanned where they lie.
/// </summary>
internal abstract class ByteConnection : IDisposable
{
    private const int SmallBuffer = 4096;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ArrayBufferWriter<byte> _out = new(512);
    private readonly Lock _outLock = new();
    private byte[] _in = new byte[SmallBuffer];
    private int _length;
    private volatile bool _isClosing;

    /// <summary>Why the connection ended, when nobody asked it to.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The reading loop; it ends with the connection.</summary>
    public Task Reading { get; private set; } = Task.CompletedTask;

    /// <summary>Opens the connection; the reading loop is started by whoever speaks the protocol.</summary>
    protected async Task OpenAsync(IPEndPoint server, CancellationToken cancellation) => await _socket.ConnectAsync(server, cancellation);

    protected void StartReading() => Reading = ReadAsync();

    /// <summary>Takes what is whole and answers how many bytes that was.</summary>
    protected abstract int Consume(Span<byte> data);

    /// <summary>Called once after a connection was lost.</summary>
    protected virtual void OnLost(Exception reason)
    {
    }

    /// <summary>Adds to what is sent by the next <see cref="Flush"/>.</summary>
    protected void Append(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        lock (_outLock)
        {
            _out.Write(head);
            _out.Write(body);
        }
    }

    /// <summary>Sends what was added.</summary>
    public void Flush()
    {
        lock (_outLock)
        {
            var rest = _out.WrittenSpan;
            if (rest.IsEmpty)
            {
                return;
            }

            try
            {
                while (!rest.IsEmpty)
                {
                    rest = rest[_socket.Send(rest)..];
                }
            }
            catch (Exception lost) when (lost is SocketException or ObjectDisposedException)
            {
                // The reading loop sees the same end and says so.
            }

            _out.ResetWrittenCount();
        }
    }

    /// <summary>Reads once, for the lines before the protocol begins.</summary>
    protected async Task<ReadOnlyMemory<byte>> ReadMoreAsync(CancellationToken cancellation)
    {
        var read = await _socket.ReceiveAsync(Room(), cancellation);
        _length += read;
        return read > 0 ? _in.AsMemory(0, _length) : throw new IOException("The server closed the connection.");
    }

    /// <summary>Takes bytes off the front of what was read.</summary>
    protected void Drop(int count)
    {
        _in.AsSpan(count, _length - count).CopyTo(_in);
        _length -= count;
    }

    public void Dispose()
    {
        _isClosing = true;
        _socket.Dispose();
        GC.SuppressFinalize(this);
    }

    private Memory<byte> Room()
    {
        if (_length == _in.Length)
        {
            Array.Resize(ref _in, _in.Length * 2);
        }

        return _in.AsMemory(_length);
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                Drop(Consume(_in.AsSpan(0, _length)));
                Flush();
                var read = await _socket.ReceiveAsync(Room());
                if (read == 0)
                {
                    throw new IOException("The server closed the connection.");
                }

                _length += read;
            }
        }
#pragma warning disable CA1031 // Whatever ends the connection is told to whoever waits for something from it.
        catch (Exception lost)
#pragma warning restore CA1031
        {
            if (!_isClosing)
            {
                Failure = lost;
                OnLost(lost);
                _socket.Dispose();
            }
        }
    }
}
