using System.Globalization;
using System.Text;

namespace OrleansIM.Fuzz.Engine;

/// <summary>
/// Makes inputs out of inputs: of bytes, of words of the target's language, of lines, of numbers, of pieces between
/// brackets, and of two inputs. What it makes depends on its seed and on what it was given, and on nothing else.
/// </summary>
internal sealed class Mutator(int seed, IReadOnlyList<string> words, int mostBytes)
{
    private static readonly string[] s_numbers =
    [
        "0", "-1", "1", "2", "63", "64", "65", "127", "128", "255", "256", "999", "1000", "65535", "65536", "2147483647", "2147483648", "4294967295", "4294967296",
        "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551615", "99999999999999999999999999", "1e3", "1e999", "0.5", "-0", "00",
    ];

    private static readonly byte[] s_bytes = [0, 1, 9, 10, 13, 32, 34, 39, 40, 41, 44, 58, 59, 60, 61, 62, 91, 92, 93, 123, 125, 0x7F, 0x80, 0xC0, 0xC3, 0xED, 0xF4, 0xFE, 0xFF];

    private readonly Random _random = new(seed);
    private readonly byte[][] _words = [.. words.Concat(s_numbers).Select(Encoding.UTF8.GetBytes)];

    /// <summary>A new input out of those.</summary>
    public byte[] Next(IReadOnlyList<byte[]> inputs)
    {
        var input = Pick(inputs).ToList();
        for (var steps = 1 << _random.Next(4); steps > 0; steps--)
        {
            Change(input, inputs);
        }

        if (input.Count > mostBytes)
        {
            input.RemoveRange(mostBytes, input.Count - mostBytes);
        }

        return [.. input];
    }

    private byte[] Pick(IReadOnlyList<byte[]> inputs) => inputs.Count == 0 ? [] : inputs[_random.Next(inputs.Count)];

    private void Change(List<byte> input, IReadOnlyList<byte[]> others)
    {
        switch (_random.Next(16))
        {
            case 0 when input.Count > 0:
                input[_random.Next(input.Count)] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when input.Count > 0:
                input[_random.Next(input.Count)] = s_bytes[_random.Next(s_bytes.Length)];
                break;
            case 2:
                input.Insert(_random.Next(input.Count + 1), s_bytes[_random.Next(s_bytes.Length)]);
                break;
            case 3 or 4:
                input.InsertRange(_random.Next(input.Count + 1), Word());
                break;
            case 5:
                Replace(input, Piece(input), Word());
                break;
            case 6:
                Replace(input, Piece(input), []);
                break;
            case 7:
                Replace(input, Piece(input), PieceOf(Pick(others)));
                break;
            case 8:
                Replace(input, Span(input), SpanOf(Pick(others)));
                break;
            case 9:
                input.InsertRange(_random.Next(input.Count + 1), SpanOf(Pick(others)));
                break;
            case 10:
                Replace(input, Line(input), []);
                break;
            case 11:
                InsertLine(input, Pick(others));
                break;
            case 12:
                ReplaceNumber(input);
                break;
            case 13:
                Replace(input, Span(input), []);
                break;
            case 14:
                Repeat(input);
                break;
            case 15 when _random.Next(4) == 0 && input.Count > 0:
                Replace(input, (_random.Next(input.Count), input.Count), []);
                break;
        }
    }

    private byte[] Word() => _words[_random.Next(_words.Length)];

    /// <summary>The same again, a few times or until there is no more room: what takes time or memory in proportion to more than the length shows then.</summary>
    private void Repeat(List<byte> input)
    {
        var (start, end) = _random.Next(2) == 0 ? Piece(input) : Span(input);
        if (end <= start)
        {
            return;
        }

        var unit = input[start..end];
        var most = Math.Max(1, (mostBytes - input.Count) / unit.Count);
        var times = _random.Next(64) == 0 ? most : Math.Min(most, 1 << _random.Next(8));
        var repeated = new List<byte>(unit.Count * times);
        for (var i = 0; i < times; i++)
        {
            repeated.AddRange(unit);
        }

        input.InsertRange(end, repeated);
    }

    private void ReplaceNumber(List<byte> input)
    {
        var digits = Enumerable.Range(0, input.Count).Where(i => char.IsAsciiDigit((char)input[i]) && (i == 0 || !char.IsAsciiDigit((char)input[i - 1]))).ToList();
        if (digits.Count == 0)
        {
            return;
        }

        var start = digits[_random.Next(digits.Count)];
        var end = start;
        while (end < input.Count && char.IsAsciiDigit((char)input[end]))
        {
            end++;
        }

        var number = _random.Next(3) == 0 && long.TryParse(Encoding.ASCII.GetString([.. input[start..end]]), out var value)
            ? (value + _random.Next(-2, 3)).ToString(CultureInfo.InvariantCulture)
            : s_numbers[_random.Next(s_numbers.Length)];
        Replace(input, (start, end), Encoding.ASCII.GetBytes(number));
    }

    private void InsertLine(List<byte> input, byte[] other)
    {
        var (start, end) = Line(other);
        input.InsertRange(Line(input).Start, other[start..end]);
    }

    private static void Replace(List<byte> input, (int Start, int End) what, byte[] by)
    {
        input.RemoveRange(what.Start, what.End - what.Start);
        input.InsertRange(what.Start, by);
    }

    /// <summary>Any bytes that stand together, few more often than many.</summary>
    private (int Start, int End) Span(IReadOnlyList<byte> input)
    {
        var start = _random.Next(input.Count + 1);
        return (start, Math.Min(input.Count, start + _random.Next(1, 1 << _random.Next(1, 9))));
    }

    private byte[] SpanOf(byte[] input)
    {
        var (start, end) = Span(input);
        return input[start..end];
    }

    /// <summary>A word, a number, something between quotes or brackets with all that is in it.</summary>
    private (int Start, int End) Piece(IReadOnlyList<byte> input)
    {
        if (input.Count == 0)
        {
            return (0, 0);
        }

        var start = _random.Next(input.Count);
        for (var tries = 0; tries < 64 && start > 0 && IsWord(input[start - 1]) && IsWord(input[start]); tries++)
        {
            start--;
        }

        var end = start + 1;
        if (Closing(input[start]) is { } closing)
        {
            for (var open = 1; end < input.Count && open > 0; end++)
            {
                open += input[end] == closing ? -1 : input[end] == input[start] ? 1 : 0;
            }
        }
        else
        {
            while (end < input.Count && IsWord(input[start]) && IsWord(input[end]))
            {
                end++;
            }
        }

        return (start, end);
    }

    private byte[] PieceOf(byte[] input)
    {
        var (start, end) = Piece(input);
        return input[start..end];
    }

    private (int Start, int End) Line(IReadOnlyList<byte> input)
    {
        var start = _random.Next(input.Count + 1);
        while (start > 0 && input[start - 1] != '\n')
        {
            start--;
        }

        var end = start;
        while (end < input.Count && input[end++] != '\n')
        {
        }

        return (start, end);
    }

    private static bool IsWord(byte b) => b >= 0x80 || char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-' or (byte)'.' or (byte)'*' or (byte)'@';

    private static byte? Closing(byte b) => b switch
    {
        (byte)'{' => (byte)'}',
        (byte)'[' => (byte)']',
        (byte)'(' => (byte)')',
        (byte)'<' => (byte)'>',
        (byte)'"' => (byte)'"',
        _ => null,
    };
}
