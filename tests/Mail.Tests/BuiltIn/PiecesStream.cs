using System.Text;

namespace OrleansIM.Mail.Tests.BuiltIn;

/// <summary>Gives what is to be read in pieces; at a null it waits to be released.</summary>
internal sealed class PiecesStream(IReadOnlyList<string?> pieces) : Stream
{
    private readonly SemaphoreSlim _released = new(0);
    private int _next;
    private byte[] _piece = [];
    private int _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public void Release() => _released.Release();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_at == _piece.Length)
        {
            if (_next == pieces.Count)
            {
                return 0;
            }

            if (pieces[_next++] is { } piece)
            {
                (_piece, _at) = (Encoding.Latin1.GetBytes(piece), 0);
            }
            else
            {
                await _released.WaitAsync(cancellationToken);
            }
        }

        var count = Math.Min(buffer.Length, _piece.Length - _at);
        _piece.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
