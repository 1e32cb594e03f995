using System.Buffers;

namespace OrleansIM.Mail;

/// <summary>
/// Cuts what an IMAP server says into responses (RFC 3501, 7), literals included, and keeps no more of one than anybody
/// needs. A read that is cancelled in the middle of a response goes on there the next time.
/// </summary>
/// <remarks>
/// Bounds: 64 KiB of a string, the rest is read and dropped, whatever length it was announced with; 1 MiB of a response,
/// over which a FETCH is kept as far as it goes (<see cref="IsCut"/>) and anything else is garbage. Numbers that a search
/// found are counted one by one and never kept.
/// </remarks>
internal sealed partial class ImapReader(MailWire wire)
{
    public const int MaxString = 64 * 1024;
    public const int MaxResponse = 1024 * 1024;
    private const int MaxStart = 128;

    private byte[] _kept = [];
    private int _length;
    private Form _form;
    private Place _place;
    private int _spaces, _word;
    private int _stringLength;
    private long _literal;
    private int _announced;
    private uint _number, _rangeFirst;
    private bool _isNumber, _isRange;
    private bool _isDone = true;

    private enum Form
    {
        Undecided,
        /// <summary>Free text up to the end of the line: a quote or a brace in it means nothing.</summary>
        Line,
        Data,
        /// <summary>The numbers of SEARCH.</summary>
        Search,
        ESearch,
        /// <summary>The sequence set after ALL in ESEARCH.</summary>
        ESearchSet,
    }

    private enum Place
    {
        Text,
        Quoted,
        Escaped,
        Literal,
    }

    /// <summary>Whether the response is longer than what was kept of it.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The next response, without its last CRLF; good until the next read.</summary>
    /// <param name="found">Takes the numbers of SEARCH and ESEARCH.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(UidCollector? found, CancellationToken cancellation)
    {
        if (_isDone)
        {
            Begin();
        }

        while (!_isDone)
        {
            if (wire.Buffered.IsEmpty)
            {
                await wire.FillAsync(cancellation);
            }

            wire.Advance(Scan(wire.Buffered, found));
        }

        return _kept.AsMemory(0, _length);
    }

    /// <summary>Gives the memory back while nothing is expected; what was read last is gone.</summary>
    public void Release()
    {
        if (_isDone && _kept.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_kept);
            _kept = [];
        }
    }

    private void Begin()
    {
        (_length, _spaces, _word, _announced) = (0, 0, 0, -1);
        (_form, _place, _isDone, IsCut) = (Form.Undecided, Place.Text, false, false);
        (_isNumber, _isRange) = (false, false);
    }

    private void Keep(byte b) => Keep(new ReadOnlySpan<byte>(in b));

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (IsCut)
        {
            return;
        }

        if (_length + bytes.Length > MaxResponse)
        {
            IsCut = _form == Form.Data && _kept.AsSpan(0, Math.Min(_length, MaxStart)).IndexOf(" FETCH "u8) >= 0
                ? true
                : throw MailFaults.Garbage(wire.Host, "one of its lines does not end");
            return;
        }

        if (_length + bytes.Length > _kept.Length)
        {
            Grow(_length + bytes.Length);
        }

        bytes.CopyTo(_kept.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(512, _kept.Length * 2)));
        _kept.AsSpan(0, _length).CopyTo(larger);
        if (_kept.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_kept);
        }

        _kept = larger;
    }
}
