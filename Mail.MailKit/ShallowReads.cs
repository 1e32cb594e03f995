namespace OrleansIM.Mail;

/// <summary>
/// Between MailKit and an IMAP server: keeps lists in lists in lists from ending the process. MailKit reads them by calling
/// itself, without an end; a server that opens a million brackets, which anybody can run, would overflow the stack. A read
/// gives few of them and never at once, so that each goes on with a fresh stack.
/// How deep they may be is up to <see cref="ShortLiterals"/>, which knows what is content.
/// </summary>
internal sealed class ShallowReads(Stream inner) : WrappingStream(inner)
{
    /// <summary>Opening brackets in one read.</summary>
    private const int MostAtOnce = 64;

    private readonly byte[] _buffer = new byte[4096];
    private int _start, _end;

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_start == _end)
        {
            (_start, _end) = (0, Inner.Read(_buffer, 0, _buffer.Length));
        }

        return Give(buffer.AsSpan(offset, count));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start == _end)
        {
            (_start, _end) = (0, await Inner.ReadAsync(_buffer, cancellationToken));
        }

        await Task.Yield();
        return Give(buffer.Span);
    }

    private int Give(Span<byte> buffer)
    {
        var some = _buffer.AsSpan(_start, Math.Min(_end - _start, buffer.Length));
        var (length, opened) = (0, 0);
        while (length < some.Length && opened < MostAtOnce)
        {
            opened += some[length++] == '(' ? 1 : 0;
        }

        some[..length].CopyTo(buffer);
        _start += length;
        return length;
    }
}
