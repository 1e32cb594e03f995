using System.Text;
using System.Text.RegularExpressions;
using OrleansIM.Mail;

namespace OrleansIM.Fuzz.Targets;

/// <summary>
/// A connection to a mail server without one: whenever the client waits for something, it gets the next piece of a script,
/// and at the end of it the connection is closed. <c>@tag</c> stands for the tag of the oldest IMAP command without an answer.
/// </summary>
internal sealed partial class ScriptedWire(Script script) : Stream
{
    private readonly Queue<string> _tags = new();
    private ReadOnlyMemory<byte> _piece;
    private string _lastTag = "*";

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (_piece.IsEmpty)
        {
            if (!script.TryNext(out var next))
            {
                return 0;
            }

            _piece = FillIn(next);
        }

        var count = Math.Min(buffer.Length, _piece.Length);
        _piece.Span[..count].CopyTo(buffer);
        _piece = _piece[count..];
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override void Write(byte[] buffer, int offset, int count) => Hear(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer) => Hear(buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Hear(buffer.Span);
        return default;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Hear(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Hear(ReadOnlySpan<byte> said)
    {
        foreach (var match in Tag().EnumerateMatches(Encoding.Latin1.GetString(said)))
        {
            _tags.Enqueue(Encoding.Latin1.GetString(said.Slice(match.Index, match.Length)).TrimEnd(' '));
        }
    }

    private byte[] FillIn(byte[] piece)
    {
        if (piece.AsSpan().IndexOf("@tag"u8) < 0)
        {
            return piece;
        }

        return Encoding.Latin1.GetBytes(Place().Replace(Encoding.Latin1.GetString(piece), _ => _lastTag = _tags.TryDequeue(out var tag) ? tag : _lastTag));
    }

    [GeneratedRegex("^[A-Za-z]{1,2}[0-9]{1,10} ", RegexOptions.Multiline)]
    private static partial Regex Tag();

    [GeneratedRegex("@tag")]
    private static partial Regex Place();

    /// <summary>Gives everybody the wire that was made last.</summary>
    internal sealed class Dialer : IMailDialer
    {
        public ScriptedWire? Wire { get; set; }

        public Task<Stream> DialAsync(string host, int port, CancellationToken cancellation) => Task.FromResult<Stream>(Wire!);
    }
}
