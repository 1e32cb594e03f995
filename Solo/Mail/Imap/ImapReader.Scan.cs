using System.Buffers.Text;
using System.Text;

namespace OrleansIM.Mail;

/// <content>Where in a response a byte stands, and what that makes of it.</content>
internal sealed partial class ImapReader
{
    private int Scan(ReadOnlySpan<byte> bytes, UidCollector? found)
    {
        var at = 0;
        while (at < bytes.Length && !_isDone)
        {
            at += _place == Place.Literal ? ScanLiteral(bytes[at..]) : ScanRun(bytes[at..]);
            if (at == bytes.Length || _place == Place.Literal)
            {
                continue;
            }

            var b = bytes[at++];
            if (b == '\n')
            {
                EndLine(found);
            }
            else if (_place == Place.Text)
            {
                ScanText(b, found);
            }
            else
            {
                ScanQuoted(b);
            }
        }

        return at;
    }

    private int ScanLiteral(ReadOnlySpan<byte> bytes)
    {
        var taken = (int)Math.Min(bytes.Length, _literal);
        var kept = Math.Min(taken, MaxString - _stringLength);
        Keep(bytes[..kept]);
        _stringLength += kept;
        _literal -= taken;
        if (_literal == 0)
        {
            _place = Place.Text;
        }

        return taken;
    }

    /// <summary>What means nothing by itself, in one piece.</summary>
    private int ScanRun(ReadOnlySpan<byte> bytes)
    {
        var end = _place switch
        {
            Place.Quoted => bytes.IndexOfAny((byte)'"', (byte)'\\', (byte)'\n'),
            Place.Text when _form == Form.Line => bytes.IndexOf((byte)'\n'),
            Place.Text when _form == Form.Data && _announced < 0 => bytes.IndexOfAny((byte)'"', (byte)'{', (byte)'\n'),
            _ => 0,
        };
        var run = end < 0 ? bytes : bytes[..end];
        if (_place == Place.Quoted)
        {
            var kept = Math.Max(0, Math.Min(run.Length, MaxString - _stringLength));
            Keep(run[..kept]);
            _stringLength += kept;
        }
        else
        {
            Keep(run);
        }

        return run.Length;
    }

    private void ScanQuoted(byte b)
    {
        if (_place == Place.Quoted && b == '"')
        {
            _place = Place.Text;
            Keep(b);
            return;
        }

        // Both bytes of an escape are kept, or none.
        if (_stringLength < MaxString || _place == Place.Escaped && _stringLength == MaxString)
        {
            Keep(b);
            _stringLength++;
        }
        else if (b == '\\' && _place == Place.Quoted)
        {
            _stringLength = MaxString + 1;
        }

        _place = b == '\\' && _place == Place.Quoted ? Place.Escaped : Place.Quoted;
    }

    private void ScanText(byte b, UidCollector? found)
    {
        if (_form is Form.Search or Form.ESearchSet)
        {
            ScanNumbers(b, found);
            return;
        }

        Keep(b);
        if (b == ' ' && _form is Form.Undecided or Form.ESearch)
        {
            EndWord();
        }
        else if (_form == Form.Undecided && _length > MaxStart)
        {
            throw MailFaults.Garbage(wire.Host, "a line begins with no word that it knows");
        }

        if (_form is Form.Data or Form.ESearch)
        {
            ScanData(b);
        }
    }

    private void ScanData(byte b)
    {
        if (b == '"')
        {
            (_place, _stringLength) = (Place.Quoted, 0);
            _announced = -1;
        }
        else if (b == '{')
        {
            (_announced, _literal) = (0, 0);
        }
        else if (b is >= (byte)'0' and <= (byte)'9' && _announced >= 0)
        {
            _literal = Math.Min(_literal * 10 + (b - '0'), long.MaxValue / 100);
            _announced = 1;
        }
        else if (b is not ((byte)'}' or (byte)'+' or (byte)'\r'))
        {
            _announced = -1;
        }
    }

    /// <summary>What kind of response it is shows at its second word: <c>*</c>, then a word, or a number and a word.</summary>
    private void EndWord()
    {
        var start = _kept.AsSpan(0, _length);
        if (_form == Form.ESearch)
        {
            _form = start.EndsWith(" ALL "u8) ? Form.ESearchSet : Form.ESearch;
            return;
        }

        if (++_spaces == 1)
        {
            _word = _length;
            _form = start is [(byte)'*', (byte)' '] ? Form.Undecided : Form.Line;
            return;
        }

        var word = start[_word..^1];
        _form = Ascii.EqualsIgnoreCase(word, "SEARCH"u8) ? Form.Search
            : Ascii.EqualsIgnoreCase(word, "ESEARCH"u8) ? Form.ESearch
            : IsStatus(word) ? Form.Line
            : Form.Data;
    }

    private static bool IsStatus(ReadOnlySpan<byte> word)
        => Ascii.EqualsIgnoreCase(word, "OK"u8) || Ascii.EqualsIgnoreCase(word, "NO"u8) || Ascii.EqualsIgnoreCase(word, "BAD"u8)
            || Ascii.EqualsIgnoreCase(word, "BYE"u8) || Ascii.EqualsIgnoreCase(word, "PREAUTH"u8);

    private void ScanNumbers(byte b, UidCollector? found)
    {
        switch (b)
        {
            case >= (byte)'0' and <= (byte)'9':
                _number = unchecked(_isNumber ? _number * 10 : 0) + (uint)(b - '0');
                _isNumber = true;
                return;
            case (byte)':' when _isNumber:
                (_rangeFirst, _isRange, _isNumber) = (_number, true, false);
                return;
            default:
                EndNumber(found);
                break;
        }

        // What follows the numbers: (MODSEQ n) after SEARCH, other results after the set of ESEARCH.
        if (b == '(' || _form == Form.ESearchSet && b == ' ')
        {
            Keep(b);
            _form = _form == Form.ESearchSet ? Form.ESearch : Form.Data;
        }
    }

    private void EndNumber(UidCollector? found)
    {
        if (_isNumber)
        {
            found?.Add(_isRange ? _rangeFirst : _number, _number);
        }

        (_isNumber, _isRange) = (false, false);
    }

    private void EndLine(UidCollector? found)
    {
        EndNumber(found);
        if (_length > 0 && _kept[_length - 1] == '\r')
        {
            _length--;
        }

        if (_place != Place.Text || _form is not (Form.Data or Form.ESearch) || _announced != 1)
        {
            // A string that is cut by the end of its line ends there: whatever it was, the next line is another.
            _isDone = true;
            return;
        }

        AnnounceLiteral();
    }

    /// <summary>What is kept says how much is kept of the literal that follows.</summary>
    private void AnnounceLiteral()
    {
        _announced = -1;
        if (!IsCut)
        {
            _length = _kept.AsSpan(0, _length).LastIndexOf((byte)'{');
            Span<byte> header = stackalloc byte[16];
            Utf8Formatter.TryFormat(Math.Min(_literal, MaxString), header, out var digits);
            Keep((byte)'{');
            Keep(header[..digits]);
            Keep("}\r\n"u8);
        }

        _stringLength = 0;
        _place = _literal > 0 ? Place.Literal : Place.Text;
    }
}
