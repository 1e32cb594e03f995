namespace OrleansIM.Mail;

/// <summary>
/// Between MailKit and an IMAP server: cuts literals (RFC 3501, 4.3) that are longer than MailKit takes. In ENVELOPE and
/// BODYSTRUCTURE it takes none over 4 KB and gives the connection up, so that one mail with a long name of a file, or with
/// a long subject of a mail inside, would make the whole mailbox unreadable. The contents of <c>BODY[…]</c> pass as they are.
/// </summary>
internal sealed class ShortLiterals(Stream inner, byte[] first) : WrappingStream(inner)
{
    /// <summary>Bytes of a literal that MailKit takes.</summary>
    public const int Longest = 4096;

    /// <summary>Lists in lists. Servers nest parts of mails a hundred deep at most.</summary>
    private const int Deepest = 300;

    private int _depth;
    private bool _isQuoted;

    // {, the digits of a number that no server means, }, CR, LF.
    private const int LongestMark = 24;

    private readonly byte[] _incoming = new byte[8 * 1024];
    private int _start, _end;

    /// <summary>What may be the <c>{n}</c> and the line break before a literal, until it is known.</summary>
    private readonly List<byte> _mark = [];

    /// <summary>What can be given out as it is, before anything that comes later.</summary>
    private readonly Queue<byte> _ready = new(first);

    /// <summary>Bytes of a literal to pass, then to leave out.</summary>
    private long _pass, _drop;

    /// <summary>The last two bytes of the line before the mark; those of a literal do not count.</summary>
    private (byte Last, byte BeforeLast) _line;

    public override int Read(byte[] buffer, int offset, int count)
    {
        int given;
        while ((given = Give(buffer.AsSpan(offset, count))) == 0 && count > 0)
        {
            if (!Took(Inner.Read(_incoming, 0, _incoming.Length)))
            {
                return Give(buffer.AsSpan(offset, count));
            }
        }

        return given;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int given;
        while ((given = Give(buffer.Span)) == 0 && buffer.Length > 0)
        {
            if (!Took(await Inner.ReadAsync(_incoming, cancellationToken)))
            {
                return Give(buffer.Span);
            }
        }

        return given;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        _depth = 0;
        Inner.Write(buffer, offset, count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The next command, the next answer.
        _depth = 0;
        return Inner.WriteAsync(buffer, cancellationToken);
    }

    /// <summary>At the end of the stream a mark that has begun was none.</summary>
    private bool Took(int bytes)
    {
        (_start, _end) = (0, bytes);
        if (bytes == 0)
        {
            Release();
        }

        return bytes > 0;
    }

    /// <summary>Gives out as much as there is and fits; 0 if more has to come first.</summary>
    private int Give(Span<byte> buffer)
    {
        var given = 0;
        while (given < buffer.Length && (_ready.Count > 0 || _start < _end))
        {
            if (_ready.TryDequeue(out var one))
            {
                buffer[given++] = one;
            }
            else if (_pass > 0)
            {
                var bytes = (int)Math.Min(_pass, Math.Min(_end - _start, buffer.Length - given));
                _incoming.AsSpan(_start, bytes).CopyTo(buffer[given..]);
                (_start, given, _pass) = (_start + bytes, given + bytes, _pass - bytes);
            }
            else if (_drop > 0)
            {
                var bytes = (int)Math.Min(_drop, _end - _start);
                (_start, _drop) = (_start + bytes, _drop - bytes);
            }
            else
            {
                ReadLine();
            }
        }

        return given;
    }

    /// <summary>Takes one byte of a line.</summary>
    private void ReadLine()
    {
        var one = _incoming[_start];
        if (_mark.Count == 0 ? one != '{' : !GoesOn(one))
        {
            // It is looked at again if it ended what looked like a mark.
            if (_mark.Count == 0)
            {
                Pass(one);
                _start++;
            }

            Release();
            return;
        }

        _mark.Add(one);
        _start++;
        if (one == '\n')
        {
            Begin(long.Parse(System.Text.Encoding.ASCII.GetString([.. _mark])[1..^3], System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private bool GoesOn(byte one) => _mark[^1] switch
    {
        (byte)'{' => char.IsAsciiDigit((char)one),
        (byte)'}' => one == '\r',
        (byte)'\r' => one == '\n',
        _ => one == '}' || (char.IsAsciiDigit((char)one) && _mark.Count < LongestMark - 6),
    };

    private void Begin(long length)
    {
        var isBody = _line.Last == ' ' && _line.BeforeLast is (byte)']' or (byte)'>';
        _pass = isBody ? length : Math.Min(length, Longest);
        _drop = length - _pass;
        _line = default;
        _mark.Clear();
        foreach (var one in System.Text.Encoding.ASCII.GetBytes($"{{{_pass}}}\r\n"))
        {
            _ready.Enqueue(one);
        }
    }

    private void Release()
    {
        foreach (var one in _mark)
        {
            Pass(one);
        }

        _mark.Clear();
    }

    private void Pass(byte one)
    {
        if (!_isQuoted && one == ')' && _depth > 0)
        {
            _depth--;
        }
        else if (!_isQuoted && one == '(' && ++_depth > Deepest)
        {
            // MailKit reads a list in a list by calling itself, and what that costs grows with the square of the depth.
            throw new MailException(MailFault.Garbage, "The mail server does not speak as one should: one of its answers has too many lists in lists.");
        }

        // A file name may be made of brackets.
        _isQuoted = one != '\n' && (one == '"' && _line.Last != '\\' ? !_isQuoted : _isQuoted);
        _ready.Enqueue(one);
        _line = (one, _line.Last);
    }
}
