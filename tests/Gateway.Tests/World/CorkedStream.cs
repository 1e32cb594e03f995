using System.Net;
using System.Net.Sockets;

namespace OrleansIM.Gateway.Tests.World;

/// <summary>A connection that keeps what is written while it is corked, and then writes it at once.</summary>
internal sealed class CorkedStream : Stream
{
    private readonly MemoryStream _kept = new();
    private NetworkStream _inner = null!;
    private bool _isCorked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public async Task<Stream> ConnectAsync(DnsEndPoint server, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellation);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _inner = new NetworkStream(socket, ownsSocket: true);
        return this;
    }

    public void Cork() => _isCorked = true;

    public async Task UncorkAsync()
    {
        _isCorked = false;
        await _inner.WriteAsync(_kept.ToArray());
        _kept.SetLength(0);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _inner.ReadAsync(buffer, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => _inner.Read(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _isCorked ? _kept.WriteAsync(buffer, cancellationToken) : _inner.WriteAsync(buffer, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => (_isCorked ? _kept : (Stream)_inner).Write(buffer, offset, count);

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override void Flush() => _inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner?.Dispose();
            _kept.Dispose();
        }

        base.Dispose(disposing);
    }
}
