using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace OrleansIM.Mail;

/// <summary>
/// Reads a response that is all there. What is missing at its end is taken for closed: a response may have been cut.
/// </summary>
/// <param name="bytes">As <see cref="ImapReader"/> keeps it.</param>
/// <param name="host">Who is to blame.</param>
internal ref struct ImapParser(ReadOnlySpan<byte> bytes, string host)
{
    /// <summary>Lists inside of one another that are read; what is deeper is skipped. A mail nests 100 parts at most in any server we know.</summary>
    private const int MaxDepth = 250;

    /// <summary>Values in one response that are kept.</summary>
    private const int MaxValues = 100_000;

    private static readonly SearchValues<byte> s_endOfWord = SearchValues.Create(" ()[]{}\"\r\n"u8);

    private ReadOnlySpan<byte> _rest = bytes;
    private int _values;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public readonly bool IsAt(byte b) => !_rest.IsEmpty && _rest[0] == b;

    /// <summary>Bytes that are left.</summary>
    public readonly int Left => _rest.Length;

    /// <summary>The rest, as text.</summary>
    public readonly string Rest => Encoding.Latin1.GetString(_rest);

    /// <summary>Goes over a byte if it is the next one.</summary>
    public bool Skip(byte b)
    {
        if (!IsAt(b))
        {
            return false;
        }

        _rest = _rest[1..];
        return true;
    }

    /// <summary>Goes over a byte that belongs nowhere: where nothing was read since so many were left.</summary>
    public void SkipIfStuck(int left)
    {
        if (_rest.Length == left && left > 0)
        {
            _rest = _rest[1..];
        }
    }

    public void SkipSpaces() => _rest = _rest.TrimStart((byte)' ');

    /// <summary>A word, which may be empty.</summary>
    public ReadOnlySpan<byte> Word()
    {
        var end = _rest.IndexOfAny(s_endOfWord);
        var word = end < 0 ? _rest : _rest[..end];
        _rest = _rest[word.Length..];
        return word;
    }

    public string WordText() => Encoding.Latin1.GetString(Word());

    /// <summary>A number; without one nothing is read.</summary>
    public bool TryNumber(out ulong number)
    {
        if (!Utf8Parser.TryParse(_rest, out number, out var digits) || _rest[0] == '+')
        {
            return false;
        }

        _rest = _rest[digits..];
        return true;
    }

    /// <summary>The name of what FETCH brings: <c>FLAGS</c>, <c>BODY[1.2]&lt;0&gt;</c>.</summary>
    public string Attribute()
    {
        var name = WordText();
        if (!IsAt((byte)'['))
        {
            return name;
        }

        var end = _rest.IndexOf((byte)']');
        var section = end < 0 ? _rest : _rest[..(end + 1)];
        _rest = _rest[section.Length..];
        return name + Encoding.Latin1.GetString(section) + WordText();
    }

    /// <summary>A string, or null for NIL and anything that is none.</summary>
    public byte[]? Bytes()
    {
        if (IsAt((byte)'"'))
        {
            return Quoted();
        }

        Skip((byte)'~');
        if (IsAt((byte)'{'))
        {
            return Literal();
        }

        var word = Word();
        return word.IsEmpty || Ascii.EqualsIgnoreCase(word, "NIL"u8) ? null : word.ToArray();
    }

    public string? Text() => Bytes() is { } read ? Encoding.Latin1.GetString(read) : null;

    /// <summary>Whatever comes next.</summary>
    public ImapValue Value() => Value(0);

    /// <summary>A list of words in parentheses: flags.</summary>
    public List<string> Words()
    {
        var words = new List<string>();
        foreach (var item in Value().Items)
        {
            if (item.Text is { } word)
            {
                words.Add(word);
            }
        }

        return words;
    }

    private ImapValue Value(int depth)
    {
        if (!Skip((byte)'('))
        {
            return Text() is { } text ? ImapValue.Of(text) : ImapValue.Nil;
        }

        if (depth >= MaxDepth || _values > MaxValues)
        {
            SkipList();
            return ImapValue.Nil;
        }

        var items = new List<ImapValue>();
        while (true)
        {
            SkipSpaces();
            if (Skip((byte)')') || IsAtEnd)
            {
                return ImapValue.Of(items);
            }

            var before = _rest.Length;
            var isKept = ++_values <= MaxValues;
            var item = Value(depth + 1);
            if (isKept)
            {
                items.Add(item);
            }

            SkipIfStuck(before);
        }
    }

    /// <summary>Over the rest of a list, whatever is in it.</summary>
    private void SkipList()
    {
        for (var open = 1; open > 0 && !IsAtEnd;)
        {
            if (IsAt((byte)'"') || IsAt((byte)'{'))
            {
                _ = Bytes();
                continue;
            }

            open += _rest[0] switch { (byte)'(' => 1, (byte)')' => -1, _ => 0 };
            _rest = _rest[1..];
        }
    }

    private byte[] Quoted()
    {
        _rest = _rest[1..];
        var end = _rest.IndexOfAny((byte)'"', (byte)'\\');
        if (end >= 0 && _rest[end] == '"')
        {
            var plain = _rest[..end].ToArray();
            _rest = _rest[(end + 1)..];
            return plain;
        }

        var bytes = new List<byte>();
        while (!IsAtEnd && !Skip((byte)'"'))
        {
            if (Skip((byte)'\\') && IsAtEnd)
            {
                break;
            }

            bytes.Add(_rest[0]);
            _rest = _rest[1..];
        }

        return [.. bytes];
    }

    private byte[] Literal()
    {
        _rest = _rest[1..];
        if (!TryNumber(out var size) || !_rest.StartsWith("}\r\n"u8))
        {
            throw MailFaults.Garbage(host, "a string has no length");
        }

        _rest = _rest[3..];
        var literal = _rest[..(int)Math.Min(size, (ulong)_rest.Length)];
        _rest = _rest[literal.Length..];
        return literal.ToArray();
    }
}
